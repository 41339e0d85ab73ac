#include "placement/snapshot.hpp"

#include "base/files.hpp"
#include "base/host_list.hpp"
#include "base/unique_fd.hpp"
#include "base/words.hpp"
#include "config/fabric_words.hpp"
#include "state/record.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>

namespace fairlead::placement {
namespace {

using state::Json;

constexpr state::Schema schema{"fairlead.network", 1};
constexpr std::size_t largest_snapshot = 64 * 1024 * 1024; ///< 1 KiB for each of most_hosts
constexpr std::size_t longest_text = 255; ///< of a placement group's name; the others are shorter
/// Slurm takes 64 characters for a switch (topology.conf(5), 24.11); some are for a suffix.
constexpr std::size_t longest_network_node = 56;
constexpr std::size_t most_layers = 8; ///< 3 or 4 in EC2 today

/// As EC2 names them, so that no switch of ours is called alike.
bool is_network_node(std::string_view name) {
    return name.starts_with("nn-") && name.size() <= longest_network_node && is_host_name(name) &&
           name.find('_') == std::string_view::npos;
}

bool is_zone(std::string_view name) {
    constexpr std::size_t longest_zone = 48;
    return name.empty() || (name.size() <= longest_zone && is_host_name(name));
}

/// What Slurm or a person will be shown is what it should be, and nothing else.
bool is_sound(const Place& place) {
    for (const std::string* text :
         {&place.instance, &place.type, &place.strategy, &place.capacity_block, &place.lifecycle})
        if (text->size() > longest_text)
            return false;
    return place.group.value_or("").size() <= longest_text && is_zone(place.zone) &&
           is_zone(place.zone_id) && place.path.size() <= most_layers &&
           std::ranges::all_of(place.path, is_network_node);
}

std::string text_of(const Json& entry, const char* name) {
    const auto field = entry.find(name);
    return field != entry.end() && field->is_string() ? field->get<std::string>() : std::string();
}

std::optional<std::string> optional_text_of(const Json& entry, const char* name) {
    const auto field = entry.find(name);
    return field != entry.end() && field->is_string() ? std::optional(field->get<std::string>())
                                                      : std::nullopt;
}

Json encode_place(const std::string& node, const Place& place) {
    return {{"node", node},
            {"instance_id", place.instance},
            {"instance_type", place.type},
            {"network_nodes", place.path},
            {"placement_group", place.group ? Json(*place.group) : Json()},
            {"strategy", place.strategy},
            {"availability_zone", place.zone},
            {"availability_zone_id", place.zone_id},
            {"capacity_block", place.capacity_block},
            {"lifecycle", place.lifecycle}};
}

Place decode_place(const Json& entry) {
    Place place{.instance = text_of(entry, "instance_id"),
                .type = text_of(entry, "instance_type"),
                .group = optional_text_of(entry, "placement_group"),
                .strategy = text_of(entry, "strategy"),
                .zone = text_of(entry, "availability_zone"),
                .zone_id = text_of(entry, "availability_zone_id"),
                .capacity_block = text_of(entry, "capacity_block"),
                .lifecycle = text_of(entry, "lifecycle")};
    const auto path = entry.find("network_nodes");
    if (path != entry.end() && path->is_array())
        for (const Json& name : *path)
            place.path.push_back(name.is_string() ? name.get<std::string>() : std::string());
    return place;
}

std::string strategy_of(const std::string& group, std::span<const aws::PlacementGroup> groups) {
    const auto found = std::ranges::find(groups, group, &aws::PlacementGroup::name);
    return group.empty() || found == groups.end() ? "" : found->strategy;
}

Place place_without_topology(const state::NodeRecord& record,
                             std::span<const aws::PlacementGroup> groups) {
    Place place = recorded_place(record);
    place.asked = true;
    if (auto strategy = strategy_of(place.group.value_or(""), groups); !strategy.empty())
        place.strategy = std::move(strategy);
    return place;
}

Place place_of(const aws::InstanceTopology& instance, std::span<const aws::PlacementGroup> groups) {
    return {.instance = instance.id,
            .type = instance.type,
            .path = instance.network_nodes,
            .group = instance.group,
            .strategy = strategy_of(instance.group, groups),
            .zone = instance.zone,
            .zone_id = instance.zone_id,
            .capacity_block = instance.capacity_block};
}

} // namespace

std::string encode(const Snapshot& snapshot) {
    Json nodes = Json::array();
    for (const auto& [node, place] : snapshot.nodes)
        nodes.push_back(encode_place(node, place));
    const Json record{{"schema", state::to_string(schema)},
                      {"taken", snapshot.taken},
                      {"region", snapshot.region},
                      {"nodes", std::move(nodes)}};
    return record.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<Snapshot> decode_snapshot(std::string_view text, std::string_view source) {
    const auto record = state::parse_record(text, schema, source);
    if (!record)
        return std::unexpected(record.error());
    Snapshot snapshot{text_of(*record, "taken"), text_of(*record, "region"), {}};
    const auto nodes = record->find("nodes");
    if (nodes == record->end() || !nodes->is_array() || nodes->size() > most_hosts)
        return fail(Code::X203, "{} has no list 'nodes' of at most {}", source, most_hosts);
    for (const Json& entry : *nodes) {
        const std::string node = text_of(entry, "node");
        Place place = decode_place(entry);
        if (!is_host_name(node) || !is_sound(place))
            return fail(Code::X203, "{} has an entry for '{}' that is none", source,
                        printable(node));
        snapshot.nodes.insert_or_assign(node, std::move(place));
    }
    return snapshot;
}

Result<Snapshot> read_snapshot(const std::filesystem::path& file) {
    const auto text = read_file(file, largest_snapshot);
    if (!text && text.error().code == Code::X101)
        return fail(Code::X210, "{} does not exist; run `fairlead topology refresh`",
                    file.native());
    if (!text)
        return std::unexpected(text.error());
    return decode_snapshot(*text, file.native());
}

Result<Snapshot> merge_into(const std::filesystem::path& file, const Snapshot& update) {
    const std::string lock = file.native() + ".lock";
    const UniqueFd fd{::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
    if (!fd || ::flock(fd.get(), LOCK_EX) != 0)
        return fail(Code::X201, "cannot lock {}: {}", lock, std::strerror(errno));
    Snapshot merged = update;
    auto old = read_snapshot(file);
    if (old && old->region == update.region)
        merged.nodes.merge(std::move(old->nodes));
    // What cannot be read now may be whole; what is damaged is begun anew.
    if (!old && old.error().code == Code::X103)
        return old;
    if (auto written = write_atomic(file, encode(merged), 0644); !written)
        return std::unexpected(written.error());
    return merged;
}

Snapshot current(Snapshot snapshot, const Instances& instances) {
    std::erase_if(snapshot.nodes, [&instances](const auto& entry) {
        const auto now = instances.find(entry.first);
        return now != instances.end() && now->second != entry.second.instance;
    });
    return snapshot;
}

Place recorded_place(const state::NodeRecord& record) {
    const aws::InstanceFacts& facts = record.facts;
    Place place{.instance = record.instance.id,
                .type = record.instance.type,
                .zone = facts.availability_zone.value_or(""),
                .lifecycle = facts.lifecycle.value_or(""),
                .asked = false};
    if (facts.placement_group && facts.placement_group->size() <= longest_text)
        place.group = facts.placement_group;
    // EC2 numbers the partitions of such groups alone; the other strategies it keeps to its API.
    if (place.group && facts.partition_number.value_or(0) > 0)
        place.strategy = config::to_string(config::Placement::Partition);
    if (!is_zone(place.zone))
        place.zone.clear();
    if (place.lifecycle.size() > longest_text)
        place.lifecycle.clear();
    return place;
}

Result<Snapshot> snapshot_of(std::span<const state::NodeRecord> records,
                             std::span<const aws::InstanceTopology> instances,
                             std::span<const aws::PlacementGroup> groups, std::string region) {
    std::map<std::string_view, const aws::InstanceTopology*> answers;
    for (const aws::InstanceTopology& instance : instances)
        answers.emplace(instance.id, &instance);
    Snapshot snapshot{state::utc_now(), std::move(region), {}};
    for (const state::NodeRecord& record : records) {
        const auto answer = answers.find(record.instance.id);
        Place place = answer == answers.end() ? place_without_topology(record, groups)
                                              : place_of(*answer->second, groups);
        if (!is_sound(place))
            return fail(Code::X208, "EC2 gave '{}' a place that Slurm could not be told of",
                        printable(record.instance.id));
        snapshot.nodes.insert_or_assign(record.node, std::move(place));
    }
    return snapshot;
}

} // namespace fairlead::placement
