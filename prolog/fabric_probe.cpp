/// fairlead-fabric-probe: asks libfabric for EFA endpoints as MPI would, and prints what it offers
/// as JSON. A program of its own, because libfabric must not be loaded into what slurmd runs.
/// Exit status 0 when libfabric answered, with offers or without.

#include <dlfcn.h>
#include <memory>
#include <rdma/fabric.h>
#include <rdma/fi_errno.h>
#include <string>
#include <sys/stat.h>

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <vector>

namespace {

struct InfoFree {
    void operator()(fi_info* info) const { fi_freeinfo(info); }
};
using Info = std::unique_ptr<fi_info, InfoFree>;

/// "0000:31:00.0"; empty where an offer has no PCI device.
std::string pci_of(const fi_info& info) {
    if (!info.nic || !info.nic->bus_attr || info.nic->bus_attr->bus_type != FI_BUS_PCI)
        return {};
    const fi_pci_attr& pci = info.nic->bus_attr->attr.pci;
    return fmt::format("\"{:04x}:{:02x}:{:02x}.{:x}\"", pci.domain_id, pci.bus_id, pci.device_id,
                       pci.function_id);
}

std::string version_text(std::uint32_t version) {
    return fmt::format("{}.{}", FI_MAJOR(version), FI_MINOR(version));
}

/// The library that answers, so that another one on disk is noticed.
std::string library_fields() {
    Dl_info place{};
    struct stat info{};
    constexpr long long second = 1'000'000'000;
    if (::dladdr(reinterpret_cast<void*>(&fi_getinfo), &place) == 0 || !place.dli_fname ||
        ::stat(place.dli_fname, &info) != 0)
        return R"("library":"","modified":0)";
    return fmt::format(R"("library":"{}","modified":{})", place.dli_fname,
                       info.st_mtim.tv_sec * second + info.st_mtim.tv_nsec);
}

void print(const fi_info* offers) {
    std::vector<std::string> devices;
    for (const fi_info* offer = offers; offer; offer = offer->next)
        if (auto pci = pci_of(*offer); !pci.empty())
            devices.push_back(std::move(pci));
    fmt::print(R"({{"libfabric":"{}",{},"provider_version":"{}","devices":[{}]}})"
               "\n",
               version_text(fi_version()), library_fields(),
               offers ? version_text(offers->fabric_attr->prov_version) : "",
               fmt::join(devices, ","));
}

} // namespace

int main() {
    const Info hints{fi_allocinfo()};
    if (!hints)
        return 1;
    char provider[] = "efa";
    hints->ep_attr->type = FI_EP_RDM;
    hints->fabric_attr->prov_name = provider;
    fi_info* found = nullptr;
    const int status = fi_getinfo(FI_VERSION(1, 9), nullptr, nullptr, 0, hints.get(), &found);
    hints->fabric_attr->prov_name = nullptr; // not ours to free
    const Info offers{found};
    if (status != 0 && status != -FI_ENODATA) {
        fmt::print(stderr, "fi_getinfo: {}\n", fi_strerror(-status));
        return 1;
    }
    print(offers.get());
    return 0;
}
