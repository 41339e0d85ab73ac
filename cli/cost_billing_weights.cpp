/// fairlead cost billing-weights: prices and budgets for Slurm's own fair share and limits

#include "base/files.hpp"
#include "base/host_list.hpp"
#include "base/words.hpp"
#include "cli/ask_slurm.hpp"
#include "cli/cost.hpp"
#include "cli/cost_source.hpp"
#include "cost/billing_weights.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>

namespace fairlead::cli {
namespace {

using Json = nlohmann::ordered_json;
using cost::BillingLimit;
using cost::BillingWeights;

struct Options {
    std::filesystem::path book{}, nodes{}; ///< empty: those of the section `cost`
    std::filesystem::path groups{};        ///< empty: groups.yaml beside the configuration
    std::filesystem::path partitions{};    ///< empty: scontrol is asked
    std::string cluster{};
    std::string at{}; ///< empty: now
    bool json = false;
};

struct Billing {
    std::vector<BillingWeights> weights;
    std::vector<BillingLimit> limits;
};

Result<std::string> partitions_text(const Options& options, const Session& session) {
    if (!options.partitions.empty())
        return read_file(options.partitions);
    const auto config = config::load(session.config_path);
    if (!config)
        return std::unexpected(config.error());
    return ask_partitions(*config);
}

Result<cost::Time> time_of(const Options& options) {
    if (options.at.empty())
        return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    if (const auto time = cost::read_time(options.at))
        return *time;
    return fail(Code::X301, "'{}' is no time; expected 2026-11-01 or 2026-11-01T12:00:00Z",
                printable(options.at));
}

Result<Billing> billing_of(const Options& options, const Session& session) {
    const auto book = cost::PriceBook::load(options.book);
    if (!book)
        return std::unexpected(book.error());
    const auto nodes = cost::Nodes::load(options.nodes);
    if (!nodes)
        return std::unexpected(nodes.error());
    const auto groups = groups_of(options.groups, session);
    if (!groups)
        return std::unexpected(groups.error());
    const auto now = time_of(options);
    if (!now)
        return std::unexpected(now.error());
    const auto text = partitions_text(options, session);
    if (!text)
        return std::unexpected(text.error());
    const auto partitions =
        cost::parse_partitions(*text, options.partitions.empty() ? "scontrol show partition"
                                                                 : options.partitions.native());
    if (!partitions)
        return std::unexpected(partitions.error());
    auto weights = cost::billing_weights(*partitions, *nodes, *book, *now);
    if (!weights)
        return std::unexpected(weights.error());
    if (weights->empty())
        return fail(Code::C108, "no partition has nodes, so there is nothing to weigh");
    auto limits = cost::billing_limits(*groups, weights->front().currency);
    return Billing{std::move(*weights), std::move(limits)};
}

/// What makes slurmctld forget at the end of such a period.
std::string_view reset_of(cost::Period period) {
    switch (period) {
    case cost::Period::Month:
        return "MONTHLY";
    case cost::Period::Quarter:
        return "QUARTERLY";
    default:
        return "NONE";
    }
}

std::string command_of(const BillingLimit& limit, const Options& options) {
    const std::string cluster = options.cluster.empty() ? "" : " cluster=" + options.cluster;
    return fmt::format("sacctmgr -i modify account where account={}{} set GrpTRESMins=billing={}",
                       limit.account, cluster, limit.minutes);
}

void print_weights(const Billing& billing) {
    const bool gpus = std::ranges::any_of(
        billing.weights, [](const BillingWeights& weights) { return weights.gpu.has_value(); });
    fmt::print("# slurm.conf: add the weights to the line of each partition; billing is in "
               "millionths of 1 {} an hour.\n"
               "# With PriorityType=priority/multifactor, PriorityFlags=MAX_TRES{}\n",
               billing.weights.front().currency, gpus ? ", AccountingStorageTRES=gres/gpu" : "");
    for (const BillingWeights& weights : billing.weights) {
        if (weights.kinds > 1)
            fmt::print("# {} has {} kinds of nodes; each weight is the highest of them\n",
                       weights.partition, weights.kinds);
        fmt::print("PartitionName={} ... TRESBillingWeights=\"{}\"\n", weights.partition,
                   cost::show_weights(weights));
    }
}

void print_limits(const Billing& billing, const Options& options) {
    if (cost::mixes_periods(billing.limits))
        fmt::print("\n# Slurm sets all usage back at once: run the commands of one period alone\n");
    for (const auto period : {cost::Period::Month, cost::Period::Quarter, cost::Period::Grant}) {
        bool first = true;
        for (const BillingLimit& limit : billing.limits) {
            if (limit.account.empty() || limit.period != period)
                continue;
            if (std::exchange(first, false))
                fmt::print("\n# budgets of a {}, with AccountingStorageEnforce=limits,\n"
                           "# PriorityDecayHalfLife=0 and PriorityUsageResetPeriod={}\n",
                           to_string(period), reset_of(period));
            fmt::print("{}\n", command_of(limit, options));
        }
    }
    bool first = true;
    for (const BillingLimit& limit : billing.limits)
        if (limit.account.empty())
            fmt::print("{}# {}: no limit, {}\n", std::exchange(first, false) ? "\n" : "",
                       printable(limit.owner), limit.reason);
}

void print_json(const Billing& billing, const Options& options) {
    Json partitions = Json::array(), limits = Json::array();
    for (const BillingWeights& weights : billing.weights)
        partitions.push_back({{"partition", weights.partition},
                              {"weights", cost::show_weights(weights)},
                              {"kinds", weights.kinds}});
    for (const BillingLimit& limit : billing.limits) {
        Json one{{"owner", limit.owner}, {"period", to_string(limit.period)}};
        if (limit.account.empty())
            one["reason"] = limit.reason;
        else
            one.update(Json{{"account", limit.account},
                            {"billing_minutes", limit.minutes},
                            {"command", command_of(limit, options)}});
        limits.push_back(std::move(one));
    }
    const Json json{{"schema", "fairlead.billing-weights/1"},
                    {"currency", billing.weights.front().currency},
                    {"units_per_currency_hour", cost::billing_units},
                    {"mixed_periods", cost::mixes_periods(billing.limits)},
                    {"partitions", std::move(partitions)},
                    {"limits", std::move(limits)}};
    fmt::print("{}\n", json.dump(2, ' ', false, Json::error_handler_t::replace));
}

void run(Options options, Session& session) {
    if (auto done = add_prices(options.book, options.nodes, session); !done)
        return session.report(done.error());
    if (!options.cluster.empty() && !is_host_name(options.cluster))
        return session.report({Code::X301, fmt::format("--cluster is '{}', which is no name",
                                                       printable(options.cluster))});
    const auto billing = billing_of(options, session);
    if (!billing)
        return session.report(billing.error());
    if (options.json)
        return print_json(*billing, options);
    print_weights(*billing);
    print_limits(*billing, options);
}

} // namespace

void add_cost_billing_weights(CLI::App& cost, Session& session) {
    auto options = std::make_shared<Options>();
    CLI::App* command = cost.add_subcommand(
        "billing-weights", "prices and budgets as lines for slurm.conf and sacctmgr");
    command->add_option("--book", options->book, "prices, CSV or YAML (default: the section cost)");
    command->add_option("--nodes", options->nodes,
                        "which instances the nodes are, CSV (default: the section cost)");
    command->add_option("--groups", options->groups,
                        "groups (default: groups.yaml beside the configuration)");
    command->add_option("--partitions", options->partitions,
                        "a file with what `scontrol -o show partition` prints (default: scontrol "
                        "is asked)");
    command->add_option("--cluster", options->cluster, "limit the accounts of this cluster alone");
    command->add_option("--at", options->at, "when the prices hold (default: now)");
    add_format(*command, options->json);
    command->footer(
        "Nothing is changed. Add the weights to the lines of the partitions, and run the "
        "commands as a Slurm administrator.");
    command->callback([options, &session] { run(*options, session); });
}

} // namespace fairlead::cli
