/// fairlead ledger settle, verify

#include "cli/commands.hpp"

#include "config/config.hpp"
#include "cost/settle.hpp"

#include <fstream>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

namespace fairlead::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
    std::filesystem::path ledger, book, nodes, dump;
    std::string cluster, zone = "local";
    bool json = false;
};

/// The one that was named, else ledger.db in `state_dir`.
Result<cost::Ledger> open_ledger(const Options& options, const Session& session) {
    if (!options.ledger.empty())
        return cost::Ledger::open(options.ledger);
    const auto config = config::load(session.config_path);
    if (!config)
        return std::unexpected(config.error());
    return cost::Ledger::open(config->state_dir / "ledger.db");
}

void verify(const Options& options, Session& session) {
    auto ledger = open_ledger(options, session);
    if (!ledger)
        return session.report(ledger.error());
    const auto verified = ledger->verify();
    if (!verified)
        return session.report(verified.error());
    if (options.json)
        fmt::print("{}\n", Json{{"schema", "fairlead.ledger-verify/1"},
                                {"entries", verified->entries},
                                {"head", verified->head}}
                               .dump(2));
    else
        fmt::print("{} entries, unchanged since they were written; the last has {}\n",
                   verified->entries, verified->head.empty() ? "(none)" : verified->head);
}

Result<cost::Pricer> pricer_of(const Options& options) {
    auto book = cost::PriceBook::load(options.book);
    if (!book)
        return std::unexpected(book.error());
    if (options.nodes.empty())
        return cost::Pricer(std::move(*book), std::nullopt);
    auto nodes = cost::Nodes::load(options.nodes);
    if (!nodes)
        return std::unexpected(nodes.error());
    return cost::Pricer(std::move(*book), std::move(*nodes));
}

Result<cost::Settled> settle(const Options& options, Session& session) {
    auto pricer = pricer_of(options);
    if (!pricer)
        return std::unexpected(pricer.error());
    const auto zone = cost::Zone::find(options.zone);
    if (!zone)
        return std::unexpected(zone.error());
    std::ifstream file;
    if (options.dump != "-")
        file.open(options.dump);
    if (options.dump != "-" && !file)
        return fail(Code::X101, "{} cannot be opened", options.dump.native());
    auto ledger = open_ledger(options, session);
    if (!ledger)
        return std::unexpected(ledger.error());
    return cost::settle(options.dump == "-" ? std::cin : file, options.dump.native(),
                        options.cluster, *zone, *pricer, *ledger,
                        [&](const Error& error) { session.report(error); });
}

void print_settled(const Options& options, Session& session) {
    const auto settled = settle(options, session);
    if (!settled)
        return session.report(settled.error());
    if (options.json)
        fmt::print("{}\n", Json{{"schema", "fairlead.ledger-settle/1"},
                                {"new", settled->fresh},
                                {"known", settled->same},
                                {"corrected", settled->corrected},
                                {"running", settled->running},
                                {"skipped", settled->skipped}}
                               .dump(2));
    else
        fmt::print("{} new, {} known, {} corrected, {} still running, {} skipped\n", settled->fresh,
                   settled->same, settled->corrected, settled->running, settled->skipped);
}

void add_ledger_option(CLI::App& command, Options& options) {
    command.add_option("--ledger", options.ledger, "the file (default: ledger.db in state_dir)");
}

} // namespace

void add_ledger(CLI::App& app, Session& session) {
    auto options = std::make_shared<Options>();
    CLI::App* ledger = app.add_subcommand("ledger", "the ledger of what jobs cost");
    ledger->require_subcommand(1);
    CLI::App* verified =
        ledger->add_subcommand("verify", "check that no entry was changed, removed or put in");
    add_ledger_option(*verified, *options);
    add_format(*verified, options->json);
    verified->callback([options, &session] { verify(*options, session); });
    CLI::App* settled = ledger->add_subcommand(
        "settle", "enter the ended runs of sacct's output; what is there already stays");
    settled->add_option("--book", options->book, "prices, CSV or YAML")->required();
    settled->add_option("--sacct", options->dump, "what `sacct -P` printed; - for standard input")
        ->required();
    settled->add_option("--nodes", options->nodes, "which instances the nodes are, CSV");
    settled->add_option("--cluster", options->cluster,
                        "name of the cluster where the dump has no column Cluster");
    settled->add_option("--tz", options->zone, "zone of the dump's times")->capture_default_str();
    add_ledger_option(*settled, *options);
    add_format(*settled, options->json);
    settled->callback([options, &session] { print_settled(*options, session); });
}

} // namespace fairlead::cli
