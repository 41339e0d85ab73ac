#include "decisions/decision.hpp"

#include "base/words.hpp"
#include "cost/words.hpp"
#include "placement/hostlist.hpp"
#include "placement/verdict.hpp"

#include <algorithm>
#include <fmt/ranges.h>

namespace fairlead::decisions {
namespace {

constexpr std::size_t longest = 1024;
constexpr std::string_view attempt_start = "fairlead: attempt ";
constexpr std::string_view staging_start = "FL-S";

/// "efa required, on 2 interfaces of each node, placement cluster (hpc-pg), under 1 layer"
std::string words_of(const config::FabricDemand& fabric) {
    std::vector<std::string> words{fmt::format("efa {}", config::to_string(fabric.efa))};
    if (fabric.efa_interfaces > 0)
        words.push_back(fmt::format("at least {} interfaces on each node", fabric.efa_interfaces));
    if (fabric.placement != config::Placement::Any)
        words.push_back(fmt::format("placement {}", config::to_string(fabric.placement)));
    if (!fabric.group.empty())
        words.push_back(fmt::format("placement group {}", printable(fabric.group)));
    if (fabric.max_layer > 0)
        words.push_back(fmt::format("nodes under one network node of layer {}", fabric.max_layer));
    if (fabric.same_az)
        words.emplace_back("nodes in one zone");
    return fmt::format("{}", fmt::join(words, ", "));
}

/// "30.00USD" of "00c0ffee00c0ffee,at-most=30.00USD"
std::string at_most_in(std::string_view part) {
    constexpr std::string_view key = "at-most=";
    const std::size_t begin = part.find(key);
    return begin == std::string_view::npos ? "an amount that is not told"
                                           : printable(part.substr(begin + key.size()));
}

Decision sentence(std::string_view by, std::string_view text, std::string next = {}) {
    Decision decision{std::string(by), printable(text, longest), code_in(text), std::move(next)};
    if (decision.code && decision.next.empty())
        decision.next = entry_of(*decision.code).action;
    return decision;
}

/// A text with its code, or of before a code alone.
Decision stopped(std::string_view text) {
    const bool code_alone = find_code(text).has_value();
    return sentence("budget",
                    code_alone ? fmt::format("held at submission [{}]", text) : std::string(text));
}

std::optional<Decision> from_part(std::string_view part) {
    const auto has = [part](std::string_view word) {
        return part.starts_with(word) && part.substr(word.size()).starts_with('=');
    };
    if (has(cost::hold_word))
        return Decision{"budget",
                        fmt::format("its group's budget holds at most {} for it", at_most_in(part)),
                        {},
                        {}};
    if (has(cost::cost_word))
        return Decision{
            "budget", fmt::format("at most {}; no budget holds it", at_most_in(part)), {}, {}};
    if (has(cost::stopped_word))
        return stopped(part.substr(part.find('=') + 1));
    if (part.starts_with(attempt_start))
        return sentence("placement", part.substr(std::string_view("fairlead: ").size()));
    if (part.starts_with(staging_start))
        return sentence("staging", part);
    return std::nullopt;
}

} // namespace

std::optional<Code> code_in(std::string_view text) {
    constexpr std::size_t longest_id = 8;
    if (const std::size_t end = text.find(':'); end <= longest_id)
        if (const auto code = find_code(text.substr(0, end)))
            return code;
    const std::size_t begin = text.rfind("[FL-");
    const std::size_t end = text.find(']', begin);
    if (begin == std::string_view::npos || end == std::string_view::npos)
        return std::nullopt;
    return find_code(text.substr(begin + 1, end - begin - 1));
}

Decision from_error(std::string_view by, const Error& error) {
    return {std::string(by), error.message, error.code, std::string(entry_of(error.code).action)};
}

Decisions in_comment(std::string_view admin_comment) {
    Decisions decisions;
    const auto admitted = state::admitted_in(admin_comment);
    if (admitted)
        decisions.push_back({"admission",
                             fmt::format("{}{}", words_of(admitted->fabric),
                                         admitted->asked ? "; the job itself asked for EFA" : ""),
                             {},
                             {}});
    const std::string_view record = state::record_in(admin_comment);
    for (const std::string_view part : split(admin_comment, ';'))
        if (part != record)
            if (auto decision = from_part(trimmed(part)))
                decisions.push_back(std::move(*decision));
    return decisions;
}

Decision by_partition(const config::Config& config, std::string_view partition) {
    const auto& rules = config::rules_for(config, partition);
    const bool controller = config.admission == config::Admission::Controller;
    return {"partition",
            fmt::format("{} has {}, mode {}; nodes take {} word", printable(partition),
                        words_of(rules.fabric), config::to_string(rules.mode),
                        controller ? "the controller's" : "the job's own"),
            {},
            {}};
}

std::optional<Decision> by_place(std::span<const std::string> nodes,
                                 const placement::Snapshot& places, const config::Config& config,
                                 std::string_view partition,
                                 const std::optional<state::Admitted>& admitted) {
    const auto& rules = config::rules_for(config, partition);
    const bool by_job = admitted && admitted->fabric.placed();
    const config::FabricDemand& demand = by_job ? admitted->fabric : rules.fabric;
    const bool counts = by_job || rules.mode != config::Mode::Off;
    if (nodes.empty() || !counts || !demand.placed())
        return std::nullopt;
    const auto verdict = placement::judge(
        nodes, places, demand, by_job ? "the job" : fmt::format("partition '{}'", partition));
    if (verdict.error)
        return from_error("placement", *verdict.error);
    return Decision{"placement",
                    fmt::format("{} lie as demanded, by what {}",
                                printable(placement::compress({nodes.begin(), nodes.end()}), 200),
                                places.taken.empty() ? "they recorded of themselves"
                                                     : "EC2 said on " + places.taken),
                    {},
                    {}};
}

Decisions by_nodes(std::span<const std::string> nodes, const std::vector<setup::SlurmNode>& known) {
    Decisions decisions;
    for (const setup::SlurmNode& node : known)
        if (std::ranges::find(nodes, node.name) != nodes.end() && code_in(node.reason))
            decisions.push_back(
                sentence("nodes", fmt::format("{} is out of service: {}", node.name, node.reason)));
    return decisions;
}

} // namespace fairlead::decisions
