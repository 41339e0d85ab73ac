#include "placement/layout.hpp"

#include <algorithm>
#include <set>

namespace fairlead::placement {
namespace {

using Names = std::map<std::string_view, std::string>; ///< node to zone, or zone to its id

/// A tree in which a name stands in one place alone.
class Grove {
  public:
    /// False where a network node of the path stands somewhere else already.
    bool plant(const std::string& zone, const Path& path, const std::string& node) {
        Path whole{"zone-" + zone};
        whole.insert(whole.end(), path.begin(), path.end());
        for (std::size_t depth = 1; depth < whole.size(); ++depth)
            if (!stands_at(whole[depth], Path(whole.begin(), whole.begin() + to_index(depth))))
                return false;
        attach(root_, whole, node);
        return true;
    }

    void plant_unknown(const std::string& zone, const std::string& node) {
        if (zone.empty())
            attach(root_, Path{"unknown"}, node);
        else
            attach(root_, Path{"zone-" + zone, "unknown-" + zone}, node);
    }

    std::vector<Branch> roots() && { return std::move(root_.branches); }

  private:
    static std::ptrdiff_t to_index(std::size_t depth) { return static_cast<std::ptrdiff_t>(depth); }

    bool stands_at(const std::string& name, const Path& above) {
        return above_.emplace(name, above).first->second == above;
    }

    Branch root_;
    std::map<std::string, Path> above_;
};

/// EC2 tells the id with the topology alone, so a zone is named by it where any node knows it.
std::string id_of_zone(const Place& place, const Names& ids) {
    if (!place.zone_id.empty())
        return place.zone_id;
    const auto known = ids.find(place.zone);
    return known == ids.end() ? place.zone : known->second;
}

/// The zone of each node that was in one when EC2 was asked, also if it was another instance then.
Names zones_of(const Cluster& cluster, const Snapshot& snapshot) {
    Names ids, zones;
    for (const auto& [name, place] : snapshot.nodes)
        if (!place.zone_id.empty())
            ids.emplace(place.zone, place.zone_id);
    for (const auto& [name, up] : cluster.nodes)
        if (const auto entry = snapshot.nodes.find(name); entry != snapshot.nodes.end())
            if (const std::string zone = id_of_zone(entry->second, ids); !zone.empty())
                zones.emplace(name, zone);
    return zones;
}

std::set<std::string_view> zones_in(const Partition& partition, const Names& zones) {
    std::set<std::string_view> found;
    for (const std::string& node : partition.nodes) {
        const auto zone = zones.find(node);
        found.insert(zone == zones.end() ? std::string_view() : zone->second);
    }
    return found;
}

/// Gives nodes that were never seen the zone of their partitions' other nodes, where that is one.
void guess_zones(const Cluster& cluster, Names& zones) {
    std::map<std::string_view, std::set<std::string>> choices;
    for (const Partition& partition : cluster.partitions) {
        const auto found = zones_in(partition, zones);
        for (const std::string& node : partition.nodes)
            for (const std::string_view zone : found)
                if (!zone.empty() && !zones.contains(node))
                    choices[node].insert(std::string(zone));
    }
    for (const auto& [node, choice] : choices)
        if (choice.size() == 1)
            zones.emplace(node, *choice.begin());
}

bool keeps_to_a_zone(const config::PartitionRules& rules) {
    return rules.fabric.same_az && rules.mode == config::Mode::Enforce &&
           !config::relaxes(rules, config::Relaxable::SameAz);
}

bool must_join(const Cluster& cluster, const Names& zones, const config::Config& config) {
    return std::ranges::any_of(cluster.partitions, [&](const Partition& partition) {
        const auto found = zones_in(partition, zones);
        const bool anywhere = found.contains(std::string_view());
        return found.size() > 1 &&
               (anywhere || !keeps_to_a_zone(config::rules_for(config, partition.name)));
    });
}

/// The place of a node that is up and is the instance that EC2 was asked about.
const Place* place_now(const std::string& node, bool up, const Snapshot& snapshot,
                       const Instances& instances) {
    const auto entry = snapshot.nodes.find(node);
    const auto now = instances.find(node);
    const bool is_it = up && entry != snapshot.nodes.end() && !entry->second.path.empty() &&
                       (now == instances.end() || now->second == entry->second.instance);
    return is_it ? &entry->second : nullptr;
}

/// A leaf of Slurm has nodes or switches (topology.conf(5) of 22.05), so nodes of a network node
/// that has both get a leaf of their own.
void split_mixed(std::vector<Branch>& branches) {
    for (Branch& branch : branches) {
        split_mixed(branch.branches);
        if (!branch.branches.empty() && !branch.nodes.empty())
            branch_of(branch, branch.name + "_direct").nodes = std::exchange(branch.nodes, {});
    }
}

} // namespace

Layout lay_out(const Cluster& cluster, const Snapshot& snapshot, const Instances& instances,
               const config::Config& config) {
    Names zones = zones_of(cluster, snapshot);
    guess_zones(cluster, zones);
    Layout layout;
    Grove grove;
    for (const auto& [node, up] : cluster.nodes) {
        const auto zone = zones.find(node);
        const std::string name = zone == zones.end() ? std::string() : zone->second;
        const Place* place = place_now(node, up, snapshot, instances);
        const bool planted = place && !name.empty() && grove.plant(name, place->path, node);
        if (!planted)
            grove.plant_unknown(name, node);
        if (!planted && place)
            layout.contradicted.push_back(node);
    }
    layout.roots = std::move(grove).roots();
    split_mixed(layout.roots);
    if (layout.roots.size() > 1 && must_join(cluster, zones, config))
        layout.roots = {Branch{"all-zones", std::move(layout.roots), {}}};
    return layout;
}

} // namespace fairlead::placement
