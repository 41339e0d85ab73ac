// Extends the policy: the rules of the site in YAML, and one more that asks what YAML cannot:
// whether the project that pays (the account, as the rules left it) is open today, by a list of the
// site.
//
// usage: site_rules RULES.yaml OPEN_PROJECTS FIELD=VALUE...
#include <fairlead/policy.hpp>

#include <fstream>
#include <iostream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

namespace api = fairlead::api;

namespace {

api::Result<api::Job> job_of(const std::vector<std::string>& words) {
    api::Job job;
    for (const std::string& word : words) {
        const std::size_t equals = word.find('=');
        const std::string value = equals == std::string::npos ? "" : word.substr(equals + 1);
        if (const auto set = job.set(word.substr(0, equals), value); !set)
            return std::unexpected(set.error());
    }
    return job;
}

/// A field as the rules left it; empty where it is unset.
std::string value_of(const api::Job& job, const api::Outcome& outcome, std::string_view field) {
    for (const api::Change& change : outcome.changes)
        if (change.field == field)
            return change.after;
    for (const auto& [name, value] : job.fields())
        if (name == field)
            return value;
    return {};
}

/// The site's own rule.
void ask_for_open_project(const std::set<std::string>& open, const api::Job& job,
                          api::Outcome& outcome) {
    const std::string account = value_of(job, outcome, "account");
    if (!open.contains(account))
        outcome.refusals.push_back(
            {"SITE-1", "project '" + account + "' is not open; ask its owner to renew it"});
}

std::set<std::string> words_of(const char* file) {
    std::ifstream stream(file);
    return {std::istream_iterator<std::string>(stream), {}};
}

void print(const api::Outcome& outcome) {
    for (const api::Change& change : outcome.changes)
        std::cout << change.field << ": " << change.before << " -> " << change.after << "\n";
    for (const std::string& warning : outcome.warnings)
        std::cout << "warning: " << warning << "\n";
    for (const api::Error& refusal : outcome.refusals)
        std::cout << "refused: " << refusal.message << " [" << refusal.code << "]\n";
}

int told(const api::Error& error) {
    std::cerr << error.message << " [" << error.code << "]\n";
    return 2;
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 3) {
        std::cerr << "usage: site_rules RULES.yaml OPEN_PROJECTS FIELD=VALUE...\n";
        return 2;
    }
    const auto rules = api::Rules::load(argv[1]);
    if (!rules)
        return told(rules.error());
    const auto job = job_of({argv + 3, argv + argc});
    if (!job)
        return told(job.error());
    api::Outcome outcome = api::evaluate(*rules, *job);
    ask_for_open_project(words_of(argv[2]), *job, outcome);
    print(outcome);
    return outcome.refusals.empty() ? 0 : 1;
}
