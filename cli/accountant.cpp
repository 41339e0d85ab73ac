/// fairlead accountant

#include "cli/accounting.hpp"
#include "cli/commands.hpp"

#include "base/words.hpp"

#include <chrono>
#include <csignal>
#include <ctime>
#include <memory>

namespace fairlead::cli {
namespace {

struct Options {
    bool once = false;
    std::string since;
};

cost::Time now() {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

void print(const Accounting::Round& round) {
    const cost::Settled& settled = round.settled;
    fmt::print("{} new, {} corrected, {} running, {} skipped; slurmctld lists {} jobs\n",
               settled.fresh, settled.corrected, settled.running, settled.skipped, round.jobs);
    std::fflush(stdout);
}

/// Waits for the end of the period, or for the signal that ends the service.
bool told_to_end(std::chrono::seconds period, const sigset_t& signals) {
    const timespec wait{.tv_sec = period.count(), .tv_nsec = 0};
    return ::sigtimedwait(&signals, nullptr, &wait) > 0;
}

/// A signal ends it between two rounds; what a kill cuts off is done by the next.
void serve(Accounting& accounting, std::chrono::seconds period) {
    sigset_t signals;
    ::sigemptyset(&signals);
    ::sigaddset(&signals, SIGTERM);
    ::sigaddset(&signals, SIGINT);
    ::sigprocmask(SIG_BLOCK, &signals, nullptr);
    do {
        const auto round = accounting.round(now());
        if (round.settled.fresh + round.settled.corrected + round.settled.skipped > 0)
            print(round);
    } while (!told_to_end(period, signals));
}

Result<cost::Time> begin_of(const Options& options) {
    if (options.since.empty())
        return cost::month_of(now());
    if (const auto time = cost::read_time(options.since))
        return *time;
    return fail(Code::X301, "--since is '{}'; expected a date such as 2026-07-01",
                printable(options.since));
}

void run(const Options& options, Session& session) {
    auto config = trusted_config(session);
    if (!config)
        return session.report(config.error());
    const auto settings = cost::load_settings(session.config_path);
    if (!settings)
        return session.report(settings.error());
    if (!*settings)
        return session.report({Code::X106, session.config_path + " has no section `cost`, so there "
                                                                 "is nothing to account; see "
                                                                 "docs/cost.md"});
    const auto since = begin_of(options);
    if (!since)
        return session.report(since.error());
    Accounting accounting(std::move(*config), **settings, *since,
                          [&](const Error& error) { session.report(error); });
    if (!options.once)
        return serve(accounting, (*settings)->period);
    print(accounting.round(now()));
}

} // namespace

void add_accountant(CLI::App& app, Session& session) {
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand(
        "accountant", "settle ended jobs and write what is left of the budgets, again and again");
    command->add_flag("--once", options->once, "one round, for cron");
    command->add_option("--since", options->since,
                        "where an empty ledger begins (default: the first of this month)");
    command->footer("Runs as the user of slurmctld, on its machine. The section `cost` of "
                    "fairlead.yaml says where prices, groups and the ledger are.");
    command->callback([options, &session] { run(*options, session); });
}

} // namespace fairlead::cli
