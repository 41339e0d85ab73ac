/// The commands of `fairlead`: each adds itself to the command line and runs when chosen.
#pragma once

#include "base/error.hpp"
#include "config/config.hpp"

#include <CLI/CLI.hpp>

namespace fairlead::cli {

/// Exit status of every command: 0 done, 1 found a problem, 2 wrong usage.
enum Status { done = 0, problem = 1, wrong_usage = 2 };

/// Where commands leave their status.
struct Session {
    int status = done;
    std::string config_path; ///< --config, FAIRLEAD_CONFIG or the default

    /// Prints the error, which leaves the status as it is.
    static void tell(const Error& error);

    /// Prints the error and sets the status: wrong usage for a value that was typed wrong, else a
    /// problem.
    void report(const Error& error);
};

/// The configuration that was named; null for the default, which may be missing.
const char* named_path(const Session& session);

/// The configuration; the built-in one where the default file does not exist.
Result<config::Config> config_or_default(const Session& session);

/// The configuration of a command that root acts by: only root may have written it.
Result<config::Config> trusted_config(const Session& session);

void add_accountant(CLI::App& app, Session& session);
void add_explain(CLI::App& app, Session& session);
void add_pin(CLI::App& app, Session& session);
void add_node(CLI::App& app, Session& session);
void add_catalog(CLI::App& app, Session& session);
void add_cost(CLI::App& app, Session& session);
void add_job(CLI::App& app, Session& session);
void add_ledger(CLI::App& app, Session& session);
void add_config(CLI::App& app, Session& session);
void add_doctor(CLI::App& app, Session& session);
void add_enable(CLI::App& app, Session& session);
void add_in_use(CLI::App& app, Session& session);
void add_policy(CLI::App& app, Session& session);
void add_prices(CLI::App& app, Session& session);
void add_report(CLI::App& app, Session& session);
void add_pause(CLI::App& app, Session& session);
void add_stage(CLI::App& app, Session& session);
void add_topology(CLI::App& app, Session& session);
void add_version(CLI::App& app, Session& session);

/// Adds `--format text|json` to a command that prints data; true means JSON.
void add_format(CLI::App& command, bool& json);

} // namespace fairlead::cli
