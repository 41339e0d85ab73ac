/// fairlead stage status, wait, manifest, export and import

#include "base/words.hpp"
#include "cli/commands.hpp"
#include "cli/stage_export.hpp"
#include "cli/stage_import.hpp"
#include "stage/manifest.hpp"
#include "stage/status.hpp"

#include <chrono>
#include <fmt/ranges.h>
#include <fstream>
#include <memory>
#include <thread>

namespace fairlead::cli {
namespace {

struct Options {
    std::string job, succeeded, failed;
    bool json = false, once = false;
    int timeout = 0, interval = 10;
};

Result<std::optional<JobId>> named_job(const std::string& word) {
    if (word.empty())
        return std::nullopt;
    const auto job = parse_job_id(word);
    if (!job)
        return fail(Code::X301, "'{}' is not a job id; expected a number", printable(word));
    return job;
}

std::string names(const std::string& word) { return word.empty() ? "any job" : "job " + word; }

Result<std::vector<stage::Status>> statuses(const Options& options, const Session& session) {
    const auto config = config::load(session.config_path);
    if (!config)
        return std::unexpected(config.error());
    const auto job = named_job(options.job);
    if (!job)
        return std::unexpected(job.error());
    auto found = stage::read_statuses(config->state_dir, *job);
    if (found.empty() && *job)
        return fail(Code::S132, "no staging of {} is recorded that you may see",
                    names(options.job));
    return found;
}

void print_status(const Options& options, Session& session) {
    const auto found = statuses(options, session);
    if (!found)
        return session.report(found.error());
    std::vector<std::string> lines;
    for (const stage::Status& status : *found) {
        std::string line = options.json ? stage::encode(status) : stage::show(status);
        lines.emplace_back(trimmed(line));
    }
    if (options.json)
        fmt::print("[{}]\n", fmt::join(lines, ",\n "));
    else if (lines.empty())
        fmt::print("nothing is staged\n");
    else
        fmt::print("{}\n", fmt::join(lines, "\n"));
}

/// The latest start of the job is the one that counts; one that stages nothing out has nothing to
/// wait for once its data is there.
enum class Wait { Done, Held, NotYet };

Wait wait_of(const std::vector<stage::Status>& found) {
    const stage::JobRun& latest = found.back().run;
    bool exports = false;
    for (const stage::Status& status : found) {
        if (status.run != latest)
            continue;
        if (status.step == stage::Step::Held)
            return Wait::Held;
        if (status.phase == stage::Direction::Out) {
            exports = true;
            if (status.step != stage::Step::Exported)
                return Wait::NotYet;
        }
    }
    return exports || found.back().step == stage::Step::Ready ? Wait::Done : Wait::NotYet;
}

/// Nothing yet of a job that has not started. One that ends while slurmctld is asked may have left
/// its record meanwhile.
Result<std::vector<stage::Status>> awaited(const Options& options, const Session& session) {
    auto found = statuses(options, session);
    if (found || found.error().code != Code::S132)
        return found;
    const auto config = config::load(session.config_path);
    const auto job = named_job(options.job);
    if (config && job && is_to_come(*config, **job))
        return std::vector<stage::Status>{};
    return statuses(options, session);
}

std::string last_word(const Options& options, const std::vector<stage::Status>& found) {
    return found.empty() ? fmt::format("job {} has not started yet", options.job)
                         : stage::show(found.back());
}

void wait(const Options& options, Session& session) {
    using Clock = std::chrono::steady_clock;
    const auto end = Clock::now() + std::chrono::seconds(options.timeout);
    constexpr auto look = std::chrono::seconds(1), look_at_queue = std::chrono::seconds(5);
    for (;;) {
        const auto found = awaited(options, session);
        if (!found)
            return session.report(found.error());
        const Wait state = found->empty() ? Wait::NotYet : wait_of(*found);
        if (state == Wait::Done)
            return;
        if (state == Wait::Held || (options.timeout > 0 && Clock::now() >= end)) {
            fmt::print("{}\n", last_word(options, *found));
            session.status = problem;
            return;
        }
        std::this_thread::sleep_for(found->empty() ? look_at_queue : look);
    }
}

/// The lines of one, as they come: a job may have a hundred thousand files.
void print_manifest(const stage::ShownManifest& manifest, std::ifstream& lines, bool json) {
    std::string line;
    std::getline(lines, line);
    if (json)
        fmt::print("{{\"manifest\":{},\n \"mode\":\"{}\",\n \"files\":[", line,
                   stage::modes.at(static_cast<std::size_t>(manifest.mode)));
    else
        fmt::print("{} {}{}\n", manifest.run.job.value,
                   stage::directions.at(static_cast<std::size_t>(manifest.phase)),
                   manifest.mode == stage::Mode::Local ? ", to each node" : "");
    for (const char* between = ""; std::getline(lines, line); between = ",\n  ")
        if (json)
            fmt::print("{}{}", between, line);
        else
            fmt::print("  {}\n", stage::show_manifest_line(line));
    if (json)
        fmt::print("]}}");
}

void print_manifests(const Options& options, Session& session) {
    const auto config = config::load(session.config_path);
    if (!config)
        return session.report(config.error());
    const auto job = named_job(options.job);
    if (!job)
        return session.report(job.error());
    bool any = false;
    for (const auto& manifest : stage::shown_manifests(config->state_dir, **job)) {
        std::ifstream lines{manifest.file};
        if (!lines)
            continue;
        if (options.json)
            fmt::print("{}", any ? ",\n" : "[");
        print_manifest(manifest, lines, options.json);
        any = true;
    }
    if (!any)
        return session.report(
            fail(Code::S132,
                 "no manifest of job {} is recorded that you may see; it is there "
                 "once all is copied",
                 (*job)->value)
                .error());
    if (options.json)
        fmt::print("]\n");
}

void take_word(const Options& options, const config::Config& config, Session& session) {
    const bool succeeded = !options.succeeded.empty();
    const auto job = named_job(succeeded ? options.succeeded : options.failed);
    if (!job)
        return session.report(job.error());
    if (const auto told = tell_end(config, **job, succeeded); !told)
        return session.report(told.error());
    fmt::print("job {}: its results of when=success {}\n", (*job)->value,
               succeeded ? "go out in the next round of the service" : "stay where they are");
}

void export_results(const Options& options, Session& session) {
    const auto config = trusted_config(session);
    if (!config)
        return session.report(config.error());
    if (!options.succeeded.empty() || !options.failed.empty())
        return take_word(options, *config, session);
    constexpr int upkeep_rounds = 12;
    for (int round = 0;; ++round) {
        if (round % upkeep_rounds == 0)
            export_upkeep(*config);
        const auto done = export_round(*config, session.config_path);
        if (!done)
            session.report(done.error());
        else if (options.once && done->failed > 0)
            session.status = problem;
        if (options.once)
            return;
        std::this_thread::sleep_for(std::chrono::seconds(options.interval));
    }
}

void import_data(const Options& options, Session& session) {
    const auto config = trusted_config(session);
    if (!config)
        return session.report(config.error());
    const auto only = only_import(config->state_dir);
    if (!only)
        return session.report(only.error());
    Imports imports{session.config_path};
    for (;;) {
        const auto begun = imports.look();
        if (!begun)
            session.report(begun.error());
        if (options.once) {
            imports.finish();
            if (!begun || *begun == 0)
                return;
            continue;
        }
        std::this_thread::sleep_for(std::chrono::seconds(options.interval));
    }
}

void add_status(CLI::App& stage, const std::shared_ptr<Options>& options, Session& session) {
    CLI::App* command =
        stage.add_subcommand("status", "what is staged, how far it is and how fast");
    command->add_option("JOBID", options->job, "one job (default: all of yours)");
    add_format(*command, options->json);
    command->callback([options, &session] { print_status(*options, session); });
}

void add_wait(CLI::App& stage, const std::shared_ptr<Options>& options, Session& session) {
    CLI::App* command =
        stage.add_subcommand("wait", "wait until a job's results are where they belong");
    command->add_option("JOBID", options->job, "the job")->required();
    command->add_option("--timeout", options->timeout, "seconds to wait (default: for ever)")
        ->check(CLI::PositiveNumber);
    command->callback([options, &session] { wait(*options, session); });
}

void add_manifest(CLI::App& stage, const std::shared_ptr<Options>& options, Session& session) {
    CLI::App* command =
        stage.add_subcommand("manifest", "what was copied: path, size and checksum of each file");
    command->add_option("JOBID", options->job, "the job")->required();
    add_format(*command, options->json);
    command->callback([options, &session] { print_manifests(*options, session); });
}

void add_export(CLI::App& stage, const std::shared_ptr<Options>& options, Session& session) {
    CLI::App* command =
        stage.add_subcommand("export", "copy the results of ended jobs out; a service, as root");
    CLI::Option* once = command->add_flag("--once", options->once, "what is due now, then end");
    command->add_option("--interval", options->interval, "seconds between two looks (default 10)")
        ->check(CLI::PositiveNumber);
    CLI::Option* succeeded =
        command
            ->add_option("--succeeded", options->succeeded,
                         "only say that this job succeeded, where nobody knows (FL-S134)")
            ->type_name("JOBID")
            ->excludes(once);
    command->add_option("--failed", options->failed, "the same, that it did not")
        ->type_name("JOBID")
        ->excludes(once)
        ->excludes(succeeded);
    command->callback([options, &session] { export_results(*options, session); });
}

void add_import(CLI::App& stage, const std::shared_ptr<Options>& options, Session& session) {
    CLI::App* command = stage.add_subcommand(
        "import", "copy the data of held jobs in (when=queued); a service, as root");
    command->add_flag("--once", options->once, "what is due now, then end");
    command->add_option("--interval", options->interval, "seconds between two looks (default 10)")
        ->check(CLI::PositiveNumber);
    command->callback([options, &session] { import_data(*options, session); });
}

} // namespace

void add_stage(CLI::App& app, Session& session) {
    CLI::App* stage = app.add_subcommand("stage", "data of jobs: copied in before, out afterwards");
    stage->require_subcommand(1);
    const auto options = std::make_shared<Options>();
    add_status(*stage, options, session);
    add_wait(*stage, options, session);
    add_manifest(*stage, options, session);
    add_export(*stage, options, session);
    add_import(*stage, options, session);
}

} // namespace fairlead::cli
