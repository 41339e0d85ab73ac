/// fairlead cost alert

#include "base/child.hpp"
#include "base/files.hpp"
#include "base/words.hpp"
#include "cli/cost.hpp"
#include "cli/cost_source.hpp"
#include "cli/send_mail.hpp"
#include "cost/alerts.hpp"
#include "cost/months.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <unistd.h>

namespace fairlead::cli {
namespace {

using cost::Alert;

struct Options {
    std::filesystem::path ledger{}, groups{}, hook{}, mail{};
    std::string day{}, from{};
};

Result<cost::Time> day_of(const Options& options) {
    if (options.day.empty())
        return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    if (const auto day = cost::read_day(options.day))
        return *day;
    return fail(Code::X301, "--date is '{}'; expected such as 2026-06-30", printable(options.day));
}

/// The budgets of a day, with what is settled of them.
Result<std::vector<Alert>> due(cost::Ledger& ledger, const cost::Groups& groups, cost::Time day) {
    const cost::GroupsOverTime now(groups);
    const cost::Query query{.of = cost::ReportOf::Group,
                            .from = cost::month_of(day),
                            .to = cost::month_after(day),
                            .as_of = day};
    cost::Reporter reporter(query, now);
    const auto needed = reporter.needed();
    Result<void> taken;
    cost::Charge charge;
    const auto done = ledger.sums(cost::day_name(needed.from), cost::day_name(needed.to),
                                  [&](const cost::DaySum& sum) {
                                      charge.sum = sum;
                                      if (taken)
                                          taken = reporter.take(charge);
                                  });
    if (!done || !taken)
        return std::unexpected(done ? taken.error() : done.error());
    return cost::alerts_of(std::move(reporter).report(), groups);
}

/// HOOK GROUP PI PERCENT SPENT BUDGET CURRENCY PERIOD; no shell, nothing of our environment.
Result<void> run_hook(const Options& options, const Alert& alert) {
    constexpr auto deadline = std::chrono::seconds(30);
    const auto answer =
        run_child(Code::C404,
                  {options.hook.native(), alert.group, alert.pi, std::to_string(alert.percent),
                   cost::show_nanos(alert.use.spent), cost::show_nanos(alert.use.amount),
                   alert.use.currency, alert.period},
                  plain_environment(), deadline);
    if (!answer)
        return std::unexpected(answer.error());
    if (answer->status != 0)
        return fail(Code::C404, "{} ended with status {} for {} % of {}", options.hook.native(),
                    answer->status, alert.percent, printable(alert.group));
    return {};
}

/// What a viewer of a group reads.
cost::Letter letter_of(const Options& options, const Alert& alert, const std::string& viewer) {
    const auto shown = [&](cost::Wide nanos) {
        const auto money = cost::to_money(nanos);
        return money ? cost::show_money(*money, alert.use.currency) : cost::show_nanos(nanos);
    };
    const std::string budget = shown(alert.use.amount.nanos);
    const std::string begin = cost::day_name(alert.use.interval.from);
    return {
        .from = options.from,
        .to = viewer,
        .subject =
            fmt::format("{} has used {} % of its budget of {}", alert.group, alert.percent, budget),
        .body = fmt::format("Group {}, PI {}: {} of {} are settled since {}. What still runs or "
                            "waits is not in it; `fairlead cost report group groups={}` has "
                            "both.\n",
                            alert.group, alert.pi.empty() ? "(none)" : alert.pi,
                            shown(alert.use.spent), budget, begin, alert.group)};
}

/// Told first and noted then, each by itself: a crash between the two tells one of them twice
/// rather than never, and who cannot be reached keeps nobody from being told once.
Result<void> tell_one(cost::Ledger& ledger, const Alert& alert, const std::string& whom,
                      const std::function<Result<void>()>& way) {
    const std::string what =
        fmt::format("alert {} {} {}", alert.period, alert.percent, alert.group);
    const auto before = ledger.delivered(what, whom);
    if (!before)
        return std::unexpected(before.error());
    if (*before)
        return {};
    if (auto told = way(); !told)
        return told;
    return ledger.note_delivery(what, whom);
}

/// All of them; the last error, if there was any.
Result<void> tell_all(const Options& options, cost::Ledger& ledger, const Alert& alert) {
    Result<void> all;
    if (!options.hook.empty())
        all = tell_one(ledger, alert, "hook", [&] { return run_hook(options, alert); });
    if (options.mail.empty())
        return all;
    for (const std::string& viewer : alert.viewers)
        if (auto told = tell_one(
                ledger, alert, viewer,
                [&] { return send_mail(options.mail, letter_of(options, alert, viewer)); });
            !told)
            all = told;
    return all;
}

Result<bool> tell(const Options& options, cost::Ledger& ledger, const Alert& alert) {
    const auto told = ledger.alerted(alert.group, alert.period, alert.percent);
    if (!told || *told)
        return told ? Result<bool>(false) : told;
    if (options.hook.empty() && alert.viewers.empty())
        return false;
    if (auto done = tell_all(options, ledger, alert); !done)
        return std::unexpected(done.error());
    const auto noted = ledger.note_alert(alert.group, alert.period, alert.percent);
    return noted ? Result<bool>(true) : std::unexpected(noted.error());
}

Result<void> check_ways(const Options& options) {
    if (options.hook.empty() && options.mail.empty())
        return fail(Code::X301, "nobody is told; name a program with --hook or --mail");
    if (!options.hook.empty() && !options.hook.is_absolute())
        return fail(Code::X301, "--hook is {}; expected an absolute path",
                    printable(options.hook.native(), 400));
    if (!options.hook.empty() && ::geteuid() == 0)
        if (auto fine = check_trusted(options.hook); !fine)
            return fine;
    return check_mailer(options.mail, options.from);
}

Result<std::size_t> told(const Options& options, Session& session) {
    if (auto fine = check_ways(options); !fine)
        return std::unexpected(fine.error());
    const auto day = day_of(options);
    if (!day)
        return std::unexpected(day.error());
    const auto groups = groups_of(options.groups, session);
    if (!groups)
        return std::unexpected(groups.error());
    const auto place = ledger_place(options.ledger, session);
    if (!place)
        return std::unexpected(place.error());
    auto ledger = cost::Ledger::open(*place);
    if (!ledger)
        return std::unexpected(ledger.error());
    const auto alerts = due(*ledger, *groups, *day);
    if (!alerts)
        return std::unexpected(alerts.error());
    std::size_t count = 0;
    for (const Alert& alert : *alerts) {
        const auto done = tell(options, *ledger, alert);
        if (!done)
            session.report(done.error());
        count += done.value_or(false) ? 1 : 0;
    }
    return count;
}

void run(const Options& options, Session& session) {
    const auto count = told(options, session);
    if (!count)
        return session.report(count.error());
    fmt::print("{} alerts told\n", *count);
}

} // namespace

void add_cost_alert(CLI::App& cost, Session& session) {
    auto options = std::make_shared<Options>();
    CLI::App* command = cost.add_subcommand(
        "alert", "tell once of each threshold of a budget that was passed, by a command or mail");
    command->add_option("--hook", options->hook,
                        "a program, called with GROUP PI PERCENT SPENT BUDGET CURRENCY PERIOD");
    command->add_option("--mail", options->mail,
                        "mail the viewers of the group by this program, called as sendmail is: "
                        "PROGRAM -t -i");
    command->add_option("--from", options->from, "the address that sends (default: the program's)");
    command->add_option("--date", options->day,
                        "the day whose budgets are looked at (default: "
                        "today)");
    command->add_option("--ledger", options->ledger,
                        "the ledger: a file, or mysql://db=NAME ... (default: cost.ledger, or "
                        "ledger.db in state_dir)");
    command->add_option("--groups", options->groups,
                        "file of groups (default: groups.yaml beside the configuration)");
    command->callback([options, &session] { run(*options, session); });
}

} // namespace fairlead::cli
