/// fairlead policy check

#include "cli/policy.hpp"

#include "policy/findings.hpp"
#include "policy/rule_reader.hpp"

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

namespace fairlead::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
    std::vector<std::filesystem::path> files;
    bool json = false;
};

Result<policy::Rules> rules_of(const Options& options, const Session& session) {
    if (options.files.empty())
        return policy::load_rules(std::filesystem::path(session.config_path));
    return policy::load_rules(options.files);
}

/// Of policy.d beside the configuration: those that look like rules and are not read.
std::vector<std::string> unread_files(const std::filesystem::path& config) {
    std::vector<std::string> files;
    std::error_code error;
    for (std::filesystem::directory_iterator entry(config.parent_path() / "policy.d", error), end;
         !error && entry != end; entry.increment(error))
        if (entry->path().extension() == ".yml")
            files.push_back(entry->path().native());
    std::ranges::sort(files);
    return files;
}

void print_json(const policy::Rules& rules, const std::vector<Error>& findings) {
    Json names = Json::array(), found = Json::array();
    for (const policy::Rule& rule : rules)
        names.push_back({{"name", rule.name}, {"place", rule.place}});
    for (const Error& finding : findings)
        found.push_back({{"code", id_of(finding.code)}, {"message", finding.message}});
    const Json json{{"schema", "fairlead.policy-check/1"}, {"rules", names}, {"findings", found}};
    fmt::print("{}\n", json.dump(2, ' ', false, Json::error_handler_t::replace));
}

void print_text(const policy::Rules& rules, const std::vector<Error>& findings) {
    for (const Error& finding : findings)
        fmt::print("{}\n", to_string(finding));
    fmt::print("{} rules, {}\n", rules.size(),
               findings.empty() ? std::string("fine") : fmt::format("{} found", findings.size()));
}

void check(const Options& options, Session& session) {
    const auto rules = rules_of(options, session);
    if (!rules)
        return session.report(rules.error());
    const std::vector<Error> findings = policy::findings_of(*rules);
    if (options.files.empty())
        for (const std::string& file : unread_files(session.config_path))
            fmt::print(stderr, "fairlead: {} is not read; rules are in files *.yaml\n", file);
    options.json ? print_json(*rules, findings) : print_text(*rules, findings);
    if (!findings.empty())
        session.status = problem;
}

} // namespace

void add_policy_check(CLI::App& policy, Session& session) {
    auto options = std::make_shared<Options>();
    CLI::App* command = policy.add_subcommand(
        "check", "read the rules and find what is never reached, never holds or is costly");
    command->add_option("FILE", options->files,
                        "files of rules (default: the configuration in use, with policy.d)");
    add_format(*command, options->json);
    command->callback([options, &session] { check(*options, session); });
}

} // namespace fairlead::cli
