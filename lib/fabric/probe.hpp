/// What libfabric itself says, asked by fairlead-fabric-probe: libfabric is never loaded into a
/// daemon or its child (1.17 installs a fork handler that aborts).
#pragma once

#include "fabric/finding.hpp"
#include "fabric/inventory.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

namespace fairlead::fabric {

struct ProbeAnswer {
    std::string libfabric;        ///< its version, "1.17"
    std::string library;          ///< the file that was loaded
    std::int64_t modified = 0;    ///< when that file was written, in ns since 1970
    std::string provider_version; ///< of the efa provider; empty where it offers nothing
    std::vector<std::string> pci; ///< "0000:31:00.0" of each offer's device, once, in order

    bool operator==(const ProbeAnswer&) const = default;
};

/// Reads what the probe prints. FL-E204.
Result<ProbeAnswer> parse_probe(std::string_view text);

/// Runs the probe with an empty environment; `providers` is a test's folder of providers. FL-E204
/// where it crashes, hangs or is not there, which says nothing about the node; FL-X110 where it
/// could have been written by others.
Result<ProbeAnswer> ask_probe(const std::filesystem::path& program,
                              const std::filesystem::path& providers,
                              std::chrono::milliseconds deadline);

/// Whether the library that answered is still the one on disk.
bool holds(const ProbeAnswer& answer);

/// libfabric offers each device (FL-E214 none, FL-E215 others). Only for a node with devices.
Finding check_libfabric(const std::optional<ProbeAnswer>& answer,
                        const std::vector<EfaDevice>& devices, bool demanded);

/// hwloc, by which ranks are placed, shows the same devices (FL-E215), so that with the check above
/// all three agree. One that shows none, or was not asked, says nothing.
Finding check_hwloc(const std::optional<std::vector<std::string>>& shown,
                    const std::vector<EfaDevice>& devices, bool demanded);

} // namespace fairlead::fabric
