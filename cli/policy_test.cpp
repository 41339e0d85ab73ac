/// fairlead policy test: cases of a site's rules, for its own CI

#include "base/files.hpp"
#include "cli/policy.hpp"
#include "cli/policy_snapshot.hpp"
#include "submit/cases.hpp"

#include <memory>
#include <nlohmann/json.hpp>

namespace fairlead::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
    std::vector<std::filesystem::path> files;
    bool json = false;
};

struct Judged {
    std::string name, place;
    std::vector<std::string> differences;
};

/// Rules that the file names stand alone; without them it is the configuration in use.
Result<policy::Snapshot> snapshot_for(const submit::CaseFile& file, const Session& session) {
    return file.rules.empty() ? snapshot_of(session) : snapshot_of(file.rules);
}

Result<std::vector<Judged>> judge_file(const std::filesystem::path& path, const Session& session) {
    const auto text = read_file(path);
    if (!text)
        return std::unexpected(text.error());
    const auto file = submit::parse_cases(*text, path);
    if (!file)
        return std::unexpected(file.error());
    const auto snapshot = snapshot_for(*file, session);
    if (!snapshot)
        return std::unexpected(snapshot.error());
    std::vector<Judged> all;
    for (const submit::Case& one : file->cases)
        all.push_back({one.name, one.place, submit::judge(one, *snapshot, slurm_release())});
    return all;
}

void print_tap(const std::vector<Judged>& all) {
    int number = 0;
    for (const Judged& one : all) {
        fmt::print("{} {} - {}\n", one.differences.empty() ? "ok" : "not ok", ++number, one.name);
        for (const std::string& difference : one.differences)
            fmt::print("# {}: {}\n", one.place, difference);
    }
    fmt::print("1..{}\n", number);
}

void print_json(const std::vector<Judged>& all) {
    Json cases = Json::array();
    for (const Judged& one : all)
        cases.push_back({{"name", one.name},
                         {"place", one.place},
                         {"passes", one.differences.empty()},
                         {"differences", one.differences}});
    const Json json{{"schema", "fairlead.policy-test-result/1"}, {"cases", cases}};
    fmt::print("{}\n", json.dump(2, ' ', false, Json::error_handler_t::replace));
}

void run(const Options& options, Session& session) {
    std::vector<Judged> all;
    for (const std::filesystem::path& path : options.files) {
        auto judged = judge_file(path, session);
        if (!judged)
            return session.report(judged.error());
        std::ranges::move(*judged, std::back_inserter(all));
    }
    options.json ? print_json(all) : print_tap(all);
    const auto failed =
        std::ranges::count_if(all, [](const Judged& one) { return !one.differences.empty(); });
    if (failed > 0)
        session.report({Code::A223, fmt::format("{} of {} cases fail", failed, all.size())});
}

} // namespace

void add_policy_test(CLI::App& policy, Session& session) {
    auto options = std::make_shared<Options>();
    CLI::App* command =
        policy.add_subcommand("test", "judge cases of a site's rules; prints TAP, for CI");
    command->add_option("FILE", options->files, "files of cases (schema fairlead.policy-test/1)")
        ->required();
    add_format(*command, options->json);
    command->footer("cases:\n"
                    "  - name: the gpu partition wants GPUs\n"
                    "    submit: sbatch -p gpu --wrap=true\n"
                    "    expect: {refuse: gpu-partition-needs-gpus}");
    command->callback([options, &session] { run(*options, session); });
}

} // namespace fairlead::cli
