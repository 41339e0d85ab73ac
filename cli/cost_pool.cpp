/// fairlead cost pool

#include "base/files.hpp"
#include "base/words.hpp"
#include "cli/caller.hpp"
#include "cli/cost.hpp"
#include "cli/cost_source.hpp"
#include "cost/bytes_used.hpp"
#include "cost/months.hpp"
#include "cost/pool.hpp"
#include "cost/quantities.hpp"

#include <memory>

namespace fairlead::cli {
namespace {

constexpr std::size_t largest_file = 64 * 1024 * 1024;

struct Options {
    std::filesystem::path ledger{}, groups{}, usage{}, quantities{}, book{};
    cost::Pool pool{};
    std::string amount{}, rule{}, quotas{};
};

Result<cost::Time> month_of(const Options& options) {
    if (const auto month = cost::read_month(options.pool.month))
        return *month;
    return fail(Code::C306, "'{}' is no month; expected such as 2026-06",
                printable(options.pool.month));
}

/// What each group has of it: as typed for quota, from samples for used.
Result<std::vector<std::pair<std::string, std::int64_t>>> parts_of(const Options& options) {
    if ((options.rule == "used") == options.usage.empty())
        return fail(Code::C306, "the rule used needs --usage, and no other has it");
    if (options.rule != "used")
        return cost::read_quotas(options.quotas);
    const auto month = month_of(options);
    const auto text = read_file(options.usage, largest_file);
    if (!month || !text)
        return std::unexpected(month ? text.error() : month.error());
    return cost::bytes_used(*text, options.usage.native(), *month);
}

/// What the quantities of the month cost by the book.
Result<cost::Billed> billed_by_book(const Options& options, const Session& session) {
    const auto month = month_of(options);
    const auto text = read_file(options.quantities, largest_file);
    if (!month || !text)
        return std::unexpected(month ? text.error() : month.error());
    std::filesystem::path file = options.book, unused;
    if (file.empty())
        if (auto named = add_prices(file, unused, session); !named)
            return std::unexpected(named.error());
    const auto book = cost::PriceBook::load(file);
    if (!book)
        return std::unexpected(book.error());
    return cost::priced_quantities(*text, options.quantities.native(), options.pool.kind, *month,
                                   *book);
}

Result<cost::Billed> billed(const Options& options, const Session& session) {
    const bool own = is_of_instances(options.pool);
    if (own != (options.amount.empty() && options.quantities.empty()))
        return fail(Code::C306, "a pool needs --amount or --quantities, and one of kind boot or "
                                "idle has its own");
    if (!options.quantities.empty())
        return billed_by_book(options, session);
    const auto amount = cost::read_money(own ? "0" : options.amount);
    if (!amount)
        return std::unexpected(amount.error());
    return cost::Billed{*amount, options.pool.currency};
}

Result<cost::Pool> pool_of(const Options& options, const Session& session) {
    cost::Pool pool = options.pool;
    auto bill = billed(options, session);
    if (!bill)
        return std::unexpected(bill.error());
    pool.amount = bill->amount;
    pool.currency = std::move(bill->currency);
    pool.rule = *cost::pool_rule(options.rule);
    auto parts = parts_of(options);
    if (!parts)
        return std::unexpected(parts.error());
    pool.quotas = std::move(*parts);
    if (!pool.author.empty())
        return pool;
    const auto caller = caller_of("");
    if (!caller)
        return std::unexpected(caller.error());
    pool.author = caller->user;
    return pool;
}

Result<std::size_t> entered(const Options& options, Session& session) {
    const auto pool = pool_of(options, session);
    if (!pool)
        return std::unexpected(pool.error());
    const auto groups = groups_of(options.groups, session);
    if (!groups)
        return std::unexpected(groups.error());
    const auto place = ledger_place(options.ledger, session);
    if (!place)
        return std::unexpected(place.error());
    auto ledger = cost::Ledger::open(*place);
    if (!ledger)
        return std::unexpected(ledger.error());
    return cost::enter_pool(*ledger, *groups, *pool);
}

void run(const Options& options, Session& session) {
    const auto added = entered(options, session);
    if (!added)
        return session.report(added.error());
    fmt::print("pool {} of {}: {}\n", options.pool.name, options.pool.month,
               *added > 0 ? fmt::format("{} entries added", *added) : "nothing has changed");
}

} // namespace

void add_cost_pool(CLI::App& cost, Session& session) {
    auto options = std::make_shared<Options>();
    CLI::App* command = cost.add_subcommand(
        "pool", "enter a month's bill of what is shared, and divide it among groups by a rule");
    command->add_option("NAME", options->pool.name, "such as fsx; again, to correct it")
        ->required();
    command->add_option("--month", options->pool.month, "such as 2026-06")->required();
    CLI::Option* amount = command->add_option(
        "--amount", options->amount, "such as 412.80; of boot and idle it is in the ledger");
    CLI::Option* quantities =
        command
            ->add_option("--quantities", options->quantities,
                         "instead of it: what is priced by the book, CSV: from,item,gib")
            ->excludes(amount);
    command->add_option("--book", options->book, "prices of --quantities (default: cost.prices)")
        ->needs(quantities);
    command
        ->add_option("--kind", options->pool.kind,
                     "storage, transfer or overhead; boot or idle, as of instances")
        ->check(CLI::IsMember({"storage", "transfer", "overhead", "boot", "idle"}))
        ->required();
    command
        ->add_option("--rule", options->rule,
                     "quota (--parts), used (--usage), proportional to what runs cost, or "
                     "unallocated")
        ->check(CLI::IsMember({"quota", "used", "proportional", "unallocated"}))
        ->required();
    command->add_option("--parts", options->quotas, "of quota: bio=60,cfd=40");
    command->add_option("--usage", options->usage,
                        "of used: samples of what groups keep there, CSV: taken,group,bytes");
    command->add_option("--capacity", options->pool.capacity,
                        "of which those are parts, in the same unit; what nobody has stays by "
                        "itself");
    command->add_option("--currency", options->pool.currency, "of the amount")
        ->capture_default_str()
        ->excludes(quantities);
    command->add_option("--author", options->pool.author, "who enters it (default: who runs this)");
    command->add_option("--ledger", options->ledger,
                        "the ledger: a file, or mysql://db=NAME ... (default: cost.ledger, or "
                        "ledger.db in state_dir)");
    command->add_option("--groups", options->groups,
                        "file of groups (default: groups.yaml beside the configuration)");
    command->callback([options, &session] { run(*options, session); });
}

} // namespace fairlead::cli
