/// fairlead cost groups

#include "cli/ask_slurm.hpp"
#include "cli/cost.hpp"

#include "base/words.hpp"
#include "cost/account_tree.hpp"
#include "cost/groups.hpp"

#include <fmt/ranges.h>
#include <memory>
#include <nlohmann/json.hpp>

namespace fairlead::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
    std::filesystem::path file; ///< empty: groups.yaml beside the configuration
    bool from_slurmdbd = false;
    bool json = false;
};

std::string budget_text(const std::optional<cost::Budget>& budget) {
    if (!budget)
        return "none";
    const std::string amount = cost::show_money(budget->amount, budget->currency);
    if (budget->period == cost::Period::Rolling)
        return fmt::format("{} in {} days", amount, budget->days.count());
    return fmt::format("{} a {}", amount, to_string(budget->period));
}

Json budget_json(const std::optional<cost::Budget>& budget) {
    if (!budget)
        return {};
    Json json{{"amount", cost::show_nanos(budget->amount)},
              {"currency", budget->currency},
              {"period", to_string(budget->period)}};
    if (budget->period == cost::Period::Rolling)
        json["days"] = budget->days.count();
    return json;
}

/// "60.5" of 60500000.
std::string percent(std::int64_t parts) {
    std::string text = fmt::format("{}.{:06}", parts / 1'000'000, parts % 1'000'000);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.'))
        text.pop_back();
    return text;
}

Json to_json(const cost::Group& group) {
    Json grants = Json::array(), thresholds = Json::array();
    for (const cost::GrantShare& share : group.grants)
        grants.push_back({{"grant", share.grant}, {"percent", percent(share.parts)}});
    for (const cost::Threshold& threshold : group.thresholds)
        thresholds.push_back({{"at", threshold.percent},
                              {"then", to_string(threshold.reaction)},
                              {"qos", threshold.qos}});
    return {{"group", group.name},
            {"pi", group.pi},
            {"university", group.university},
            {"accounts", group.accounts},
            {"grants", grants},
            {"budget", budget_json(group.budget)},
            {"thresholds", thresholds},
            {"may_exceed", group.may_exceed},
            {"viewers", group.viewers}};
}

void print_json(const cost::Groups& all) {
    Json groups = Json::array(), universities = Json::object();
    for (const cost::Group& group : all.groups)
        groups.push_back(to_json(group));
    for (const auto& [name, budget] : all.universities)
        universities[name] = {{"budget", budget_json(budget)},
                              {"viewers", all.university_viewers.at(name)}};
    const Json json{{"schema", "fairlead.cost-groups/1"},
                    {"groups", groups},
                    {"universities", universities},
                    {"site", {{"budget", budget_json(all.site)}, {"viewers", all.site_viewers}}}};
    fmt::print("{}\n", json.dump(2, ' ', false, Json::error_handler_t::replace));
}

void print_text(const cost::Groups& all) {
    constexpr auto* columns = "{:<12} {:<10} {:<12} {:<20} {:<24} {}\n";
    fmt::print(fmt::runtime(columns), "Group", "PI", "University", "Accounts", "Grants", "Budget");
    for (const cost::Group& group : all.groups) {
        std::vector<std::string> grants;
        for (const cost::GrantShare& share : group.grants)
            grants.push_back(fmt::format("{} {} %", printable(share.grant), percent(share.parts)));
        fmt::print(fmt::runtime(columns), printable(group.name), printable(group.pi),
                   printable(group.university),
                   printable(fmt::format("{}", fmt::join(group.accounts, ","))),
                   fmt::format("{}", fmt::join(grants, ", ")), budget_text(group.budget));
    }
    for (const auto& [name, budget] : all.universities)
        fmt::print("university {}: budget {}\n", printable(name), budget_text(budget));
    fmt::print("site: budget {}\n", budget_text(all.site));
}

void print_tree(Session& session) {
    const auto config = config::load(session.config_path);
    if (!config)
        return session.report(config.error());
    const auto tree = ask_account_tree(*config);
    if (!tree)
        return session.report(tree.error());
    fmt::print("{}", cost::groups_yaml_of(*tree));
}

void show(const Options& options, Session& session) {
    if (options.from_slurmdbd)
        return print_tree(session);
    const auto file = options.file.empty()
                          ? std::filesystem::path(session.config_path).parent_path() / "groups.yaml"
                          : options.file;
    const auto groups = cost::load_groups(file);
    if (!groups)
        return session.report(groups.error());
    options.json ? print_json(*groups) : print_text(*groups);
}

} // namespace

void add_cost_groups(CLI::App& cost, Session& session) {
    auto options = std::make_shared<Options>();
    CLI::App* command =
        cost.add_subcommand("groups", "research groups with their accounts, grants and budgets");
    command->add_option("--groups", options->file,
                        "file of groups (default: groups.yaml beside the configuration)");
    command->add_flag("--from-slurmdbd", options->from_slurmdbd,
                      "print a file of groups to go on from: the accounts below root, each with "
                      "those below it");
    add_format(*command, options->json);
    command->callback([options, &session] { show(*options, session); });
}

} // namespace fairlead::cli
