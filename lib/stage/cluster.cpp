#include "stage/cluster.hpp"

#include "base/words.hpp"

#include <algorithm>
#include <charconv>

namespace fairlead::stage {
namespace {

/// "Key   = value"; empty where it is not there.
std::string_view value_of(std::string_view text, std::string_view key) {
    for (const std::string_view line : split(text, '\n')) {
        const std::size_t equals = line.find('=');
        if (equals != std::string_view::npos && trimmed(line.substr(0, equals)) == key)
            return trimmed(line.substr(equals + 1));
    }
    return {};
}

bool has_flag(std::string_view flags, std::string_view flag) {
    const auto all = split(flags, ',');
    return std::ranges::find(all, flag) != all.end();
}

/// "5 sec"
std::optional<int> seconds_of(std::string_view value) {
    int seconds = 0;
    const auto [stop, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
    return error == std::errc{} ? std::optional(seconds) : std::nullopt;
}

/// Nothing where Slurm sets no limit, which it shows as 65534 or not at all.
std::optional<int> prolog_timeout(std::string_view text) {
    constexpr int none = 65534;
    // 25.05 has a timeout for each of the two.
    std::string_view value = value_of(text, "PrologTimeout");
    if (value.empty())
        value = value_of(text, "PrologEpilogTimeout");
    const auto seconds = seconds_of(value);
    return seconds && *seconds < none ? seconds : std::nullopt;
}

} // namespace

std::vector<Error> findings_of(std::string_view slurm_config, const config::Staging& staging) {
    constexpr int margin = 60; // for the checks of the node and for telling slurmctld
    std::vector<Error> findings;
    const std::string_view flags = value_of(slurm_config, "PrologFlags");
    if (!has_flag(flags, "Alloc") || !has_flag(flags, "DeferBatch"))
        findings.push_back(
            {Code::S104, fmt::format("staging: slurm.conf has PrologFlags={}; without Alloc and "
                                     "DeferBatch scripts start before their data is there",
                                     printable(flags))});
    const auto timeout = prolog_timeout(slurm_config);
    if (timeout && *timeout < staging.deadline + margin)
        findings.push_back(
            {Code::S104,
             fmt::format("staging: slurm.conf ends a prolog after {} s, but staging may "
                         "take {} s; set PrologEpilogTimeout to {} or more, or "
                         "staging.deadline to {} or less",
                         *timeout, staging.deadline, staging.deadline + margin,
                         std::max(0, *timeout - margin))});
    const auto start = seconds_of(value_of(slurm_config, "BatchStartTimeout"));
    if (start && *start < staging.deadline + margin)
        findings.push_back(
            {Code::S104,
             fmt::format("staging: slurm.conf has BatchStartTimeout={}: a job whose prolog takes "
                         "longer is requeued, or killed, when its first node registers anew; set "
                         "it to {} or more",
                         *start, staging.deadline + margin)});
    return findings;
}

Result<void> check_stall(const config::Staging& staging) {
    constexpr int least = 60;
    if (staging.stall >= least)
        return {};
    return fail(
        Code::X106,
        "staging.stall: {} s; expected {} or more: a staging ends when nothing of it goes on "
        "for twice as long, and so long may take the sync of one large file",
        staging.stall, least);
}

} // namespace fairlead::stage
