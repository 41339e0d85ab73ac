/// fairlead policy status

#include "cli/policy.hpp"

#include "config/config.hpp"
#include "config/paths.hpp"
#include "state/observed.hpp"
#include "state/pause.hpp"

#include <memory>
#include <nlohmann/json.hpp>

namespace fairlead::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Status {
    config::Config config;
    bool paused;
    state::Counts admission; ///< counted by slurmctld on this machine
    state::Counts node;      ///< counted by the prolog on this machine
};

Result<Status> read_status(const std::string& config_path) {
    auto config = config::load(config_path);
    if (!config)
        return std::unexpected(config.error());
    const std::filesystem::path run = config::run_dir;
    const auto admission = state::read_counts(run / "admission" / "observed.json");
    const auto node = state::read_counts(run / "observed.json");
    if (!admission)
        return std::unexpected(admission.error());
    if (!node)
        return std::unexpected(node.error());
    const bool paused = state::paused(config->state_dir);
    return Status{std::move(*config), paused, *admission, *node};
}

Json counts_json(const state::Counts& counts) {
    Json json = Json::object();
    for (const auto& [id, number] : counts)
        json[id] = number;
    return json;
}

void print_json(const Status& status) {
    Json partitions = Json::object();
    for (const auto& [name, rules] : status.config.partitions)
        partitions[name] = {{"efa", config::to_string(rules.fabric.efa)},
                            {"mode", config::to_string(rules.mode)}};
    const Json json{
        {"schema", "fairlead.policy-status/1"},
        {"paused", status.paused},
        {"partitions", partitions},
        {"would_have",
         {{"admission", counts_json(status.admission)}, {"node", counts_json(status.node)}}}};
    fmt::print("{}\n", json.dump(2));
}

void print_counts(std::string_view where, const state::Counts& counts) {
    for (const auto& [id, number] : counts) {
        const auto code = find_code(id);
        fmt::print("{} would have acted {} times: {} ({})\n", where, number, id,
                   code ? entry_of(*code).title : "a code of another release");
    }
}

void print_text(const Status& status) {
    fmt::print("{}\n",
               status.paused ? "paused: every job passes; `fairlead resume` ends it" : "in force");
    for (const auto& [name, rules] : status.config.partitions)
        fmt::print("partition {:<16} efa {:<10} mode {}\n", name,
                   config::to_string(rules.fabric.efa), config::to_string(rules.mode));
    print_counts("admission", status.admission);
    print_counts("this node", status.node);
}

void show(bool json, Session& session) {
    const auto status = read_status(session.config_path);
    if (!status)
        return session.report(status.error());
    json ? print_json(*status) : print_text(*status);
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
