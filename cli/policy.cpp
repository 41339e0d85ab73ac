/// fairlead policy status

#include "cli/policy.hpp"

#include "config/config.hpp"
#include "config/paths.hpp"
#include "cost/clock.hpp"
#include "state/observed.hpp"
#include "state/pause.hpp"
#include "state/policy_state.hpp"

#include <fmt/ranges.h>
#include <memory>
#include <nlohmann/json.hpp>

namespace fairlead::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Status {
    Result<config::Config> config; ///< what the file says
    bool paused;
    state::Counts admission;                    ///< counted by slurmctld on this machine
    state::Counts node;                         ///< counted by the prolog on this machine
    state::Counts refused;                      ///< counted by slurmctld on this machine
    std::optional<state::PolicyState> in_force; ///< in slurmctld, where that runs here
};

Result<Status> read_status(const std::string& config_path) {
    const std::filesystem::path run = config::run_dir;
    const auto admission = state::read_counts(run / "admission" / "observed.json");
    const auto node = state::read_counts(run / "observed.json");
    if (!admission)
        return std::unexpected(admission.error());
    if (!node)
        return std::unexpected(node.error());
    const auto refused = state::read_counts(run / "admission" / "refused.json", state::refused);
    if (!refused)
        return std::unexpected(refused.error());
    auto in_force = state::read_policy_state(run / "admission" / "policy.json");
    if (!in_force)
        return std::unexpected(in_force.error());
    const bool paused = state::paused(config::state_dir_of(config_path.c_str()));
    return Status{config::load(config_path), paused, *admission, *node, *refused,
                  std::move(*in_force)};
}

Json counts_json(const state::Counts& counts) {
    Json json = Json::object();
    for (const auto& [id, number] : counts)
        json[id] = number;
    return json;
}

std::string time_of(std::int64_t since_1970) {
    return cost::show_time(cost::Time(std::chrono::seconds(since_1970)));
}

/// What slurmctld judges by; where it does not run, what the file says.
std::string mode_of(const Status& status) {
    if (status.in_force && !status.in_force->mode.empty())
        return status.in_force->mode;
    return status.config ? std::string(config::to_string(status.config->policy.mode)) : "";
}

Json in_force_json(const std::optional<state::PolicyState>& state) {
    if (!state)
        return nullptr;
    return {{"revision", state->revision},
            {"since", state->since},
            {"rules", state->rules},
            {"mode", state->mode.empty() ? Json(nullptr) : Json(state->mode)},
            {"exempt", state->exempt},
            {"refuses", state->refuses},
            {"error", state->error ? Json(*state->error) : Json(nullptr)},
            {"budgets", state->budgets ? Json(time_of(*state->budgets)) : Json(nullptr)}};
}

void print_json(const Status& status) {
    Json partitions = Json::object();
    if (status.config)
        for (const auto& [name, rules] : status.config->partitions)
            partitions[name] = {{"efa", config::to_string(rules.fabric.efa)},
                                {"mode", config::to_string(rules.mode)}};
    const std::string mode = mode_of(status);
    const Json json{
        {"schema", "fairlead.policy-status/1"},
        {"paused", status.paused},
        {"policy_mode", mode.empty() ? Json(nullptr) : Json(mode)},
        {"in_force", in_force_json(status.in_force)},
        {"partitions", partitions},
        {"refused", counts_json(status.refused)},
        {"would_have",
         {{"admission", counts_json(status.admission)}, {"node", counts_json(status.node)}}}};
    fmt::print("{}\n", json.dump(2));
}

void print_in_force(const Status& status) {
    if (!status.in_force)
        return fmt::print("slurmctld with Fairlead's plugin does not run here\n");
    const state::PolicyState& state = *status.in_force;
    if (!state.revision.empty())
        fmt::print("rules: {}, mode {}, revision {} since {}\n", state.rules, mode_of(status),
                   state.revision, state.since);
    if (!state.revision.empty() && !state.exempt.empty())
        fmt::print("exempt: {}\n", fmt::join(state.exempt, ", "));
    if (state.budgets)
        fmt::print("budgets: as of {}\n", time_of(*state.budgets));
    if (state.error)
        fmt::print("what the files say now is not in force: {}\n", *state.error);
    if (state.refuses)
        fmt::print("every job is refused [FL-A205]; `fairlead pause` lets jobs through\n");
}

void print_counts(std::string_view what, const state::Counts& counts) {
    for (const auto& [id, number] : counts) {
        const auto code = find_code(id);
        fmt::print("{} {} times: {} ({})\n", what, number, id,
                   code ? entry_of(*code).title : "a code of another release");
    }
}

void print_text(const Status& status) {
    fmt::print("{}\n",
               status.paused ? "paused: every job passes; `fairlead resume` ends it" : "in force");
    print_in_force(status);
    if (status.config)
        for (const auto& [name, rules] : status.config->partitions)
            fmt::print("partition {:<16} efa {:<10} mode {}\n", name,
                       config::to_string(rules.fabric.efa), config::to_string(rules.mode));
    print_counts("admission refused", status.refused);
    print_counts("admission would have acted", status.admission);
    print_counts("this node would have acted", status.node);
}

void show(bool json, Session& session) {
    const auto status = read_status(session.config_path);
    if (!status)
        return session.report(status.error());
    json ? print_json(*status) : print_text(*status);
    if (!status->config)
        session.report(status->config.error());
}

} // namespace

void add_policy(CLI::App& app, Session& session) {
    auto json = std::make_shared<bool>(false);
    CLI::App* policy = app.add_subcommand("policy", "what is enforced where");
    policy->require_subcommand(1);
    CLI::App* command = policy->add_subcommand(
        "status", "modes of all partitions, and what observe mode would have done here");
    add_format(*command, *json);
    command->callback([json, &session] { show(*json, session); });
    add_policy_check(*policy, session);
    add_policy_explain(*policy, session);
    add_policy_test(*policy, session);
}

} // namespace fairlead::cli
