#include "fabric/counters.hpp"

#include "base/unique_fd.hpp"
#include "base/words.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <optional>
#include <tuple>

namespace fairlead::fabric {
namespace fs = std::filesystem;
namespace {

constexpr std::array<std::string_view, 34> known{
    "alloc_pd_err",
    "alloc_ucontext_err",
    "cmds_err",
    "completed_cmds",
    "create_ah_err",
    "create_cq_err",
    "create_qp_err",
    "impaired_remote_conn_events",
    "keep_alive_rcvd",
    "mmap_err",
    "no_completion_cmds",
    "rdma_read_bytes",
    "rdma_read_resp_bytes",
    "rdma_read_wr_err",
    "rdma_read_wrs",
    "rdma_write_bytes",
    "rdma_write_recv_bytes",
    "rdma_write_wr_err",
    "rdma_write_wrs",
    "recv_bytes",
    "recv_wrs",
    "reg_mr_err",
    "retrans_bytes",
    "retrans_pkts",
    "retrans_timeout_events",
    "rx_bytes",
    "rx_drops",
    "rx_pkts",
    "send_bytes",
    "send_wrs",
    "submitted_cmds",
    "tx_bytes",
    "tx_pkts",
    "unresponsive_remote_events",
};

bool is_known(std::string_view name) { return std::ranges::binary_search(known, name); }

std::optional<std::uint64_t> parse(std::string_view text) {
    std::uint64_t value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || stop != end)
        return std::nullopt;
    return value;
}

std::optional<std::uint64_t> read_number(int folder, const char* name) {
    const UniqueFd fd{::openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
    if (!fd)
        return std::nullopt;
    char text[32];
    const ssize_t got = ::read(fd.get(), text, sizeof text);
    if (got <= 0)
        return std::nullopt;
    return parse(trimmed({text, static_cast<std::size_t>(got)}));
}

struct CloseFolder {
    void operator()(DIR* folder) const { ::closedir(folder); }
};

/// Adds the counters of one folder that are not there yet.
void add_counters(const fs::path& path, Counters& counters) {
    constexpr int most_entries = 4096, most_unknown = 64;
    const std::unique_ptr<DIR, CloseFolder> folder{::opendir(path.c_str())};
    if (!folder)
        return;
    int unknown = 0;
    for (int i = 0; i < most_entries; ++i) {
        const dirent* entry = ::readdir(folder.get()); // NOLINT(concurrency-mt-unsafe): one thread
        if (!entry)
            return;
        const std::string_view name = entry->d_name;
        if (!is_counter_name(name) || name == "lifespan" || counters.contains(name))
            continue;
        if (!is_known(name) && ++unknown > most_unknown)
            continue;
        if (const auto value = read_number(::dirfd(folder.get()), entry->d_name))
            counters.emplace(name, *value);
    }
}

std::vector<std::string> missing_in(const Counters& before, const Counters& after) {
    std::vector<std::string> missing;
    for (const std::string_view name : known)
        if (!before.contains(name) || !after.contains(name))
            missing.emplace_back(name);
    return missing;
}

DeviceDelta delta_of(const DeviceCounters& before, const DeviceCounters& after) {
    DeviceDelta delta{before.device.name,
                      before.device.pci,
                      Seen::Throughout,
                      false,
                      {},
                      missing_in(before.values, after.values)};
    for (const auto& [name, value] : after.values) {
        const auto earlier = before.values.find(name);
        if (earlier == before.values.end())
            continue;
        if (value >= earlier->second)
            delta.delta.emplace(name, value - earlier->second);
        else if (is_known(name))
            delta.reset = true;
    }
    if (delta.reset)
        delta.delta.clear();
    return delta;
}

const DeviceCounters* find(const std::vector<DeviceCounters>& devices, const EfaDevice& wanted) {
    const auto found = std::ranges::find_if(devices, [&](const DeviceCounters& each) {
        return each.device.name == wanted.name && each.device.pci == wanted.pci;
    });
    return found == devices.end() ? nullptr : &*found;
}

DeviceDelta without_delta(const EfaDevice& device, Seen seen) {
    return {device.name, device.pci, seen, false, {}, {}};
}

} // namespace

std::span<const std::string_view> known_counters() { return known; }

bool is_counter_name(std::string_view name) {
    constexpr std::size_t longest = 64;
    const auto fine = [](char c) {
        return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               (c >= '0' && c <= '9');
    };
    return !name.empty() && name.size() <= longest && std::ranges::all_of(name, fine);
}

Counters read_counters(const fs::path& root, const EfaDevice& device) {
    const fs::path folder = root / "sys/class/infiniband" / device.name;
    Counters counters;
    add_counters(folder / "ports/1/hw_counters", counters);
    add_counters(folder / "hw_counters", counters);
    return counters;
}

Result<std::vector<DeviceCounters>> read_counters(const fs::path& root) {
    const auto devices = efa_devices(root);
    if (!devices)
        return std::unexpected(devices.error());
    std::vector<DeviceCounters> all;
    for (const EfaDevice& device : *devices)
        all.push_back({device, read_counters(root, device)});
    return all;
}

std::vector<DeviceDelta> deltas(const std::vector<DeviceCounters>& before,
                                const std::vector<DeviceCounters>& after) {
    std::vector<DeviceDelta> all;
    for (const DeviceCounters& each : before) {
        const DeviceCounters* later = find(after, each.device);
        all.push_back(later ? delta_of(each, *later)
                            : without_delta(each.device, Seen::OnlyBefore));
    }
    for (const DeviceCounters& each : after)
        if (!find(before, each.device))
            all.push_back(without_delta(each.device, Seen::OnlyAfter));
    std::ranges::sort(all, {},
                      [](const DeviceDelta& device) { return std::tie(device.pci, device.name); });
    return all;
}

} // namespace fairlead::fabric
