#include "cli/job_known.hpp"

#include "base/host_list.hpp"
#include "base/words.hpp"
#include "cli/ask_slurm.hpp"
#include "slurm/job_control.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <unistd.h>

namespace fairlead::cli {
namespace {

template <class Number>
Number number_in(std::string_view text) {
    Number number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

std::vector<std::string> nodes_in(std::string_view list) {
    return expand_host_list(list).value_or(std::vector<std::string>{});
}

KnownJob of_controller(slurm::Job job) {
    return {.id = job.id,
            .user = job.user,
            .partition = std::move(job.partition),
            .state = job.ended     ? "ended"
                     : job.running ? "running"
                                   : "queued",
            .nodes = nodes_in(job.nodes),
            .restarts = job.restarts,
            .excluded = std::move(job.excluded),
            .admin_comment = std::move(job.admin_comment),
            .start = job.start,
            .end = job.end};
}

/// What stands in the comment may have bars as well.
std::vector<KnownJob> runs_in(std::string_view lines, JobId id) {
    enum { Id, User, Partition, State, Nodes, Start, End, Comment, Columns };
    std::vector<KnownJob> runs;
    for (const std::string_view line : split(lines, '\n')) {
        const auto words = split(line, '|');
        if (words.size() < Columns || parse_job_id(words[Id]) != id)
            continue;
        const auto comment = static_cast<std::size_t>(words[Comment].data() - line.data());
        runs.push_back({.id = id,
                        .user = number_in<std::uint32_t>(words[User]),
                        .partition = std::string(words[Partition]),
                        .state = printable(words[State]),
                        .nodes = nodes_in(words[Nodes]),
                        .admin_comment = std::string(line.substr(comment)),
                        .start = number_in<std::int64_t>(words[Start]),
                        .end = number_in<std::int64_t>(words[End])});
    }
    return runs;
}

/// Those that the job has no more.
void add_former(const std::vector<KnownJob>& runs, KnownJob& job) {
    for (const KnownJob& run : runs)
        for (const std::string& node : run.nodes)
            if (std::ranges::find(job.nodes, node) == job.nodes.end() &&
                std::ranges::find(job.former, node) == job.former.end())
                job.former.push_back(node);
}

/// The last of its runs, with the nodes of all.
std::optional<KnownJob> of_accounting(std::string_view lines, JobId id) {
    const auto runs = runs_in(lines, id);
    if (runs.empty())
        return std::nullopt;
    KnownJob job = runs.back();
    job.restarts = static_cast<int>(runs.size()) - 1;
    add_former(runs, job);
    return job;
}

KnownJob of_queue(const config::Config& config, slurm::Job queued) {
    KnownJob job = of_controller(std::move(queued));
    if (job.restarts > 0)
        if (const auto lines = ask_job(config, job.id))
            add_former(runs_in(*lines, job.id), job);
    return job;
}

Result<KnownJob> find(const config::Config& config, JobId id) {
    auto queued = slurm::load_job(id);
    if (queued)
        return of_queue(config, std::move(*queued));
    const auto lines = ask_job(config, id);
    auto ended = lines ? of_accounting(*lines, id) : std::nullopt;
    if (ended)
        return std::move(*ended);
    return fail(Code::X303, "job {}: {}{}", id.value, queued.error().message,
                lines ? ", and the accounting shows no run of it" : "; " + lines.error().message);
}

} // namespace

Result<KnownJob> known_job(const config::Config& config, JobId id) {
    auto job = find(config, id);
    if (job && ::getuid() != 0 && ::getuid() != job->user)
        return fail(Code::X303, "job {} is another user's; its owner and root are told about it",
                    id.value);
    return job;
}

} // namespace fairlead::cli
