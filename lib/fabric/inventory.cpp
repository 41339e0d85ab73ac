#include "fabric/inventory.hpp"

#include <algorithm>
#include <tuple>

namespace fairlead::fabric {
namespace fs = std::filesystem;
namespace {

std::string link_target_name(const fs::path& link) {
    std::error_code error;
    const fs::path target = fs::read_symlink(link, error);
    return error ? std::string{} : target.filename().native();
}

} // namespace

Result<std::vector<EfaDevice>> efa_devices(const fs::path& root) {
    const fs::path folder = root / "sys/class/infiniband";
    std::vector<EfaDevice> devices;
    std::error_code error;
    fs::directory_iterator entry{folder, error};
    if (error == std::errc::no_such_file_or_directory)
        return devices;
    for (; !error && entry != fs::directory_iterator{}; entry.increment(error)) {
        const fs::path device = entry->path() / "device";
        if (link_target_name(device / "driver") == "efa")
            devices.push_back({entry->path().filename().native(), link_target_name(device)});
    }
    if (error)
        return fail(Code::E204, "cannot list {}: {}", folder.native(), error.message());
    std::ranges::sort(devices, {},
                      [](const EfaDevice& efa) { return std::tie(efa.pci, efa.name); });
    return devices;
}

} // namespace fairlead::fabric
