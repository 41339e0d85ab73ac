/// fairlead report network: what a job moved over EFA

#include "base/child.hpp"
#include "base/words.hpp"
#include "cli/commands.hpp"
#include "cli/job_network.hpp"
#include "config/config.hpp"
#include "fabric/network_text.hpp"
#include "state/network_json.hpp"

#include <fmt/ranges.h>
#include <memory>

namespace fairlead::cli {
namespace {

struct Options {
    std::string job;
    std::optional<int> restart;
    bool json = false;
};

/// The task of an array (4711_3) or the component of a heterogeneous job (4711+1), as people name
/// them.
bool names_a_part(std::string_view word) {
    const std::size_t mark = word.find_first_of("_+");
    const std::string_view rest = mark == std::string_view::npos ? "" : word.substr(mark + 1);
    return parse_job_id(word.substr(0, mark)) && !rest.empty() && rest.size() <= 10 &&
           rest.find_first_not_of("0123456789") == std::string_view::npos;
}

/// What a command of Slurm prints, or nothing: it may be missing, or not know the job any more.
std::string answer_of(const std::vector<std::string>& command) {
    constexpr auto deadline = std::chrono::seconds(20);
    const auto answer = run_child(Code::E230, command, plain_environment(), deadline);
    return answer && answer->status == 0 ? answer->output : std::string{};
}

/// Slurm does not tell an epilog which task of an array its job was (22.05: seen), so Slurm is
/// asked for the job's own number: the controller for a job of the last minutes, then the
/// accounting.
Result<JobId> job_of(const std::string& word, const config::Config& config) {
    if (const auto job = parse_job_id(word))
        return *job;
    if (!names_a_part(word))
        return fail(Code::X301,
                    "'{}' is not a job id; expected a number, or 4711_3 for a task of an array",
                    printable(word));
    const std::string shown = answer_of({config.scontrol, "--oneliner", "show", "job", word});
    constexpr std::string_view key = "JobId=";
    if (shown.starts_with(key))
        if (const auto job = parse_job_id(split(shown.substr(key.size()), ' ').front()))
            return *job;
    const std::string sacct = config.scontrol.parent_path() / "sacct";
    const std::string raw = answer_of(
        {sacct, "--noheader", "--parsable2", "--allocations", "--format=JobIDRaw", "--jobs", word});
    if (const auto job = parse_job_id(trimmed(split(raw, '\n').front())))
        return *job;
    return fail(Code::E230,
                "Slurm does not know job {} any more; give the number that the job itself saw as "
                "SLURM_JOB_ID",
                word);
}

Result<fabric::NetworkReport> report_of(const Options& options, const Session& session) {
    const auto config = config::load(session.config_path);
    if (!config)
        return std::unexpected(config.error());
    const auto job = job_of(options.job, *config);
    if (!job)
        return std::unexpected(job.error());
    return network_report(*config, *job, options.restart);
}

void print_report(const Options& options, Session& session) {
    const auto report = report_of(options, session);
    if (!report)
        return session.report(report.error());
    if (options.json)
        fmt::print("{}", state::report_json(*report));
    else
        fmt::print("{}\n", fmt::join(fabric::network_lines(*report), "\n"));
}

} // namespace

void add_report(CLI::App& app, Session& session) {
    auto options = std::make_shared<Options>();
    CLI::App* report = app.add_subcommand("report", "what a job did");
    report->require_subcommand(1);
    CLI::App* network =
        report->add_subcommand("network", "what a job moved over EFA, and whether it used EFA");
    network->add_option("JOBID", options->job, "a job's id; 4711_3 for a task of an array")
        ->required();
    network
        ->add_option("--restart", options->restart,
                     "the run after so many requeues, 0 for the first (default: the latest)")
        ->check(CLI::NonNegativeNumber);
    add_format(*network, options->json);
    network->callback([options, &session] { print_report(*options, session); });
}

} // namespace fairlead::cli
