#include "topology/cache.hpp"

#include "base/files.hpp"

namespace fairlead::topology {

std::filesystem::path cache_file(const std::filesystem::path& run) { return run / "topology.xml"; }

Result<void> record(const std::filesystem::path& run) {
    const auto xml = discover_xml();
    if (!xml)
        return std::unexpected(xml.error());
    if (auto made = make_folders(run, 0755); !made)
        return made;
    return write_atomic(cache_file(run), *xml, 0644);
}

Result<Machine> this_machine(const config::Config& config, const std::filesystem::path& run) {
    if (config.testing && !config.testing->hwloc_xml.empty())
        return from_xml(config.testing->hwloc_xml);
    if (check_trusted(cache_file(run)))
        if (auto recorded = from_xml(cache_file(run)))
            return recorded;
    return discover();
}

} // namespace fairlead::topology
