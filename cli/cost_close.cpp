/// fairlead cost close

#include "cli/caller.hpp"
#include "cli/cost.hpp"
#include "cli/cost_source.hpp"
#include "cost/close.hpp"

#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>

namespace fairlead::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
    std::filesystem::path ledger{}, groups{};
    std::string month{}, author{};
    bool json = false;
};

Result<cost::Closing> closed(const Options& options, Session& session) {
    const auto text = groups_text(options.groups, session);
    if (!text)
        return std::unexpected(text.error());
    if (const auto groups = cost::parse_groups(*text, "groups.yaml"); !groups)
        return std::unexpected(groups.error());
    std::string author = options.author;
    if (author.empty()) {
        const auto caller = caller_of("");
        if (!caller)
            return std::unexpected(caller.error());
        author = caller->user;
    }
    const auto place = ledger_place(options.ledger, session);
    if (!place)
        return std::unexpected(place.error());
    auto ledger = cost::Ledger::open(*place);
    if (!ledger)
        return std::unexpected(ledger.error());
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    return cost::close_month(*ledger, options.month, now, author, *text);
}

void run(const Options& options, Session& session) {
    const auto closing = closed(options, session);
    if (!closing)
        return session.report(closing.error());
    if (options.json)
        fmt::print("{}\n", Json{{"schema", "fairlead.cost-close/1"},
                                {"month", closing->month},
                                {"entry", closing->entry},
                                {"head", closing->head},
                                {"day", closing->day},
                                {"author", closing->author}}
                               .dump(2));
    else
        fmt::print("{} is closed; entry {} of the ledger has {}\n", closing->month, closing->entry,
                   closing->head);
}

} // namespace

void add_cost_close(CLI::App& cost, Session& session) {
    auto options = std::make_shared<Options>();
    CLI::App* command = cost.add_subcommand(
        "close", "freeze a month and all before it; what comes later counts in the next");
    command->add_option("MONTH", options->month, "such as 2026-06")->required();
    command->add_option("--ledger", options->ledger,
                        "the ledger: a file, or mysql://db=NAME ... (default: cost.ledger, or "
                        "ledger.db in state_dir)");
    command->add_option("--groups", options->groups,
                        "file of groups (default: groups.yaml beside the configuration)");
    command->add_option("--author", options->author, "who closes it (default: who runs this)");
    add_format(*command, options->json);
    command->callback([options, &session] { run(*options, session); });
}

} // namespace fairlead::cli
