#include "cli/ask_slurm.hpp"

#include "base/child.hpp"
#include "base/words.hpp"
#include "cost/sacct_dump.hpp"

#include <fmt/ranges.h>

namespace fairlead::cli {
namespace {

/// Slurm's commands lie beside each other.
std::string beside_scontrol(const config::Config& config, const char* name) {
    return config.scontrol.parent_path() / name;
}

Result<std::string> output_of(Code code, std::vector<std::string> argv,
                              std::chrono::seconds deadline, std::size_t most) {
    auto env = plain_environment();
    env.insert(env.end(), {"TZ=UTC", "SLURM_TIME_FORMAT=%s"});
    auto answer = run_child(code, argv, env, deadline, most);
    if (!answer)
        return std::unexpected(answer.error());
    if (answer->status != 0)
        return fail(code, "{} ended with status {}", argv[0], answer->status);
    if (answer->output.size() >= most)
        return fail(code, "{} printed more than {} bytes", argv[0], most);
    return std::move(answer->output);
}

/// As sacct reads it: "2026-06-01T00:00:00".
std::string sacct_time(cost::Time time) {
    std::string text = cost::show_time(time);
    text.pop_back(); // the Z: TZ says it
    return text;
}

/// All runs of one job, without a header.
Result<std::string> ask_runs_of(Code code, const config::Config& config, JobId job,
                                std::string_view columns) {
    constexpr std::chrono::seconds deadline(20);
    constexpr std::size_t most = 1024 * 1024;
    return output_of(code,
                     {beside_scontrol(config, "sacct"), "--noheader", "--parsable2", "--allusers",
                      "--duplicates", "--allocations", fmt::format("--jobs={}", job.value),
                      fmt::format("--format={}", columns)},
                     deadline, most);
}

/// The line of a setting of slurm.conf, or empty.
Result<std::string> ask_setting(const config::Config& config, std::string_view name) {
    constexpr std::chrono::seconds deadline(20);
    const auto text =
        output_of(Code::C108, {config.scontrol, "show", "config"}, deadline, usual_output);
    if (!text)
        return std::unexpected(text.error());
    for (const std::string_view line : split(*text, '\n'))
        if (line.starts_with(name))
            return std::string(line);
    return std::string();
}

Result<std::string> ask_associations(const config::Config& config,
                                     const std::vector<std::string>& words) {
    constexpr std::chrono::seconds deadline(60);
    constexpr std::size_t most = 64 * 1024 * 1024;
    std::vector<std::string> argv{beside_scontrol(config, "sacctmgr"),
                                  "--noheader",
                                  "--parsable2",
                                  "--readonly",
                                  "show",
                                  "associations"};
    argv.insert(argv.end(), words.begin(), words.end());
    return output_of(Code::C307, std::move(argv), deadline, most);
}

} // namespace

Result<std::string> ask_nodes(const config::Config& config) {
    constexpr std::chrono::seconds deadline(20);
    constexpr std::size_t most = 64 * 1024 * 1024;
    return output_of(Code::X211, {config.scontrol, "--all", "--oneliner", "show", "node"}, deadline,
                     most);
}

Result<std::vector<std::string>> ask_clusters(const config::Config& config) {
    constexpr std::chrono::seconds deadline(10);
    const auto text = output_of(Code::C307,
                                {beside_scontrol(config, "sacctmgr"), "--noheader", "--parsable2",
                                 "--readonly", "show", "cluster", "format=cluster"},
                                deadline, usual_output);
    if (!text)
        return std::unexpected(text.error());
    std::vector<std::string> clusters;
    for (const std::string_view line : split(*text, '\n'))
        if (!trimmed(line).empty())
            clusters.emplace_back(trimmed(line));
    return clusters;
}

Result<bool> ask_allocates_memory(const config::Config& config) {
    const auto line = ask_setting(config, "SelectTypeParameters");
    if (!line)
        return std::unexpected(line.error());
    return line->empty() || line->contains("MEMORY");
}

Result<bool> ask_enforces_wckeys(const config::Config& config) {
    const auto line = ask_setting(config, "AccountingStorageEnforce");
    if (!line)
        return std::unexpected(line.error());
    return line->contains("wckeys");
}

Result<std::string> ask_partitions(const config::Config& config) {
    constexpr std::chrono::seconds deadline(20);
    constexpr std::size_t most = 16 * 1024 * 1024;
    return output_of(Code::C108, {config.scontrol, "--oneliner", "show", "partition"}, deadline,
                     most);
}

Result<std::string> ask_runs(const config::Config& config, const cost::Interval& interval,
                             bool wckeys) {
    constexpr std::chrono::minutes deadline(5);
    constexpr std::size_t most = 512 * 1024 * 1024;
    return output_of(Code::C307,
                     {beside_scontrol(config, "sacct"), "--parsable2", "--allusers", "--duplicates",
                      "--allocations", "--starttime=" + sacct_time(interval.from),
                      "--endtime=" + sacct_time(interval.to),
                      fmt::format("--format={}", cost::sacct_columns(wckeys))},
                     deadline, most);
}

Result<std::string> ask_jobs(const config::Config& config, std::span<const std::uint32_t> jobs) {
    constexpr std::chrono::minutes deadline(1);
    constexpr std::size_t most = 64 * 1024 * 1024;
    return output_of(Code::C307,
                     {beside_scontrol(config, "sacct"), "--parsable2", "--allusers", "--duplicates",
                      "--allocations", fmt::format("--jobs={}", fmt::join(jobs, ",")),
                      "--format=JobIDRaw,Start,End,AdminComment"},
                     deadline, most);
}

Result<std::string> ask_job(const config::Config& config, JobId job) {
    return ask_runs_of(Code::C307, config, job,
                       "JobIDRaw,UID,Partition,State,NodeList,Start,End,AdminComment");
}

Result<std::string> ask_ends(const config::Config& config, JobId job) {
    return ask_runs_of(Code::S134, config, job, "JobIDRaw,Submit,NodeList,State");
}

Result<std::vector<std::pair<std::string, std::string>>>
ask_default_accounts(const config::Config& config) {
    constexpr std::chrono::seconds deadline(30);
    constexpr std::size_t most = 16 * 1024 * 1024;
    const auto text = output_of(Code::C307,
                                {beside_scontrol(config, "sacctmgr"), "--noheader", "--parsable2",
                                 "--readonly", "show", "user", "format=user,defaultaccount"},
                                deadline, most);
    if (!text)
        return std::unexpected(text.error());
    std::vector<std::pair<std::string, std::string>> accounts;
    for (const std::string_view line : split(*text, '\n'))
        if (const auto words = split(line, '|'); words.size() == 2 && !words[1].empty())
            accounts.emplace_back(words[0], words[1]);
    return accounts;
}

Result<std::vector<cost::Members>> ask_members(const config::Config& config,
                                               const std::string& cluster) {
    const auto text = ask_associations(config, {"cluster=" + cluster, "format=account,user"});
    if (!text)
        return std::unexpected(text.error());
    return cost::members_of(*text);
}

Result<std::string> ask_account_tree(const config::Config& config) {
    return ask_associations(config, {"format=account,parentname,user"});
}

} // namespace fairlead::cli
