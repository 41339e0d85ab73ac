#include "fabric/metadata.hpp"

#include "base/words.hpp"

#include <algorithm>
#include <fmt/ranges.h>

namespace fairlead::fabric {
namespace {

using config::Placement;

Finding failed(Finding finding, Code code, std::string message) {
    finding.state = State::Failed;
    finding.error = Error{code, std::move(message)};
    return finding;
}

bool contradicts(const std::optional<std::string>& said, const std::string& known) {
    return said && !said->empty() && !known.empty() && *said != known;
}

bool needs_group(Placement placement) {
    return placement == Placement::Cluster || placement == Placement::Partition ||
           placement == Placement::Spread;
}

std::string expected_group(const config::FabricDemand& demand) {
    if (!demand.group.empty())
        return demand.group;
    return needs_group(demand.placement)
               ? fmt::format("any {} group", config::to_string(demand.placement))
               : std::string{};
}

std::string group_text(const std::string& group) {
    return group.empty() ? "none" : printable(group);
}

/// What is wrong with being in `group`. Its partition's number, where known, is 0 in a group
/// without partitions.
std::optional<Error> group_fault(const std::string& group, std::optional<int> partition,
                                 const config::FabricDemand& demand) {
    if (group.empty() || (!demand.group.empty() && group != demand.group))
        return Error{Code::E210,
                     fmt::format("placement group '{}' expected, instance is in {}",
                                 expected_group(demand),
                                 group.empty() ? "none" : "'" + printable(group) + "'")};
    const bool wanted = demand.placement == Placement::Partition;
    if (partition && needs_group(demand.placement) && (*partition > 0) != wanted)
        return Error{Code::E211,
                     fmt::format("placement group '{}' has {}, a {} group is expected",
                                 printable(group), wanted ? "no partitions" : "partitions",
                                 config::to_string(demand.placement))};
    return std::nullopt;
}

/// A capacity block keeps its instances close by itself, which is what a cluster group is for.
bool block_stands_for_group(const config::FabricDemand& demand) {
    return demand.placement != Placement::Partition && demand.placement != Placement::Spread;
}

/// The first number from 0 on that is not among the cards.
int missing_card(const std::vector<int>& cards) {
    int card = 0;
    while (std::ranges::find(cards, card) != cards.end())
        ++card;
    return card;
}

} // namespace

bool demands_group(const config::FabricDemand& demand) {
    return needs_group(demand.placement) || !demand.group.empty();
}

Finding check_type(const Instance& instance, const std::vector<std::string>& listed) {
    Finding finding{.check = "instance type",
                    .found = printable(instance.type),
                    .expected = fmt::format("{}", fmt::join(listed, " or "))};
    if (instance.type.empty() && !listed.empty())
        finding.state = State::Unknown;
    else if (!listed.empty() && std::ranges::find(listed, instance.type) == listed.end())
        return failed(std::move(finding), Code::E218,
                      fmt::format("instance type {} is not one of the partition's ({})",
                                  printable(instance.type), fmt::join(listed, ", ")));
    return finding;
}

Finding check_metadata(const Instance& instance, const aws::InstanceFacts& facts,
                       const std::optional<std::string>& ec2_zone) {
    Finding finding{.check = "instance metadata",
                    .found = printable(facts.instance_id.value_or("")),
                    .expected = printable(instance.id)};
    if (!facts.instance_id && !facts.instance_type && !facts.availability_zone)
        finding.state = State::Unknown;
    const auto contradiction = [&](const char* what, const std::string& said,
                                   const std::string& known) {
        return failed(finding, Code::E212,
                      fmt::format("instance metadata says {} {}, the node is {}", what,
                                  printable(said), printable(known)));
    };
    if (contradicts(facts.instance_id, instance.id))
        return contradiction("id", *facts.instance_id, instance.id);
    // DMI names the type where it names the id: on Nitro.
    if (!instance.id.empty() && contradicts(facts.instance_type, instance.type))
        return contradiction("type", *facts.instance_type, instance.type);
    if (contradicts(facts.availability_zone, ec2_zone.value_or("")))
        return contradiction("zone", *facts.availability_zone, *ec2_zone);
    return finding;
}

Finding check_placement_group(const aws::InstanceFacts& facts, const config::FabricDemand& demand) {
    Finding finding{.check = "placement group",
                    .found = facts.placement_group ? group_text(*facts.placement_group) : "",
                    .expected = expected_group(demand),
                    .subject = Subject::Placement};
    if (!demands_group(demand))
        return finding;
    const bool in_block = facts.lifecycle == "capacity-block";
    if (!facts.placement_group)
        finding.state = State::Unknown;
    else if (in_block && facts.placement_group->empty() && block_stands_for_group(demand))
        finding.found = "capacity block";
    else if (auto error = group_fault(*facts.placement_group, facts.partition_number, demand))
        return failed(std::move(finding), error->code, error->message);
    return finding;
}

Finding check_network_cards(const aws::InstanceFacts& facts, const catalog::InstanceType* type,
                            bool missing) {
    Finding finding{.check = "network cards", .found = "", .expected = ""};
    if (facts.network_cards)
        finding.found = fmt::format("{}", facts.network_cards->size());
    if (type)
        finding.expected = fmt::format("{}", type->network_cards);
    if (!type || !facts.network_cards) {
        finding.state = type ? State::Unknown : State::Ok;
        return finding;
    }
    const auto cards = facts.network_cards->size();
    if (!missing || cards >= static_cast<std::size_t>(type->network_cards))
        return finding;
    return failed(std::move(finding), Code::E213,
                  fmt::format("efa: EC2 attached {} of {} network cards on {} (missing card {})",
                              cards, type->network_cards, type->name,
                              missing_card(*facts.network_cards)));
}

} // namespace fairlead::fabric
