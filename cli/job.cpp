/// fairlead job explain: every decision about a job that is kept, and why

#include "base/words.hpp"
#include "cli/ask_slurm.hpp"
#include "cli/commands.hpp"
#include "cli/cost_source.hpp"
#include "cli/job_known.hpp"
#include "cli/job_network.hpp"
#include "config/paths.hpp"
#include "cost/ledger.hpp"
#include "decisions/rules.hpp"
#include "placement/hostlist.hpp"
#include "placement/records.hpp"
#include "stage/status.hpp"
#include "state/job_state.hpp"
#include "state/stage_mark.hpp"

#include <memory>
#include <nlohmann/json.hpp>
#include <pwd.h>

namespace fairlead::cli {
namespace {

using decisions::Decision;
using decisions::Decisions;
using Json = nlohmann::ordered_json;

struct Options {
    std::string job{};
    bool json = false;
};

struct Story {
    KnownJob job;
    Decisions decisions;
};

void append(Decisions& decisions, Decisions more) {
    decisions.insert(decisions.end(), std::make_move_iterator(more.begin()),
                     std::make_move_iterator(more.end()));
}

/// What the prolog left on this machine, where it is one of the job's nodes and root asks.
void add_refusals(Decisions& decisions, JobId id) {
    const std::filesystem::path run = config::run_dir;
    if (const auto refusal = state::read_refusal(run, id))
        decisions.push_back({"nodes", "this node refuses its steps: " + printable(*refusal, 1024),
                             decisions::code_in(*refusal)});
    if (const auto refusal = state::read_data_refusal(run, id))
        decisions.push_back({"staging", "this node refuses its steps: " + printable(*refusal, 1024),
                             decisions::code_in(*refusal)});
}

void add_nodes(Decisions& decisions, const KnownJob& job, const config::Config& config) {
    std::vector<std::string> nodes = job.nodes;
    nodes.insert(nodes.end(), job.former.begin(), job.former.end());
    if (nodes.empty())
        return decisions.push_back(
            {"nodes",
             job.restarts > 0
                 ? fmt::format("it has none; requeued {} time{}, and which nodes it had is "
                               "not in the accounting",
                               job.restarts, job.restarts == 1 ? "" : "s")
                 : "it has none yet, so none was checked for it"});
    const auto text = ask_nodes(config);
    if (!text)
        return decisions.push_back(decisions::from_error("nodes", text.error()));
    auto drained = decisions::by_nodes(nodes, setup::parse_nodes(*text));
    if (drained.empty())
        drained.push_back({"nodes", job.former.empty()
                                        ? "none of its nodes is out of service by Fairlead"
                                        : "none of its nodes, those of earlier runs among them, is "
                                          "out of service by Fairlead"});
    append(decisions, std::move(drained));
}

/// What was sent back is kept from the nodes that did not fit; its user may have named others.
void add_excluded(Decisions& decisions, const KnownJob& job) {
    const bool sent_back =
        std::ranges::any_of(decisions, [](const Decision& one) { return one.by == "placement"; });
    if (sent_back && !job.excluded.empty())
        decisions.push_back(
            {"placement",
             fmt::format("it is kept from {}: --exclude, and the nodes that did not fit",
                         printable(job.excluded, 200))});
}

void add_place(Decisions& decisions, const KnownJob& job, const config::Config& config) {
    auto places = placement::read_snapshot(placement::snapshot_file(config.state_dir));
    const auto records = placement::read_records(config.state_dir, job.nodes);
    const auto known =
        placement::present(std::move(places).value_or(placement::Snapshot{}), records);
    if (auto decision = decisions::by_place(job.nodes, known, config, job.partition,
                                            state::admitted_in(job.admin_comment)))
        decisions.push_back(std::move(*decision));
}

void add_staging(Decisions& decisions, const KnownJob& job, const config::Config& config) {
    for (const stage::Status& status : stage::read_statuses(config.state_dir, job.id))
        decisions.push_back({"staging", printable(trimmed(stage::show(status)), 400),
                             decisions::code_in(status.message)});
}

void add_network(Decisions& decisions, const KnownJob& job, const config::Config& config) {
    if (job.state == "queued" || job.state == "running")
        return;
    const auto report = network_report(config, job.id, std::nullopt);
    if (!report)
        return decisions.push_back({"network", report.error().message});
    std::string what(fabric::to_string(report->verdict));
    for (const std::string& reason : report->reasons)
        what += "; " + printable(reason, 160);
    decisions.push_back({"network",
                         std::move(what),
                         {},
                         fmt::format("`fairlead report network {}` has all of it", job.id.value)});
}

/// A plan is made by the step's own user, so what a step would keep of it is the user's word.
void add_pinning(Decisions& decisions, const KnownJob& job) {
    decisions.push_back(
        {"pinning",
         fmt::format("the plan of a step is told to its user and not kept; a step is pinned by "
                     "--efa-pin, FAIRLEAD_PIN, or pin.{} in plugstack.conf",
                     printable(job.partition)),
         {},
         fmt::format("`srun --efa-pin=verbose` shows it; `fairlead pin plan --ntasks RANKS --pin "
                     "WORDS` on {} makes it again",
                     job.nodes.empty() ? "one of its nodes" : job.nodes.front())});
}

/// What the ledger has of the job, by who pays.
Result<std::map<std::pair<std::string, std::string>, cost::Money>> settled(const KnownJob& job,
                                                                           const Session& session) {
    const auto place = ledger_place({}, session);
    if (!place)
        return std::unexpected(place.error());
    auto ledger = cost::Ledger::open_to_read(*place);
    if (!ledger)
        return std::unexpected(ledger.error());
    const auto day = [](std::int64_t time) {
        return cost::show_time(cost::Time(std::chrono::seconds(time))).substr(0, 10);
    };
    constexpr std::int64_t a_day = 86400;
    std::map<std::pair<std::string, std::string>, cost::Money> sums;
    const auto read = ledger->entries(
        day(job.start), day(job.end + a_day), [&](std::int64_t, const cost::Entry& entry) {
            if (entry.job != std::to_string(job.id.value))
                return;
            sums[{entry.debit, entry.currency}].nanos += entry.amount.nanos;
            sums[{entry.credit, entry.currency}].nanos -= entry.amount.nanos;
        });
    if (!read)
        return std::unexpected(read.error());
    return sums;
}

void add_cost(Decisions& decisions, const KnownJob& job, const Session& session) {
    const std::string elsewhere = "`fairlead cost report job` prices it from sacct";
    if (job.start == 0 || job.end == 0 || job.state == "running" || job.state == "queued")
        return decisions.push_back(
            {"cost", "it has not ended: nothing is settled", {}, elsewhere + " once it has"});
    const auto sums = settled(job, session);
    if (!sums)
        return decisions.push_back({"cost", sums.error().message, sums.error().code, elsewhere});
    const std::size_t before = decisions.size();
    for (const auto& [who, amount] : *sums)
        if (who.first.find(':') != std::string::npos && amount.nanos != 0)
            decisions.push_back({"cost", fmt::format("{} pays {} {}", printable(who.first),
                                                     cost::show_nanos(amount), who.second)});
    if (decisions.size() == before)
        decisions.push_back({"cost", "the ledger has no entry for it", {}, elsewhere});
}

Result<Story> tell(const Options& options, const Session& session) {
    const auto config = config::load(session.config_path);
    if (!config)
        return std::unexpected(config.error());
    const auto id = parse_job_id(options.job);
    if (!id)
        return fail(Code::X301, "'{}' is not a job id; expected a number", printable(options.job));
    auto job = known_job(*config, *id);
    if (!job)
        return std::unexpected(job.error());
    Story story{.job = std::move(*job), .decisions = {}};
    Decisions& all = story.decisions;
    all.push_back(decisions::by_partition(*config, story.job.partition));
    if (!state::admitted_in(story.job.admin_comment))
        all.push_back({"admission", "no record: it demands nothing of the fabric, or job_submit "
                                    "did not see it"});
    append(all,
           decisions::by_rules(story.job.admin_comment, config->policy,
                               policy::load_rules(std::filesystem::path(session.config_path))));
    append(all, decisions::in_comment(story.job.admin_comment));
    add_excluded(all, story.job);
    add_nodes(all, story.job, *config);
    add_place(all, story.job, *config);
    add_refusals(all, story.job.id);
    add_staging(all, story.job, *config);
    add_pinning(all, story.job);
    add_network(all, story.job, *config);
    add_cost(all, story.job, session);
    return story;
}

std::string user_name(std::uint32_t uid) {
    const passwd* user = ::getpwuid(uid); // NOLINT(concurrency-mt-unsafe): a command of one thread
    return user ? user->pw_name : fmt::format("{}", uid);
}

std::string nodes_of(const KnownJob& job) {
    return job.nodes.empty() ? "no node" : printable(placement::compress(job.nodes), 200);
}

void print_text(const Story& story) {
    fmt::print("job {} of {}, partition {}, {} on {}\n\n", story.job.id.value,
               user_name(story.job.user), printable(story.job.partition), story.job.state,
               nodes_of(story.job));
    for (const Decision& decision : story.decisions) {
        fmt::print("{:<10} {}\n", decision.by, decision.what);
        if (!decision.next.empty())
            fmt::print("{:<10}   {}\n", "", decision.next);
    }
}

void print_json(const Story& story) {
    Json list = Json::array();
    for (const Decision& decision : story.decisions)
        list.push_back({{"by", decision.by},
                        {"what", decision.what},
                        {"code", decision.code ? Json(id_of(*decision.code)) : Json(nullptr)},
                        {"next", decision.next.empty() ? Json(nullptr) : Json(decision.next)},
                        {"rule", decision.rule.empty() ? Json(nullptr) : Json(decision.rule)}});
    const Json json{{"schema", "fairlead.job-explain/1"},
                    {"job", story.job.id.value},
                    {"user", user_name(story.job.user)},
                    {"partition", story.job.partition},
                    {"state", story.job.state},
                    {"nodes", story.job.nodes},
                    {"decisions", list}};
    fmt::print("{}\n", json.dump(2, ' ', false, Json::error_handler_t::replace));
}

void run(const Options& options, Session& session) {
    const auto story = tell(options, session);
    if (!story)
        return session.report(story.error());
    options.json ? print_json(*story) : print_text(*story);
}

} // namespace

void add_job(CLI::App& app, Session& session) {
    auto options = std::make_shared<Options>();
    CLI::App* job = app.add_subcommand("job", "one job");
    job->require_subcommand(1);
    CLI::App* command = job->add_subcommand(
        "explain", "every decision about a job that is kept, and why; for its owner and root");
    command->add_option("JOBID", options->job, "the job's number")->required();
    add_format(*command, options->json);
    command->callback([options, &session] { run(*options, session); });
}

} // namespace fairlead::cli
