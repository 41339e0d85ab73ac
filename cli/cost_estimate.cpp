/// fairlead cost estimate: the most that a submission can cost

#include "base/child.hpp"
#include "base/files.hpp"
#include "base/words.hpp"
#include "cli/ask_slurm.hpp"
#include "cli/cost.hpp"
#include "cli/cost_source.hpp"
#include "cli/submission.hpp"
#include "cost/partitions.hpp"
#include "submit/cost_ask.hpp"

#include <ctime>
#include <memory>
#include <nlohmann/json.hpp>

namespace fairlead::cli {
namespace {

using Json = nlohmann::ordered_json;
using cost::JobSize;
using policy::JobRequest;

struct Options {
    std::filesystem::path book, nodes;
    std::filesystem::path partitions; ///< empty: scontrol is asked
    std::string at;                   ///< empty: now
    std::uint64_t assumed_hours = 24;
    std::vector<std::string> words;
    bool json = false;
};

Result<std::string> ask_scontrol(const Session& session) {
    const auto config = config::load(session.config_path);
    if (!config)
        return std::unexpected(config.error());
    return ask_partitions(*config);
}

/// Of a cluster that does not say it is not: an estimate is the most that a job costs.
bool memory_is_free(const Session& session) {
    const auto config = config::load(session.config_path);
    const auto allocates = config ? ask_allocates_memory(*config) : Result<bool>(true);
    return allocates && !*allocates;
}

Result<std::vector<cost::Partition>> partitions_of(const Options& options, const Session& session) {
    const auto text =
        options.partitions.empty() ? ask_scontrol(session) : read_file(options.partitions);
    if (!text)
        return std::unexpected(text.error());
    return cost::parse_partitions(*text, options.partitions.empty() ? "scontrol show partition"
                                                                    : options.partitions.native());
}

/// What the job may run in: what it asks for, else what slurmctld gives it.
std::vector<std::string> names_of(const JobRequest& job,
                                  std::span<const cost::Partition> partitions) {
    std::vector<std::string> names;
    if (job.partition)
        for (const std::string_view name : split(job.partition->view(), ','))
            names.emplace_back(name);
    else
        for (const cost::Partition& partition : partitions)
            if (partition.is_default)
                names.push_back(partition.name);
    return names;
}

JobSize size_of(const JobRequest& job, std::span<const cost::Partition> partitions) {
    JobSize size = submit::size_of(job);
    size.partitions = names_of(job, partitions);
    return size;
}

Result<cost::Time> time_of(const Options& options) {
    if (options.at.empty())
        return cost::Time(std::chrono::seconds(std::time(nullptr)));
    if (const auto time = cost::read_time(options.at))
        return *time;
    return fail(Code::X301, "'{}' is no time; expected 2026-11-01 or 2026-11-01T12:00:00Z",
                printable(options.at));
}

Result<cost::Estimate> estimate(Options& options, const Session& session) {
    if (auto added = add_prices(options.book, options.nodes, session); !added)
        return std::unexpected(added.error());
    const auto book = cost::PriceBook::load(options.book);
    if (!book)
        return std::unexpected(book.error());
    const auto nodes = cost::Nodes::load(options.nodes);
    if (!nodes)
        return std::unexpected(nodes.error());
    const auto now = time_of(options);
    if (!now)
        return std::unexpected(now.error());
    const auto submission = submission_of(options.words);
    if (!submission)
        return std::unexpected(submission.error());
    const auto partitions = partitions_of(options, session);
    if (!partitions)
        return std::unexpected(partitions.error());
    std::vector<JobSize> sizes;
    std::vector<std::string> names;
    for (const JobRequest& job : submission->jobs) {
        sizes.push_back(size_of(job, *partitions));
        names.insert(names.end(), sizes.back().partitions.begin(), sizes.back().partitions.end());
    }
    const std::chrono::hours assumed(static_cast<std::int64_t>(options.assumed_hours));
    auto costs = cost::priced(*partitions, names, *nodes, *book, *now, cost::looked_ahead(assumed));
    if (!costs)
        return std::unexpected(costs.error());
    const bool free = options.partitions.empty() && memory_is_free(session);
    for (cost::PartitionCost& partition : *costs)
        partition.memory_is_free = free;
    return cost::estimate(sizes, *costs, assumed);
}

void print_json(const cost::Estimate& estimate) {
    const Json json{
        {"schema", "fairlead.cost-estimate/1"}, {"at_most", cost::show_nanos(estimate.at_most)},
        {"currency", estimate.currency},        {"nodes", estimate.nodes},
        {"minutes", estimate.time.count()},     {"time_assumed", estimate.time_assumed},
        {"array_tasks", estimate.array_tasks},  {"components", estimate.components}};
    fmt::print("{}\n", json.dump(2));
}

void run(Options& options, Session& session) {
    const auto result = estimate(options, session);
    if (!result)
        return session.report(result.error());
    options.json ? print_json(*result) : fmt::print("{}\n", cost::sentence(*result));
}

} // namespace

void add_cost_estimate(CLI::App& cost, Session& session) {
    auto options = std::make_shared<Options>();
    CLI::App* command = cost.add_subcommand(
        "estimate", "the most that a submission can cost; nothing is submitted");
    command->add_option("--book", options->book, "prices, CSV or YAML (default: the section cost)");
    command->add_option("--nodes", options->nodes,
                        "which instances the nodes are, CSV (default: the section cost)");
    command->add_option("--partitions", options->partitions,
                        "a file with what `scontrol -o show partition` prints (default: scontrol "
                        "is asked)");
    command->add_option("--at", options->at, "when the prices hold (default: now)");
    command
        ->add_option("--assume-hours", options->assumed_hours,
                     "the time of a job that nothing limits")
        ->check(CLI::Range(1, 24 * 365))
        ->capture_default_str();
    command
        ->add_option("COMMAND", options->words,
                     "behind --: sbatch, srun or salloc as you would call it")
        ->required();
    command->positionals_at_end();
    add_format(*command, options->json);
    command->footer("fairlead cost estimate -- sbatch -N 8 -t 1-0 job.sh");
    command->callback([options, &session] { run(*options, session); });
}

} // namespace fairlead::cli
