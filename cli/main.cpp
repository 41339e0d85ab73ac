/// fairlead: what people and timers run.

#include "base/guarded.hpp"
#include "cli/commands.hpp"
#include "cli/help.hpp"
#include "config/config.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fmt/core.h>
#include <memory>
#include <system_error>
#include <unistd.h>

using namespace fairlead;

namespace fairlead::cli {

void Session::tell(const Error& error) {
    std::fprintf(stderr, "fairlead: %s\n", to_string(error).c_str());
}

void Session::report(const Error& error) {
    tell(error);
    const bool misused = error.code == Code::X301 || error.code == Code::P101 ||
                         error.code == Code::P102 || error.code == Code::P103 ||
                         error.code == Code::A221 || error.code == Code::A222 ||
                         error.code == Code::C401;
    status = misused ? wrong_usage : problem;
}

const char* named_path(const Session& session) {
    return session.config_path == config::default_path ? nullptr : session.config_path.c_str();
}

Result<config::Config> config_or_default(const Session& session) {
    auto config = config::load(session.config_path);
    if (!config && config.error().code == Code::X101 && !named_path(session))
        return config::Config{};
    return config;
}

Result<config::Config> trusted_config(const Session& session) {
    return config::load_for_node(named_path(session));
}

void add_format(CLI::App& command, bool& json) {
    command
        .add_option_function<std::string>(
            "--format", [&json](const std::string& word) { json = word == "json"; },
            "text or json (default text)")
        ->check(CLI::IsMember({"text", "json"}));
}

} // namespace fairlead::cli

namespace {

/// hwloc loads every plugin it finds before anything can be told to it, vendors' libraries with
/// them, and prefers libxml, which resolves what a document names; its own reader does not.
void tame_hwloc() {
    ::setenv("HWLOC_PLUGINS_PATH", "/nonexistent",
             1);                      // NOLINT(concurrency-mt-unsafe): first of all
    ::setenv("HWLOC_LIBXML", "0", 1); // NOLINT(concurrency-mt-unsafe)
}

/// A file that is opened must never get the number of a closed standard stream, into which others
/// print. What is written to one that is closed fails, as it would have.
void hold_standard_streams() {
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd)
        if (::fcntl(fd, F_GETFD) < 0)
            ::open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

/// What people or files did not get is no success.
int status_of_output(int status) {
    const bool failed = std::ferror(stdout) != 0 || std::fflush(stdout) != 0;
    if (!failed)
        return status;
    cli::Session::tell({Code::X201, fmt::format("standard output cannot be written: {}; expected "
                                                "room and a reader for all of it: run the command "
                                                "again with another target",
                                                std::strerror(errno))});
    return cli::problem;
}

int run(int argc, char** argv) {
    tame_hwloc();
    hold_standard_streams();
    cli::Session session;
    CLI::App app{"Fairlead: EFA and rank placement for Slurm on AWS", "fairlead"};
    app.formatter(std::make_shared<cli::Help>());
    app.require_subcommand(1);
    app.add_option("--config", session.config_path, "configuration file")
        ->envname("FAIRLEAD_CONFIG")
        ->default_val(config::default_path);
    cli::add_accountant(app, session);
    cli::add_explain(app, session);
    cli::add_pin(app, session);
    cli::add_node(app, session);
    cli::add_catalog(app, session);
    cli::add_config(app, session);
    cli::add_cost(app, session);
    cli::add_doctor(app, session);
    cli::add_enable(app, session);
    cli::add_in_use(app, session);
    cli::add_job(app, session);
    cli::add_ledger(app, session);
    cli::add_policy(app, session);
    cli::add_prices(app, session);
    cli::add_report(app, session);
    cli::add_pause(app, session);
    cli::add_stage(app, session);
    cli::add_topology(app, session);
    cli::add_version(app, session);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return status_of_output(app.exit(error) == 0 ? cli::done : cli::wrong_usage);
    } catch (const std::system_error& error) {
        if (std::ferror(stdout) == 0) // else fmt could not print
            throw;
        errno = error.code().value();
    }
    return status_of_output(session.status);
}

void report_fault(const char*, const char* what) noexcept {
    std::fprintf(stderr, "fairlead: %s\n", what);
}

} // namespace

int main(int argc, char** argv) {
    return guarded("fairlead", static_cast<int>(cli::problem), report_fault,
                   [&] { return run(argc, argv); });
}
