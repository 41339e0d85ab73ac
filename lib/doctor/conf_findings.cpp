#include "doctor/conf_findings.hpp"

#include "base/words.hpp"
#include "setup/installed.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/ranges.h>

namespace fairlead::doctor {
namespace {

using setup::SlurmConf;
using setup::value_of;

constexpr std::string_view then_restart = "then restart slurmctld";
constexpr std::string_view then_reconfigure = "then scontrol reconfigure";

Finding problem(std::string_view area, std::string what, std::string fix) {
    return {std::string(area), Health::Problem, std::move(what), std::move(fix)};
}

Finding advice(std::string_view area, std::string what, std::string fix) {
    return {std::string(area), Health::Advice, std::move(what), std::move(fix)};
}

std::string program(std::string_view name) {
    return fmt::format("{}/{}", setup::program_folder, name);
}

std::optional<int> number_of(std::string_view text) {
    int number = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || error != std::errc{} || stop != text.data() + text.size())
        return std::nullopt;
    return number;
}

bool runs_at_allocation(const std::vector<std::string>& flags) {
    return setup::has(flags, "alloc") || setup::has(flags, "contain") || setup::has(flags, "x11");
}

/// What "Prolog" or "Epilog" says of ours.
Finding link_of_chain(const SlurmConf& conf, std::string_view key, std::string_view name,
                      bool needed, const Runs& runs) {
    std::string small(key);
    std::ranges::transform(small, small.begin(), [](unsigned char c) { return std::tolower(c); });
    const std::string value = value_of(conf, small), ours = program(name);
    if (runs(value, ours))
        return good("prolog", fmt::format("{}={} runs {}", key, value, name));
    const std::string what = value.empty() ? fmt::format("{} is not set", key)
                                           : fmt::format("{}={} does not run {}", key, value, ours);
    const std::string fix = "run `fairlead enable --prolog` on a compute node; it shows the lines";
    return needed ? problem("prolog", what + ", and a partition or staging needs it", fix)
                  : advice("prolog", what + ": nodes are not checked, data is not staged", fix);
}

Finding flags_of_chain(const SlurmConf& conf, const Needs& needs) {
    const auto flags = setup::list_of(conf, "prologflags");
    const std::string shown = value_of(conf, "prologflags");
    if (!runs_at_allocation(flags))
        return problem("prolog",
                       fmt::format("PrologFlags={} runs the prolog at a job's first step, which a "
                                   "batch script does not wait for",
                                   shown),
                       fmt::format("PrologFlags=Alloc{} in slurm.conf, {}",
                                   needs.staging ? ",DeferBatch" : "", then_reconfigure));
    if (needs.staging && !setup::has(flags, "deferbatch"))
        return problem(
            "prolog",
            fmt::format("PrologFlags={} starts a script while other nodes still stage", shown),
            fmt::format("PrologFlags={},DeferBatch in slurm.conf, {}", shown, then_reconfigure));
    return good("prolog", fmt::format("PrologFlags={}", shown));
}

Finding placement_of_chain(const SlurmConf& conf, const Runs& runs) {
    const std::string value = value_of(conf, "prologslurmctld"),
                      ours = program("fairlead-prolog-slurmctld");
    if (runs(value, ours))
        return good("prolog", fmt::format("PrologSlurmctld={} looks where nodes lie", value));
    return problem("prolog",
                   fmt::format("PrologSlurmctld={} does not run {}, and a partition demands a "
                               "place in EC2's network",
                               value, ours),
                   fmt::format("PrologSlurmctld={} in slurm.conf, or a program that runs it, {}",
                               ours, then_reconfigure));
}

/// 25.05 has a timeout for each of the two; neither set is no limit.
std::optional<int> prolog_timeout(const SlurmConf& conf) {
    const std::string own = value_of(conf, "prologtimeout");
    return number_of(own.empty() ? value_of(conf, "prologepilogtimeout") : own);
}

constexpr int margin = 60; // for the checks of the node and for telling slurmctld

Finding prolog_time(const SlurmConf& conf, const Needs& needs) {
    constexpr int some = 10;
    const int least = needs.staging ? *needs.staging + margin : needs.prolog_deadline + some;
    const auto limit = prolog_timeout(conf);
    if (!limit)
        return good("timeouts", "PrologEpilogTimeout is not set: slurmd ends no prolog");
    if (*limit >= least)
        return good("timeouts",
                    fmt::format("PrologEpilogTimeout={} leaves a prolog its {} s", *limit, least));
    return problem(
        "timeouts",
        fmt::format("PrologEpilogTimeout={} ends a prolog that may take {} s, and "
                    "slurmd drains the node",
                    *limit, least),
        fmt::format("PrologEpilogTimeout={} or more in slurm.conf, {}", least, then_reconfigure));
}

/// slurmctld takes a batch job for lost that its node does not name when it registers, and a node
/// names none whose prolog still runs (seen on 24.11).
Finding start_time(const SlurmConf& conf, int staging) {
    constexpr int of_slurm = 10;
    const int limit = number_of(value_of(conf, "batchstarttimeout")).value_or(of_slurm);
    if (limit >= staging + margin)
        return good("timeouts", fmt::format("BatchStartTimeout={}", limit));
    return problem("timeouts",
                   fmt::format("BatchStartTimeout={} takes a job for lost whose data comes in for "
                               "longer, when its first node registers anew",
                               limit),
                   fmt::format("BatchStartTimeout={} or more in slurm.conf, {}", staging + margin,
                               then_reconfigure));
}

Finding switch_time(const SlurmConf& conf, const Needs& needs) {
    constexpr int of_slurm = 300;
    constexpr std::string_view key = "max_switch_wait=";
    int limit = of_slurm;
    for (const std::string& word : setup::list_of(conf, "schedulerparameters"))
        if (word.starts_with(key))
            limit = number_of(std::string_view(word).substr(key.size())).value_or(of_slurm);
    if (limit >= needs.switch_wait)
        return good("timeouts", fmt::format("max_switch_wait={}", limit));
    return problem("timeouts",
                   fmt::format("max_switch_wait={} cuts the wait for nodes under one leaf, which "
                               "is {} s (switch_wait); Slurm then starts the job anywhere",
                               limit, needs.switch_wait),
                   fmt::format("max_switch_wait={} among SchedulerParameters in slurm.conf, {}",
                               needs.switch_wait, then_reconfigure));
}

} // namespace

Findings admission_findings(const SlurmConf& conf, const Needs& needs,
                            config::Admission admission) {
    const bool named = setup::has(setup::list_of(conf, "jobsubmitplugins"), "fairlead");
    if (named && admission == config::Admission::Controller)
        return {good("admission", "JobSubmitPlugins has fairlead, and nodes take its word")};
    if (named)
        return {advice("admission", "JobSubmitPlugins has fairlead, but nodes do not take its word",
                       "admission: controller in fairlead.yaml, on all machines")};
    if (admission == config::Admission::Controller)
        return {problem("admission",
                        "admission: controller, but JobSubmitPlugins lacks fairlead: nothing "
                        "strips records that users forge",
                        "run `fairlead enable --jobsubmit` on the controller, or write admission: "
                        "node")};
    if (needs.admission)
        return {problem("admission",
                        "rules or budgets are enforced, but JobSubmitPlugins lacks fairlead, "
                        "which judges jobs",
                        "run `fairlead enable --jobsubmit` on the controller, then write "
                        "admission: controller")};
    return {advice("admission", "JobSubmitPlugins lacks fairlead: no rule and no budget is watched",
                   "run `fairlead enable --jobsubmit` on the controller")};
}

Findings prolog_findings(const SlurmConf& conf, const Needs& needs, const Runs& runs) {
    const bool needed = needs.checks || needs.staging;
    Findings findings{link_of_chain(conf, "Prolog", "fairlead-prolog", needed, runs),
                      link_of_chain(conf, "Epilog", "fairlead-epilog", needed, runs)};
    if (findings.front().health == Health::Good)
        findings.push_back(flags_of_chain(conf, needs));
    if (needs.placement)
        findings.push_back(placement_of_chain(conf, runs));
    return findings;
}

Findings timeout_findings(const SlurmConf& conf, const Needs& needs) {
    Findings findings{prolog_time(conf, needs)};
    if (needs.staging)
        findings.push_back(start_time(conf, *needs.staging));
    if (needs.one_leaf)
        findings.push_back(switch_time(conf, needs));
    if (value_of(conf, "killonbadexit") != "1")
        findings.push_back(advice(
            "timeouts", "KillOnBadExit is not 1: ranks of a step that one node refuses wait for it",
            fmt::format("KillOnBadExit=1 in slurm.conf, {}", then_reconfigure)));
    return findings;
}

Findings accounting_findings(const SlurmConf& conf, bool costs) {
    constexpr std::string_view wanted = "accounting_storage/slurmdbd";
    const std::string type = value_of(conf, "accountingstoragetype");
    if (type == wanted)
        return {good("slurmdbd", fmt::format("AccountingStorageType={}", type))};
    const std::string what =
        fmt::format("AccountingStorageType={} keeps no runs", type.empty() ? "(not set)" : type);
    const std::string fix = fmt::format(
        "AccountingStorageType={} in slurm.conf with a slurmdbd, {}", wanted, then_restart);
    return {costs ? problem("slurmdbd", what + ", and the section cost needs them", fix)
                  : advice("slurmdbd", what + ": reports of costs have nothing to read", fix)};
}

} // namespace fairlead::doctor
