/// The counters of EFA devices, read from sysfs, and what they count in the time of a job.
#pragma once

#include "base/error.hpp"
#include "fabric/inventory.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fairlead::fabric {

using Counters = std::map<std::string, std::uint64_t, std::less<>>;

/// Counters that the EFA driver is known to have, all of which only ever grow (source: the driver's
/// own list, r2.17.0; there is none for receivers that are not ready). Older drivers lack some.
std::span<const std::string_view> known_counters();

struct DeviceCounters {
    EfaDevice device;
    Counters values;
};

/// Whether a text can be the name of a counter: letters, digits and '_', 64 at most.
bool is_counter_name(std::string_view name);

/// Reads hw_counters of port 1 and of the device itself, below `root`: drivers differ in which of
/// the two holds a counter. Counters that are not in the list are read as well, 64 at most. What is
/// no number is left out. The driver refreshes them at most every `lifespan` ms, which is a setting
/// and no counter.
Counters read_counters(const std::filesystem::path& root, const EfaDevice& device);

/// The same of every EFA device. FL-E204.
Result<std::vector<DeviceCounters>> read_counters(const std::filesystem::path& root);

/// When a device was there.
enum class Seen {
    Throughout,
    OnlyBefore, ///< it vanished
    OnlyAfter,  ///< it appeared
};

struct DeviceDelta {
    std::string name, pci;
    Seen seen = Seen::Throughout;
    bool reset = false;               ///< a counter went down, so nothing is known of the device
    Counters delta;                   ///< empty where reset or not there throughout
    std::vector<std::string> missing; ///< known counters that were not there both times
};

/// What each device counted between two readings, ordered by PCI address. A counter that is not in
/// the list may be a level rather than a count: one that went down is left out, and is no reset.
std::vector<DeviceDelta> deltas(const std::vector<DeviceCounters>& before,
                                const std::vector<DeviceCounters>& after);

} // namespace fairlead::fabric
