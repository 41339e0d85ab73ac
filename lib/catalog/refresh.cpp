#include "catalog/refresh.hpp"

#include "base/words.hpp"

#include <fmt/ranges.h>
#include <set>

namespace fairlead::catalog {
namespace {

/// Only the fields that differ, by the names of the columns.
std::string changes(const InstanceType& before, const InstanceType& after) {
    const std::string rows[] = {to_row(before), to_row(after)};
    const auto names = split(header, ','), old = split(rows[0], ','), now = split(rows[1], ',');
    std::vector<std::string> changed;
    for (std::size_t i = 0; i < names.size(); ++i)
        if (old[i] != now[i])
            changed.push_back(fmt::format("{} {}, was {}", names[i],
                                          now[i].empty() ? "none" : now[i],
                                          old[i].empty() ? "none" : old[i]));
    return fmt::format("{}", fmt::join(changed, "; "));
}

template <class T>
std::string or_empty(const std::optional<T>& value) {
    return value ? fmt::format("{}", *value) : std::string();
}

} // namespace

std::string to_row(const InstanceType& type) {
    return fmt::format("{},{},{},{},{},{},{},{},{},{},{}", type.name, type.vcpus, type.cores,
                       type.threads_per_core, or_empty(type.numa_nodes), type.memory_gib,
                       type.efa_interfaces, type.network_cards, or_empty(type.gbps),
                       type.gpus > 0 ? fmt::format("{}", type.gpus) : "", type.arch);
}

std::string to_csv(const std::vector<InstanceType>& types, std::string_view comment) {
    std::string csv;
    for (const std::string_view line : split(comment, '\n'))
        csv += fmt::format("# {}\n", line);
    csv += fmt::format("{}\n", header);
    for (const InstanceType& type : types)
        csv += to_row(type) + "\n";
    return csv;
}

Refreshed refresh(const Catalog& known, std::vector<InstanceType> from_ec2) {
    auto merged = known.types();
    std::set<std::string_view> offered;
    Refreshed result;
    for (InstanceType& type : from_ec2) {
        offered.insert(type.name);
        const auto place = merged.find(type.name);
        if (place == merged.end()) {
            result.differences.push_back(fmt::format("{}: new", type.name));
            merged.emplace(type.name, type);
            continue;
        }
        type.numa_nodes = place->second.numa_nodes;
        if (!type.gbps)
            type.gbps = place->second.gbps;
        if (const std::string changed = changes(place->second, type); !changed.empty())
            result.differences.push_back(fmt::format("{}: {}", type.name, changed));
        place->second = type;
    }
    for (const auto& [name, type] : merged) {
        result.types.push_back(type);
        result.kept += offered.contains(name) ? 0 : 1;
    }
    return result;
}

} // namespace fairlead::catalog
