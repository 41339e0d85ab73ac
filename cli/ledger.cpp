/// fairlead ledger settle, verify

#include "cli/commands.hpp"
#include "cli/cost_source.hpp"

#include "base/words.hpp"
#include "cost/checksum.hpp"
#include "cost/months.hpp"
#include "cost/names.hpp"
#include "cost/settle_instances.hpp"

#include <chrono>
#include <fstream>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

namespace fairlead::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
    std::filesystem::path ledger, book, nodes, dump, instances;
    std::string cluster, seen, until, head, month, zone = "local";
    bool wckeys = false;
    bool json = false;
};

/// The checksum that was noted, if any.
Result<std::string> noted_head(const std::string& text) {
    std::string head = cost::in_small_letters(text);
    if (!head.empty() && !cost::is_checksum(head))
        return fail(Code::X301, "--head is '{}'; expected the 64 digits that verify prints",
                    printable(head));
    return head;
}

Result<cost::Verified> verified(const Options& options, const Session& session) {
    const auto head = noted_head(options.head);
    if (!head)
        return std::unexpected(head.error());
    const auto file = ledger_place(options.ledger, session);
    if (!file)
        return std::unexpected(file.error());
    auto ledger = cost::Ledger::open_to_read(*file);
    if (!ledger)
        return std::unexpected(ledger.error());
    return ledger->verify(*head);
}

void verify(const Options& options, Session& session) {
    const auto verified = cli::verified(options, session);
    if (!verified)
        return session.report(verified.error());
    if (options.json)
        fmt::print("{}\n", Json{{"schema", "fairlead.ledger-verify/1"},
                                {"entries", verified->entries},
                                {"head", verified->head},
                                {"noted", verified->noted ? Json(*verified->noted) : Json()}}
                               .dump(2));
    else
        fmt::print("{} entries, unchanged since they were written; the last has {}{}\n",
                   verified->entries, verified->head.empty() ? "(none)" : verified->head,
                   verified->noted ? fmt::format("; the noted one is entry {}", *verified->noted)
                                   : "");
}

/// When the dump was printed: as named, else when the file was written last; a stream is new.
Result<cost::Time> seen_at(const Options& options) {
    if (!options.seen.empty()) {
        const auto named = cost::read_time(options.seen);
        if (!named)
            return fail(Code::X301, "--seen is '{}'; expected a time such as 2026-07-01T06:00:00Z",
                        printable(options.seen));
        return *named;
    }
    struct stat info{};
    if (options.dump != "-" && ::stat(options.dump.c_str(), &info) == 0 && S_ISREG(info.st_mode))
        return cost::Time(std::chrono::seconds(info.st_mtime));
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

/// The instances to settle beside the runs, and the month.
struct Month {
    cost::Instances instances;
    cost::Time start;
};

Result<std::optional<Month>> month_of(const Options& options) {
    if (options.instances.empty() != options.month.empty())
        return fail(Code::X301, "--instances and --month go together");
    if (options.instances.empty())
        return std::nullopt;
    if (options.dump == "-")
        return fail(Code::X301, "with --instances the dump is read twice: name a file");
    const auto start = cost::read_month(options.month);
    if (!start)
        return fail(Code::X301, "--month is '{}'; expected such as 2026-06",
                    printable(options.month));
    auto instances = cost::Instances::load(options.instances);
    if (!instances)
        return std::unexpected(instances.error());
    return Month{std::move(*instances), *start};
}

/// Up to when the dump is whole, if somebody says so: a month that is settled with its instances
/// is.
Result<std::optional<cost::Time>> until_of(const Options& options,
                                           const std::optional<Month>& month, cost::Time seen) {
    if (options.until.empty() && month)
        return std::min({cost::month_after(month->start), seen,
                         cost::Time(std::chrono::seconds(std::time(nullptr)))});
    if (options.until.empty())
        return std::nullopt;
    const auto until = cost::read_time(options.until);
    if (!until)
        return fail(Code::X301, "--until is '{}'; expected a day such as 2026-07-01",
                    printable(options.until));
    const cost::Time now =
        std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    if (*until > std::min(seen, now))
        return fail(Code::X301,
                    "--until is {}, but the dump was printed at {}; expected a time before it",
                    cost::show_time(*until), cost::show_time(std::min(seen, now)));
    return *until;
}

struct Done {
    cost::Settled runs{};
    std::optional<cost::SettledInstances> instances{};
};

/// All that a settle needs.
struct Parts {
    std::optional<Month> month;
    cost::Pricer pricer;
    cost::Zone zone;
    cost::Time seen;
    std::optional<cost::Time> until;
    cost::Ledger ledger;
};

Result<Parts> parts_of(const Options& options, const Session& session) {
    auto month = month_of(options);
    if (!month)
        return std::unexpected(month.error());
    auto pricer = pricer_of(options.book, options.nodes);
    if (!pricer)
        return std::unexpected(pricer.error());
    const auto zone = cost::Zone::find(options.zone);
    if (!zone)
        return std::unexpected(zone.error());
    const auto seen = seen_at(options);
    if (!seen)
        return std::unexpected(seen.error());
    const auto until = until_of(options, *month, *seen);
    if (!until)
        return std::unexpected(until.error());
    const auto path = ledger_place(options.ledger, session);
    if (!path)
        return std::unexpected(path.error());
    auto ledger = cost::Ledger::open(*path);
    if (!ledger)
        return std::unexpected(ledger.error());
    return Parts{std::move(*month), std::move(*pricer), *zone, *seen, *until, std::move(*ledger)};
}

/// First the runs, then what is left of the instances that they were on.
Result<Done> settle(const Options& options, Session& session) {
    std::ifstream file;
    if (options.dump != "-")
        file.open(options.dump);
    if (options.dump != "-" && !file)
        return fail(Code::X101, "{} cannot be opened", options.dump.native());
    auto parts = parts_of(options, session);
    if (!parts)
        return std::unexpected(parts.error());
    const cost::Taken taken{.dump = options.dump == "-" ? std::cin : file,
                            .name = options.dump.native(),
                            .cluster = options.cluster,
                            .seen = parts->seen,
                            .wckeys = options.wckeys,
                            .until = parts->until};
    const auto report = [&](const Error& error) { session.report(error); };
    const auto runs = cost::settle(taken, parts->zone, parts->pricer, parts->ledger, report);
    if (!runs)
        return std::unexpected(runs.error());
    if (!parts->month)
        return Done{*runs};
    file.clear();
    file.seekg(0);
    // What cannot be read or priced was reported once.
    auto instances =
        cost::settle_instances(taken, parts->month->instances, parts->month->start, parts->zone,
                               parts->pricer, parts->ledger, [](const Error&) {});
    if (!instances)
        return std::unexpected(instances.error());
    return Done{*runs, std::move(*instances)};
}

Json json_of(const cost::SettledInstances& settled) {
    Json sums = Json::array();
    for (const auto& [currency, sum] : settled.sums)
        sums.push_back({{"currency", currency},
                        {"cost", cost::show_nanos(sum.cost)},
                        {"runs", cost::show_nanos(sum.runs)},
                        {"boot", cost::show_nanos(sum.boot)},
                        {"idle", cost::show_nanos(sum.idle)},
                        {"given_back", cost::show_nanos(sum.refunded)},
                        {"runs_elsewhere", cost::show_nanos(sum.elsewhere)}});
    return {{"instances", settled.instances}, {"changed", settled.changed}, {"sums", sums}};
}

void print_instances(const cost::SettledInstances& settled) {
    fmt::print("{} instances, {} changed\n", settled.instances, settled.changed);
    for (const auto& [currency, sum] : settled.sums) {
        fmt::print("{} {}: runs {}, boot {}, idle {}, given back {}\n", cost::show_nanos(sum.cost),
                   currency, cost::show_nanos(sum.runs), cost::show_nanos(sum.boot),
                   cost::show_nanos(sum.idle), cost::show_nanos(sum.refunded));
        if (sum.elsewhere != 0)
            fmt::print("{} {} of runs on nodes that were none of these instances\n",
                       cost::show_nanos(sum.elsewhere), currency);
    }
}

void print_settled(const Options& options, Session& session) {
    const auto done = settle(options, session);
    if (!done)
        return session.report(done.error());
    const cost::Settled& settled = done->runs;
    if (options.json) {
        Json json{{"schema", "fairlead.ledger-settle/1"},
                  {"new", settled.fresh},
                  {"known", settled.same},
                  {"corrected", settled.corrected},
                  {"older", settled.older},
                  {"running", settled.running},
                  {"skipped", settled.skipped}};
        if (done->instances)
            json["of_instances"] = json_of(*done->instances);
        fmt::print("{}\n", json.dump(2));
        return;
    }
    fmt::print("{} new, {} known, {} corrected, {} older than the ledger, {} still running, {} "
               "skipped\n",
               settled.fresh, settled.same, settled.corrected, settled.older, settled.running,
               settled.skipped);
    if (done->instances)
        print_instances(*done->instances);
}

void add_ledger_option(CLI::App& command, Options& options) {
    command.add_option("--ledger", options.ledger,
                       "the ledger: a file, or mysql://db=NAME ... (default: cost.ledger, or "
                       "ledger.db in state_dir)");
}

} // namespace

void add_ledger(CLI::App& app, Session& session) {
    auto options = std::make_shared<Options>();
    CLI::App* ledger = app.add_subcommand("ledger", "the ledger of what jobs cost");
    ledger->require_subcommand(1);
    CLI::App* verified =
        ledger->add_subcommand("verify", "check that no entry was changed, removed or put in");
    add_ledger_option(*verified, *options);
    verified->add_option("--head", options->head,
                         "a checksum that verify printed before: it must still be there");
    add_format(*verified, options->json);
    verified->callback([options, &session] { verify(*options, session); });
    CLI::App* settled = ledger->add_subcommand(
        "settle", "enter the ended runs of sacct's output; what is there already stays");
    settled->add_option("--book", options->book, "prices, CSV or YAML")->required();
    settled->add_option("--sacct", options->dump, "what `sacct -P` printed; - for standard input")
        ->required();
    settled->add_option("--nodes", options->nodes, "which instances the nodes are, CSV");
    settled->add_option("--instances", options->instances,
                        "which instance was which node when, CSV: enters boot and idle time");
    settled->add_option("--until", options->until,
                        "the dump has all that ended before this day, such as 2026-07-01: months "
                        "up to it can be closed");
    settled->add_option("--month", options->month,
                        "of --instances, such as 2026-06; the dump has all runs in it");
    settled->add_option("--cluster", options->cluster,
                        "name of the cluster where the dump has no column Cluster");
    settled->add_option("--seen", options->seen,
                        "when sacct printed the dump (default: when the file was written)");
    settled->add_flag("--wckeys", options->wckeys,
                      "believe the column WCKey: slurm.conf enforces them");
    settled->add_option("--tz", options->zone, "zone of the dump's times")->capture_default_str();
    add_ledger_option(*settled, *options);
    add_format(*settled, options->json);
    settled->callback([options, &session] { print_settled(*options, session); });
}

} // namespace fairlead::cli
