/// fairlead cost reconcile

#include "base/words.hpp"
#include "cli/caller.hpp"
#include "cli/cost.hpp"
#include "cli/cost_source.hpp"
#include "cost/counts.hpp"
#include "cost/csv.hpp"
#include "cost/months.hpp"
#include "cost/reconcile.hpp"

#include <algorithm>
#include <fmt/ranges.h>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>

namespace fairlead::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
    std::filesystem::path ledger{}, bill{}, instances{}, book{}, nodes{}, dump{};
    std::string month{}, author{}, cluster{}, zone = "local", tolerance = "1.00";
    std::vector<std::string> pools{};
    bool post = false, csv = false, json = false;
};

struct Reconciled {
    cost::Reconciliation with_bill{};
    std::vector<cost::CountedAccount> counts{}; ///< that differ from slurmdbd's
    std::optional<std::size_t> posted{};
    bool explained = true; ///< by the ledger, within the tolerance, each difference by itself
};

Result<std::string> author_of(const Options& options) {
    if (!options.author.empty())
        return options.author;
    const auto caller = caller_of("");
    return caller ? Result<std::string>(caller->user) : std::unexpected(caller.error());
}

Result<std::vector<cost::CountedAccount>> counted(const Options& options, cost::Time month,
                                                  cost::Pricer& pricer, cost::Ledger& ledger,
                                                  Session& session) {
    const auto zone = cost::Zone::find(options.zone);
    if (!zone)
        return std::unexpected(zone.error());
    std::ifstream dump(options.dump);
    if (!dump)
        return fail(Code::X101, "{} cannot be opened", options.dump.native());
    return cost::counted_otherwise(dump, options.dump.native(), options.cluster, *zone, month,
                                   pricer, ledger,
                                   [&](const Error& error) { session.report(error); });
}

/// "AmazonEC2, AmazonFSx"
std::string services_in(const cost::Bill& bill) {
    std::set<std::string> names;
    for (const auto& [key, picos] : bill.services)
        names.insert(printable(key.first));
    return names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "));
}

/// "head=AmazonEC2": the service that a pool stands for.
Result<cost::PoolServices> services_of(const Options& options, const cost::Bill& bill) {
    cost::PoolServices services;
    for (const std::string& word : options.pools) {
        const std::size_t equals = std::min(word.find('='), word.size());
        if (equals == 0 || equals + 1 >= word.size())
            return fail(Code::X301, "--pool is '{}'; expected such as head=AmazonEC2",
                        printable(word));
        const std::string service = word.substr(equals + 1);
        const auto named = [&](const auto& line) { return line.first.first == service; };
        if (std::ranges::none_of(bill.services, named))
            return fail(Code::X301,
                        "--pool is '{}'; expected a service that the bill has beside instances: {}",
                        printable(word), services_in(bill));
        services[word.substr(0, equals)] = service;
    }
    return services;
}

/// Enters the difference, and compares again with what the ledger has then.
Result<void> post(const Options& options, cost::Time month, const cost::Bill& bill,
                  const cost::Instances& instances, cost::Pricer& pricer, cost::Ledger& ledger,
                  const cost::PoolServices& services, Reconciled& done) {
    const auto author = author_of(options);
    if (!author)
        return std::unexpected(author.error());
    const auto added = cost::true_up(ledger, done.with_bill, month, *author);
    if (!added)
        return std::unexpected(added.error());
    auto again = cost::reconcile(ledger, bill, instances, month, pricer, services);
    if (!again)
        return std::unexpected(again.error());
    done.with_bill = std::move(*again);
    done.with_bill.trued_up = true;
    const auto more = cost::enter_unexplained(ledger, done.with_bill, month, *author);
    if (!more)
        return std::unexpected(more.error());
    done.posted = *added + *more;
    return {};
}

Result<cost::Ledger> ledger_of(const Options& options, const Session& session) {
    const auto place = ledger_place(options.ledger, session);
    if (!place)
        return std::unexpected(place.error());
    return options.post ? cost::Ledger::open(*place) : cost::Ledger::open_to_read(*place);
}

Result<cost::Bill> read_bill(const Options& options, cost::Time month) {
    std::ifstream file(options.bill);
    if (!file)
        return fail(Code::X101, "{} cannot be opened", options.bill.native());
    return cost::bill_of(file, options.bill.native(), month);
}

Result<Reconciled> reconciled(const Options& options, Session& session) {
    const auto month = cost::read_month(options.month);
    if (!month)
        return fail(Code::X301, "--month is '{}'; expected such as 2026-06",
                    printable(options.month));
    const auto tolerance = cost::read_money(options.tolerance);
    if (!tolerance)
        return std::unexpected(tolerance.error());
    auto instances = cost::Instances::load(options.instances);
    if (!instances)
        return std::unexpected(instances.error());
    auto pricer = pricer_of(options.book, options.nodes);
    if (!pricer)
        return std::unexpected(pricer.error());
    auto ledger = ledger_of(options, session);
    if (!ledger)
        return std::unexpected(ledger.error());
    const auto bill = read_bill(options, *month);
    if (!bill)
        return std::unexpected(bill.error());
    const auto services = services_of(options, *bill);
    if (!services)
        return std::unexpected(services.error());
    auto with_bill = cost::reconcile(*ledger, *bill, *instances, *month, *pricer, *services);
    if (!with_bill)
        return std::unexpected(with_bill.error());
    Reconciled done{.with_bill = std::move(*with_bill)};
    if (options.post)
        if (auto posted =
                post(options, *month, *bill, *instances, *pricer, *ledger, *services, done);
            !posted)
            return std::unexpected(posted.error());
    if (!options.dump.empty()) {
        auto counts = counted(options, *month, *pricer, *ledger, session);
        if (!counts)
            return std::unexpected(counts.error());
        done.counts = std::move(*counts);
    }
    for (const auto& [currency, nanos] : done.with_bill.differences())
        done.explained &= nanos <= tolerance->nanos;
    return done;
}

std::string row(std::string_view name, cost::Wide billed, cost::Wide entered,
                std::string_view currency) {
    return fmt::format("{:<40} {:>22} {:>22} {:>22} {}\n", name, cost::show_nanos(billed),
                       cost::show_nanos(entered), cost::show_nanos(billed - entered), currency);
}

/// The instances that differ most, so that one sees what to look at.
std::string differing(const cost::Reconciliation& all) {
    constexpr std::size_t most = 10;
    std::vector<const cost::ReconciledInstance*> worst;
    for (const cost::ReconciledInstance& instance : all.instances)
        if (instance.residual() != 0)
            worst.push_back(&instance);
    const auto order = [](const cost::ReconciledInstance* instance) {
        const cost::Wide residual = instance->residual();
        return std::tuple(residual < 0 ? residual : -residual, instance->id);
    };
    std::ranges::sort(worst, {}, order);
    std::string text = worst.empty() ? "" : fmt::format("\n{} instances differ\n", worst.size());
    for (std::size_t i = 0; i < std::min(most, worst.size()); ++i)
        text += row(fmt::format("{} {}", worst[i]->id, worst[i]->node), worst[i]->billed.nanos,
                    worst[i]->entered.nanos, worst[i]->currency);
    return text;
}

std::string text_of(const Reconciled& done) {
    std::string text =
        fmt::format("{:<40} {:>22} {:>22} {:>22}\n", "", "Billed", "In the ledger", "Residual");
    std::map<std::string, std::pair<cost::Wide, cost::Wide>> totals;
    for (const cost::ReconciledLine& line : done.with_bill.lines) {
        text += row(line.name, line.billed, line.entered, line.currency);
        totals[line.currency].first += line.billed;
        totals[line.currency].second += line.entered;
    }
    for (const auto& [currency, total] : totals)
        text += row("all", total.first, total.second, currency);
    for (const auto& [currency, nanos] : done.with_bill.differences())
        text += fmt::format("{:<40} {:>68} {}\n", "differences without their signs",
                            cost::show_nanos(nanos), currency);
    text += differing(done.with_bill);
    for (const cost::CountedAccount& account : done.counts)
        text += fmt::format("{}: slurmdbd has {} runs of {} node-seconds, the ledger {} of {}\n",
                            account.name, account.dumped.runs, account.dumped.node_seconds,
                            account.entered.runs, account.entered.node_seconds);
    if (done.posted)
        text += fmt::format("\n{} entries added\n", *done.posted);
    return text;
}

/// Each hour of each instance.
std::string csv_of(const cost::Reconciliation& all) {
    std::string text = "Resource,Node,Hour,Billed,Entered,Residual,Currency\n";
    for (const cost::ReconciledInstance& instance : all.instances)
        for (const cost::ReconciledHour& hour : instance.hours)
            text +=
                fmt::format("{},{},{},{},{},{},{}\n", cost::csv_cell(instance.id),
                            cost::csv_cell(instance.node), cost::show_time(hour.hour),
                            cost::show_nanos(hour.billed), cost::show_nanos(hour.entered),
                            cost::show_nanos(cost::Wide{hour.billed.nanos} - hour.entered.nanos),
                            cost::csv_cell(instance.currency));
    return text;
}

Json compared(cost::Wide billed, cost::Wide entered, const std::string& currency) {
    return {{"billed", cost::show_nanos(billed)},
            {"in_ledger", cost::show_nanos(entered)},
            {"residual", cost::show_nanos(billed - entered)},
            {"currency", currency}};
}

Json count_of(const cost::Counts& counts) {
    return {{"runs", counts.runs}, {"node_seconds", counts.node_seconds}};
}

std::string json_of(const Reconciled& done, const std::string& month) {
    Json lines = Json::array(), instances = Json::array(), counts = Json::array();
    Json residuals = Json::array();
    const auto net = done.with_bill.residual();
    for (const auto& [currency, nanos] : done.with_bill.differences())
        residuals.push_back(
            {{"currency", currency},
             {"net", cost::show_nanos(net.contains(currency) ? net.at(currency) : 0)},
             {"without_signs", cost::show_nanos(nanos)}});
    for (const cost::ReconciledLine& line : done.with_bill.lines) {
        lines.push_back({{"name", line.name}});
        lines.back().update(compared(line.billed, line.entered, line.currency));
    }
    for (const cost::ReconciledInstance& instance : done.with_bill.instances) {
        if (instance.residual() == 0)
            continue;
        instances.push_back({{"instance", instance.id}, {"node", instance.node}});
        instances.back().update(
            compared(instance.billed.nanos, instance.entered.nanos, instance.currency));
    }
    for (const cost::CountedAccount& account : done.counts)
        counts.push_back({{"account", account.name},
                          {"slurmdbd", count_of(account.dumped)},
                          {"ledger", count_of(account.entered)}});
    return Json{{"schema", "fairlead.cost-reconcile/1"},
                {"month", month},
                {"explained", done.explained},
                {"residuals", residuals},
                {"lines", lines},
                {"instances_that_differ", instances},
                {"counts_that_differ", counts},
                {"entries_added", done.posted ? Json(*done.posted) : Json()}}
               .dump(2, ' ', false, Json::error_handler_t::replace) +
           "\n";
}

void run(const Options& options, Session& session) {
    const auto done = reconciled(options, session);
    if (!done)
        return session.report(done.error());
    fmt::print("{}", options.csv    ? csv_of(done->with_bill)
                     : options.json ? json_of(*done, options.month)
                                    : text_of(*done));
    if (!done->explained || !done->counts.empty())
        session.status = problem;
}

} // namespace

void add_cost_reconcile(CLI::App& cost, Session& session) {
    auto options = std::make_shared<Options>();
    CLI::App* command = cost.add_subcommand(
        "reconcile", "compare a month of the ledger with what AWS billed, hour by hour");
    command
        ->add_option("--cur", options->bill,
                     "a Cost and Usage Report or a FOCUS export, hourly with resource ids, CSV")
        ->required();
    command->add_option("--month", options->month, "such as 2026-06")->required();
    command
        ->add_option("--instances", options->instances,
                     "which instance was which node when, CSV, as it was settled")
        ->required();
    command->add_option("--book", options->book, "prices, CSV or YAML")->required();
    command->add_option("--nodes", options->nodes, "which instances the nodes are, CSV");
    command->add_option("--sacct", options->dump,
                        "what `sacct -P` printed: compare runs and node-seconds as well");
    command->add_option("--cluster", options->cluster,
                        "name of the cluster where the dump has no column Cluster");
    command->add_option("--tz", options->zone, "zone of the dump's times")->capture_default_str();
    command->add_flag(
        "--post", options->post,
        "enter what instances were billed otherwise, for those who paid for them, and "
        "what is not explained");
    command->add_option("--author", options->author, "who enters it (default: who runs this)");
    command->add_option("--pool", options->pools,
                        "POOL=SERVICE: the service of the bill that a pool stands for, where the "
                        "service's name does not begin with the pool's");
    command
        ->add_option("--tolerance", options->tolerance,
                     "differences that are no problem, summed without their signs")
        ->capture_default_str();
    command->add_option("--ledger", options->ledger,
                        "the ledger: a file, or mysql://db=NAME ... (default: cost.ledger, or "
                        "ledger.db in state_dir)");
    CLI::Option* csv = command->add_flag("--csv", options->csv, "each hour of each instance");
    add_format(*command, options->json);
    csv->excludes("--format");
    command->footer(
        "Status 1 where the differences are larger than the tolerance, or counts differ.");
    command->callback([options, &session] { run(*options, session); });
}

} // namespace fairlead::cli
