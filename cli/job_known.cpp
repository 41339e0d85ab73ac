#include "cli/job_known.hpp"

#include "base/host_list.hpp"
#include "base/words.hpp"
#include "cli/ask_slurm.hpp"
#include "slurm/job_control.hpp"

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
            .admin_comment = std::move(job.admin_comment),
            .start = job.start,
            .end = job.end};
}

/// The last of its runs; what stands in the comment may have bars as well.
std::optional<KnownJob> of_accounting(std::string_view lines, JobId id) {
    enum { Id, User, Partition, State, Nodes, Start, End, Comment, Columns };
    std::optional<KnownJob> job;
    for (const std::string_view line : split(lines, '\n')) {
        const auto words = split(line, '|');
        if (words.size() < Columns || parse_job_id(words[Id]) != id)
            continue;
        const auto comment = static_cast<std::size_t>(words[Comment].data() - line.data());
        job = KnownJob{.id = id,
                       .user = number_in<std::uint32_t>(words[User]),
                       .partition = std::string(words[Partition]),
                       .state = printable(words[State]),
                       .nodes = nodes_in(words[Nodes]),
                       .admin_comment = std::string(line.substr(comment)),
                       .start = number_in<std::int64_t>(words[Start]),
                       .end = number_in<std::int64_t>(words[End])};
    }
    return job;
}

Result<KnownJob> find(const config::Config& config, JobId id) {
    auto queued = slurm::load_job(id);
    if (queued)
        return of_controller(std::move(*queued));
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
