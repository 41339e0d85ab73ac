/// fairlead pause and resume

#include "state/pause.hpp"
#include "cli/commands.hpp"
#include "config/config.hpp"

namespace fairlead::cli {
namespace {

void switch_to(Result<void> (*change)(const std::filesystem::path&), const char* done,
               Session& session) {
    // A configuration that is bad elsewhere is the very time to pause.
    const auto state_dir = config::state_dir_of(session.config_path.c_str());
    if (auto changed = change(state_dir); !changed)
        return session.report(changed.error());
    fmt::print("{} ({})\n", done, (state_dir / "paused").native());
}

} // namespace

void add_pause(CLI::App& app, Session& session) {
    app.add_subcommand("pause", "let every job through, at once and without a restart")
        ->callback([&session] {
            switch_to(state::pause, "paused: every job passes, options are still accepted",
                      session);
        });
    app.add_subcommand("resume", "end a pause")->callback([&session] {
        switch_to(state::resume, "resumed: Fairlead is in force", session);
    });
}

} // namespace fairlead::cli
