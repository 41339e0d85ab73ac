#include "placement/verdict.hpp"

#include "base/words.hpp"
#include "placement/hostlist.hpp"
#include "placement/network.hpp"

#include <algorithm>
#include <fmt/ranges.h>
#include <set>
#include <tuple>

namespace fairlead::placement {
namespace {

using config::Placement;
using Names = std::vector<std::string>;

struct Node {
    const std::string* name;
    const Place* place;
};

/// What is demanded, who demands it, and of how many nodes.
struct Case {
    const config::FabricDemand& demand;
    std::string_view by;
    std::size_t nodes;

    bool layers() const { return demand.max_layer > 0 && nodes > 1; }
    bool zones() const { return demand.same_az && nodes > 1; }
    bool block() const { return demand.placement == Placement::CapacityBlock; }
    bool kind() const { return demand.placement != Placement::Any && !block(); }
    bool groups() const { return kind() || !demand.group.empty(); }
};

const std::string& zone_of(const Place& place) {
    return place.zone.empty() ? place.zone_id : place.zone;
}

/// Empty where it is in none, and where that is not known.
std::string name_of_group(const Place& place) { return place.group.value_or(""); }

/// What keeps a node close to the others: its placement group or its capacity block.
std::string group_of(const Place& place) {
    const std::string name = name_of_group(place);
    return name.empty() ? place.capacity_block : name;
}

/// A capacity block keeps its nodes close, which is not what the other kinds are for.
bool needs_no_group(const Place& place, const config::FabricDemand& demand) {
    return name_of_group(place).empty() && !place.capacity_block.empty() &&
           demand.placement != Placement::Partition && demand.placement != Placement::Spread;
}

bool has_path(const Place& place) { return !place.path.empty(); }
bool has_zone(const Place& place) { return !zone_of(place).empty(); }
bool says_block(const Place& place) { return place.lifecycle == "capacity-block"; }
/// What an instance recorded of its lifecycle counts: EC2 may not show the capacity block of one
/// that was only just launched yet.
bool knows_block(const Place& place) {
    return !place.capacity_block.empty() || !place.lifecycle.empty();
}
bool wrong_block(const Place& place) {
    return place.capacity_block.empty() && !place.lifecycle.empty() && !says_block(place);
}
/// One in no group may be in a capacity block, whose id EC2 alone tells.
bool has_group(const Place& place) {
    return place.group && (!group_of(place).empty() || (place.asked && !says_block(place)));
}
bool has_kind(const Place& place) {
    return has_group(place) && (name_of_group(place).empty() || !place.strategy.empty());
}

bool is_known(const Place& place, const Case& asked) {
    return (!asked.layers() || has_path(place)) && (!asked.zones() || has_zone(place)) &&
           (!asked.groups() || has_group(place)) && (!asked.kind() || has_kind(place)) &&
           (!asked.block() || knows_block(place));
}

std::vector<Node> only(std::span<const Node> nodes, bool (*known)(const Place&)) {
    std::vector<Node> chosen;
    for (const Node& node : nodes)
        if (known(*node.place))
            chosen.push_back(node);
    return chosen;
}

/// The first eight of a sorted list.
std::string some_of(const std::set<std::string>& names) {
    constexpr std::size_t shown = 8;
    Names list;
    for (const std::string& name : names)
        if (list.size() < shown)
            list.push_back(printable(name));
    const std::size_t more = names.size() - list.size();
    return fmt::format("{}{}", fmt::join(list, ", "),
                       more ? fmt::format(" and {} more", more) : std::string());
}

std::string shown(const Names& nodes) { return printable(compress(nodes), 200); }

/// Where in a path the network node `layer` layers above the instance is, or the top where there
/// are not as many.
std::size_t depth_at(const Path& path, int layer) {
    const auto above = static_cast<std::size_t>(layer);
    return path.size() > above ? path.size() - above : 0;
}

bool wrong_group(const Place& place, const config::FabricDemand& demand) {
    const std::string name = name_of_group(place);
    return !needs_no_group(place, demand) &&
           (name.empty() || (!demand.group.empty() && name != demand.group));
}

bool wrong_kind(const Place& place, const config::FabricDemand& demand) {
    return !needs_no_group(place, demand) && place.strategy != config::to_string(demand.placement);
}

std::string expected_group(const config::FabricDemand& demand) {
    if (!demand.group.empty())
        return fmt::format("placement group '{}'", printable(demand.group));
    return fmt::format("a placement group of strategy {}", config::to_string(demand.placement));
}

std::optional<Error> check_group(std::span<const Node> nodes, const Case& asked) {
    const config::FabricDemand& demand = asked.demand;
    const Place* first = nullptr;
    Names strange;
    for (const Node& node : nodes)
        if (wrong_group(*node.place, demand)) {
            first = first ? first : node.place;
            strange.push_back(*node.name);
        }
    if (!first)
        return std::nullopt;
    const std::string name = name_of_group(*first);
    const std::string group = name.empty() ? "none" : fmt::format("'{}'", printable(name));
    return Error{Code::E210, fmt::format("not in {}, which {} demands: {} (placement group of {} "
                                         "is {})",
                                         expected_group(demand), asked.by, shown(strange),
                                         strange.front(), group)};
}

std::optional<Error> check_kind(std::span<const Node> nodes, const Case& asked) {
    const config::FabricDemand& demand = asked.demand;
    for (const Node& node : nodes)
        if (wrong_kind(*node.place, demand))
            return Error{Code::E211,
                         fmt::format("placement group '{}' of {} has strategy {}; {} demands {}",
                                     printable(name_of_group(*node.place)), *node.name,
                                     printable(node.place->strategy), asked.by,
                                     config::to_string(demand.placement))};
    return std::nullopt;
}

std::optional<Error> check_block(std::span<const Node> nodes, const Case& asked) {
    const std::vector<Node> strange = only(nodes, wrong_block);
    if (strange.empty())
        return std::nullopt;
    Names names;
    for (const Node& node : strange)
        names.push_back(*node.name);
    return Error{Code::E210, fmt::format("not in a capacity block, which {} demands: {} (lifecycle "
                                         "of {} is {})",
                                         asked.by, shown(names), names.front(),
                                         printable(strange.front().place->lifecycle))};
}

/// More than one of what there may be one of; `what` has a place for their number and one for them.
std::optional<Error> check_one(std::span<const Node> nodes, Code code, std::string_view what,
                               const Case& asked, auto of) {
    std::set<std::string> values;
    for (const Node& node : nodes)
        values.insert(of(*node.place));
    if (values.size() < 2)
        return std::nullopt;
    return Error{code, fmt::format(fmt::runtime(what), values.size(), some_of(values)) +
                           fmt::format("; {} allows 1", asked.by)};
}

std::optional<Error> check_layers(std::span<const Node> nodes, const Case& asked) {
    const config::FabricDemand& demand = asked.demand;
    std::vector<Path> paths;
    for (const Node& node : nodes)
        paths.push_back(node.place->path);
    const int layers = layers_needed(paths);
    if (nodes.size() < 2 || (layers > 0 && layers <= demand.max_layer))
        return std::nullopt;
    const std::string what =
        demand.max_layer == 1
            ? "nodes span {} leaf network nodes ({})"
            : fmt::format("nodes span {{}} network nodes of layer {} ({{}})", demand.max_layer);
    return check_one(nodes, Code::E220, what, asked, [&demand](const Place& place) {
        return place.path[depth_at(place.path, demand.max_layer)];
    });
}

/// Each demand is checked on the nodes of which it can be.
std::optional<Error> first_violation(std::span<const Node> nodes, const Case& asked) {
    std::optional<Error> error;
    if (asked.zones())
        error = check_one(only(nodes, has_zone), Code::E222,
                          "nodes lie in {} Availability Zones ({})", asked, zone_of);
    if (!error && asked.block())
        error = check_block(nodes, asked);
    if (!error && asked.groups())
        error = check_group(only(nodes, has_group), asked);
    if (!error && asked.kind())
        error = check_kind(only(nodes, has_kind), asked);
    if (!error && asked.groups())
        error = check_one(only(nodes, has_group), Code::E223,
                          "nodes lie in {} placement groups ({})", asked, group_of);
    if (!error && asked.layers())
        error = check_layers(only(nodes, has_path), asked);
    return error;
}

/// What all nodes of a conforming part have in common; empty what is not demanded.
using Common = std::tuple<std::string, std::string, Path>;

/// Every part that a node can be in: one for each network node that it may share with others.
std::vector<Common> parts_of(const Place& place, const Case& asked) {
    const std::string zone = asked.zones() ? zone_of(place) : "";
    const std::string group = asked.groups() ? group_of(place) : "";
    if (!asked.layers())
        return {{zone, group, {}}};
    std::vector<Common> parts;
    for (std::size_t depth = depth_at(place.path, asked.demand.max_layer);
         depth < place.path.size(); ++depth)
        parts.emplace_back(
            zone, group,
            Path(place.path.begin(), place.path.begin() + static_cast<std::ptrdiff_t>(depth) + 1));
    return parts;
}

bool fits_alone(const Place& place, const Case& asked) {
    return !(asked.groups() && wrong_group(place, asked.demand)) &&
           !(asked.kind() && wrong_kind(place, asked.demand)) &&
           !(asked.block() && wrong_block(place));
}

Names largest_part(std::span<const Node> nodes, const Case& asked) {
    std::map<Common, Names> parts;
    for (const Node& node : nodes)
        if (fits_alone(*node.place, asked))
            for (const Common& part : parts_of(*node.place, asked))
                parts[part].push_back(*node.name);
    Names best;
    for (auto& [common, names] : parts)
        if (names.size() > best.size() || (names.size() == best.size() && names < best))
            best = std::move(names);
    return best;
}

/// What EC2, where it was asked, left open.
std::string left_open(const Names& unknown, const Snapshot& snapshot, const Case& asked) {
    std::size_t silent = 0;
    std::set<std::string> types;
    for (const std::string& node : unknown) {
        const auto entry = snapshot.nodes.find(node);
        if (entry == snapshot.nodes.end() || !entry->second.asked)
            continue;
        ++silent;
        if (asked.layers() && !has_path(entry->second) && !entry->second.type.empty())
            types.insert(entry->second.type);
    }
    if (!types.empty())
        return "; EC2 was asked and has no topology for " + some_of(types);
    return silent ? fmt::format("; EC2 was asked about {} of them and did not tell", silent) : "";
}

Error not_known(const Names& unknown, const Snapshot& snapshot, const Case& asked) {
    return {Code::E221, fmt::format("the place of {} in the network is not known{}", shown(unknown),
                                    left_open(unknown, snapshot, asked))};
}

/// Whether the little that is known of a node keeps it from the part that conforms.
bool is_outside(const Node& node, std::span<const Node> nodes, const Names& keep,
                const Case& asked) {
    const auto one = std::ranges::find_if(
        nodes, [&keep](const Node& other) { return !keep.empty() && *other.name == keep.front(); });
    std::vector<Node> pair{node};
    if (one != nodes.end())
        pair.push_back(*one);
    return first_violation(pair, asked).has_value();
}

Verdict violating(std::span<const Node> nodes, const Case& asked, Error error) {
    std::vector<Node> known, others;
    for (const Node& node : nodes)
        (is_known(*node.place, asked) ? known : others).push_back(node);
    Verdict verdict{Standing::Violating, std::move(error), largest_part(known, asked), {}, {}};
    for (const Node& node : known)
        if (!std::ranges::binary_search(verdict.keep, *node.name))
            verdict.exclude.push_back(*node.name);
    for (const Node& node : others)
        (is_outside(node, known, verdict.keep, asked) ? verdict.exclude : verdict.unknown)
            .push_back(*node.name);
    std::ranges::sort(verdict.exclude);
    return verdict;
}

Verdict not_violating(std::span<const Node> nodes, const Case& asked, const Snapshot& snapshot) {
    Verdict verdict{Standing::Conforming};
    for (const Node& node : nodes)
        (is_known(*node.place, asked) ? verdict.keep : verdict.unknown).push_back(*node.name);
    if (verdict.unknown.empty())
        return verdict;
    verdict.standing = Standing::Unknown;
    verdict.error = not_known(verdict.unknown, snapshot, asked);
    return verdict;
}

} // namespace

Verdict judge(std::span<const std::string> nodes, const Snapshot& snapshot,
              const config::FabricDemand& demand, std::string_view by) {
    static const Place nowhere{};
    const std::set<std::string> names(nodes.begin(), nodes.end());
    const Case asked{demand, by, names.size()};
    std::vector<Node> placed;
    for (const std::string& name : names) {
        const auto entry = snapshot.nodes.find(name);
        placed.push_back({&name, entry == snapshot.nodes.end() ? &nowhere : &entry->second});
    }
    if (auto error = first_violation(placed, asked))
        return violating(placed, asked, std::move(*error));
    return not_violating(placed, asked, snapshot);
}

bool can_break(const config::FabricDemand& demand, std::size_t nodes) {
    const Case asked{demand, {}, nodes};
    return demand.placed() && (asked.layers() || asked.zones() || asked.block() || asked.groups());
}

} // namespace fairlead::placement
