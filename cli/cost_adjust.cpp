/// fairlead cost adjust

#include "base/words.hpp"
#include "cli/caller.hpp"
#include "cli/cost.hpp"
#include "cli/cost_source.hpp"
#include "cost/close.hpp"
#include "cost/months.hpp"

#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>

namespace fairlead::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
    std::filesystem::path ledger{}, groups{};
    cost::Move move{};
    std::string amount{}, day{};
    bool json = false;
};

Result<cost::Move> move_of(const Options& options) {
    cost::Move move = options.move;
    const auto amount = cost::read_money(options.amount);
    if (!amount)
        return std::unexpected(amount.error());
    move.amount = *amount;
    move.day = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    if (!options.day.empty()) {
        const auto day = cost::read_day(options.day);
        if (!day)
            return fail(Code::X301, "--date is '{}'; expected such as 2026-06-30",
                        printable(options.day));
        move.day = *day;
    }
    if (!move.author.empty())
        return move;
    const auto caller = caller_of("");
    if (!caller)
        return std::unexpected(caller.error());
    move.author = caller->user;
    return move;
}

Result<cost::Entry> adjusted(const Options& options, Session& session) {
    const auto move = move_of(options);
    if (!move)
        return std::unexpected(move.error());
    const auto groups = groups_of(options.groups, session);
    if (!groups)
        return std::unexpected(groups.error());
    const auto place = ledger_place(options.ledger, session);
    if (!place)
        return std::unexpected(place.error());
    auto ledger = cost::Ledger::open(*place);
    if (!ledger)
        return std::unexpected(ledger.error());
    return cost::adjust(*ledger, *groups, *move);
}

void run(const Options& options, Session& session) {
    const auto entry = adjusted(options, session);
    if (!entry)
        return session.report(entry.error());
    if (options.json)
        fmt::print("{}\n", Json{{"schema", "fairlead.cost-adjust/1"},
                                {"entry", entry->run},
                                {"day", entry->day},
                                {"from", entry->credit},
                                {"to", entry->debit},
                                {"amount", cost::show_nanos(entry->amount)},
                                {"currency", entry->currency},
                                {"author", entry->author},
                                {"reason", entry->note}}
                               .dump(2, ' ', false, Json::error_handler_t::replace));
    else
        fmt::print("{}: {} from {} to {} on {}\n", entry->run,
                   cost::show_money(entry->amount, entry->currency), entry->credit, entry->debit,
                   entry->day);
}

} // namespace

void add_cost_adjust(CLI::App& cost, Session& session) {
    auto options = std::make_shared<Options>();
    CLI::App* command =
        cost.add_subcommand("adjust", "move a cost from one grant, account or group to another");
    command->add_option("--from", options->move.from, "grant:NAME, account:, group:, university:")
        ->required();
    command->add_option("--to", options->move.to, "who pays it instead")->required();
    command->add_option("--amount", options->amount, "such as 412.80")->required();
    command->add_option("--reason", options->move.reason, "is kept with the entry")->required();
    command->add_option("--currency", options->move.currency, "of the amount")
        ->capture_default_str();
    command->add_option("--date", options->day, "the day that it counts on (default: today)");
    command->add_option("--author", options->move.author,
                        "who asks for it (default: who runs this)");
    command->add_option("--ledger", options->ledger,
                        "the ledger: a file, or mysql://db=NAME ... (default: cost.ledger, or "
                        "ledger.db in state_dir)");
    command->add_option("--groups", options->groups,
                        "file of groups (default: groups.yaml beside the configuration)");
    add_format(*command, options->json);
    command->callback([options, &session] { run(*options, session); });
}

} // namespace fairlead::cli
