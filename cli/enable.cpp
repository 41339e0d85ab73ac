/// fairlead enable and disable

#include "cli/enable.hpp"

#include "base/log.hpp"
#include "cli/commands.hpp"
#include "cli/config.hpp"
#include "setup/installed.hpp"
#include "setup/parallelcluster.hpp"
#include "setup/plugstack_edit.hpp"

#include <fmt/ranges.h>
#include <memory>
#include <optional>

namespace fairlead::cli {
namespace {

struct Wish {
    bool on = true;
    Parts parts{};
    bool dry_run = false;
    std::string slurm_conf;
};

void print_edit(const Wish& wish, const setup::PlugstackEdit& edit) {
    const std::string file = edit.file.native();
    if (edit.after == edit.before)
        fmt::print("{}: {} already\n", file, wish.on ? "on" : "off");
    else
        fmt::print("{}: {}{}\n", file, wish.dry_run ? "would be " : "", wish.on ? "on" : "off");
    if (!edit.missing_include.empty())
        fmt::print("plugstack.conf: nothing reads that file yet; add this line to {}:\n    {}\n",
                   (edit.file.parent_path().parent_path() / "plugstack.conf").native(),
                   edit.missing_include);
}

void print_change(const setup::Change& change) {
    if (change.line == change.instead) {
        fmt::print("    keep      {}\n", change.line);
    } else if (change.line.empty()) {
        fmt::print("    take out  {}\n", change.instead);
    } else if (change.instead.empty()) {
        fmt::print("    add       {}\n", change.line);
    } else {
        fmt::print("    change    {}\n    to        {}\n", change.instead, change.line);
    }
    if (!change.note.empty())
        fmt::print("              ({})\n", change.note);
}

void print_changes(const std::string& file, const char* then,
                   const std::vector<setup::Change>& changes) {
    if (changes.empty())
        return fmt::print("{}: nothing to change\n", file);
    fmt::print("{}, by hand:\n", file);
    for (const setup::Change& change : changes)
        print_change(change);
    fmt::print("  then {}\n", then);
}

void print_lines(const Wish& wish, const setup::SlurmConf& conf) {
    if (wish.parts.jobsubmit)
        print_changes(wish.slurm_conf, "restart slurmctld",
                      setup::jobsubmit_changes(conf, wish.on));
    if (wish.parts.prolog)
        print_changes(wish.slurm_conf, "scontrol reconfigure",
                      setup::prolog_changes(conf, wish.on));
}

void print_scripts(const Wish& wish, const std::vector<setup::ChainScript>& scripts) {
    const std::string_view done = wish.on ? "on" : "off";
    for (const setup::ChainScript& script : scripts) {
        const bool already = script.before.empty() != wish.on;
        fmt::print("{}: {}{}{}\n", script.file.native(),
                   !already && wish.dry_run ? "would be " : "", done, already ? " already" : "");
    }
}

/// ParallelCluster writes slurm.conf by its own configuration.
void print_settings(const Wish& wish, const setup::SlurmConf& conf) {
    std::vector<setup::Change> changes;
    if (wish.parts.jobsubmit)
        changes = setup::jobsubmit_changes(conf, wish.on);
    if (wish.parts.prolog)
        std::ranges::copy(setup::prolog_changes(conf, wish.on), std::back_inserter(changes));
    const auto lines = setup::custom_settings(changes);
    if (lines.empty())
        fmt::print("configuration of ParallelCluster: nothing to change\n");
    else
        fmt::print("configuration of ParallelCluster, by hand:\n    {}\n  then pcluster "
                   "update-cluster\n",
                   fmt::join(lines, "\n    "));
}

/// A configuration that is bad is no reason to stay enabled.
bool checked(const Wish& wish, const setup::SlurmConf& conf, Session& session) {
    if (!wish.on)
        return true;
    check_config(session.config_path, session);
    if (session.status != done)
        return false;
    if (auto fits = check_parts(wish.parts, conf); !fits)
        session.report(fits.error());
    else if (auto shared = check_shared_parts(wish.parts, conf, wish.slurm_conf); !shared)
        session.report(shared.error());
    return session.status == done;
}

/// The files that Fairlead writes itself.
struct Plan {
    std::optional<setup::PlugstackEdit> plugstack{};
    std::vector<setup::ChainScript> scripts{};
};

Result<Plan> plan_files(const Wish& wish, const setup::SlurmConf& conf) {
    Plan plan;
    if (wish.parts.prolog && setup::made_by_parallelcluster(wish.slurm_conf)) {
        auto scripts = setup::chain_scripts(conf);
        if (!scripts)
            return std::unexpected(scripts.error());
        plan.scripts = std::move(*scripts);
    }
    if (wish.parts.spank) {
        auto edit = setup::plan_plugstack(setup::plugstack_path(conf, wish.slurm_conf), wish.on);
        if (!edit)
            return std::unexpected(edit.error());
        plan.plugstack = std::move(*edit);
    }
    return plan;
}

/// All of them or, where one cannot be written, none.
Result<void> write(const Plan& plan, bool on) {
    if (plan.plugstack)
        if (auto applied = setup::apply(*plan.plugstack); !applied)
            return applied;
    auto switched = setup::switch_scripts(plan.scripts, on);
    if (!switched && plan.plugstack)
        if (auto back = setup::take_back(*plan.plugstack); !back)
            log::error(back.error());
    return switched;
}

void run(const Wish& wish, Session& session) {
    const auto conf = setup::read_slurm_conf(wish.slurm_conf);
    if (!conf)
        return session.report(conf.error());
    if (!checked(wish, *conf, session))
        return;
    const auto plan = plan_files(wish, *conf);
    if (!plan)
        return session.report(plan.error());
    if (auto written = wish.dry_run ? Result<void>{} : write(*plan, wish.on); !written)
        return session.report(written.error());
    if (plan->plugstack)
        print_edit(wish, *plan->plugstack);
    print_scripts(wish, plan->scripts);
    if (!setup::made_by_parallelcluster(wish.slurm_conf))
        return print_lines(wish, *conf);
    if (wish.parts.jobsubmit || wish.parts.prolog)
        print_settings(wish, *conf);
}

void add(CLI::App& app, Session& session, bool on, const char* name, const char* what) {
    auto wish = std::make_shared<Wish>(Wish{.on = on, .slurm_conf = setup::slurm_conf_path});
    CLI::App* command = app.add_subcommand(name, what);
    command->add_flag(
        "--spank", wish->parts.spank,
        "the SPANK plugin: one file of plugstack.conf.d, on each node and login node");
    command->add_flag("--jobsubmit", wish->parts.jobsubmit,
                      "admission: shows the line of slurm.conf, on the controller");
    command->add_flag("--prolog", wish->parts.prolog,
                      "prolog and epilog: shows the lines of slurm.conf, on a compute node; on "
                      "ParallelCluster writes scripts into prolog.d and epilog.d");
    command->add_option("--slurm-conf", wish->slurm_conf, "slurm.conf of the cluster")
        ->envname("SLURM_CONF")
        ->capture_default_str();
    command->add_flag("--dry-run", wish->dry_run, "check and show, write nothing");
    command->callback([wish, &session] {
        if (const Parts& parts = wish->parts; !parts.spank && !parts.jobsubmit && !parts.prolog)
            throw CLI::RequiredError("--spank, --jobsubmit or --prolog");
        run(*wish, session);
    });
}

} // namespace

void add_enable(CLI::App& app, Session& session) {
    add(app, session, true, "enable", "let Slurm use Fairlead, after checking that it can");
    add(app, session, false, "disable",
        "take Fairlead out of Slurm; the options of scripts are still accepted");
}

} // namespace fairlead::cli
