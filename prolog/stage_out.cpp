#include "prolog/stage_out.hpp"

#include "base/child.hpp"
#include "base/log.hpp"
#include "config/paths.hpp"
#include "stage/queue.hpp"
#include "state/stage_mark.hpp"

namespace fairlead::prolog {
namespace {

constexpr auto queue_deadline = std::chrono::seconds(10);

} // namespace

void queue_results(JobId job) {
    const auto mark = state::read_stage_mark(config::run_dir, job);
    if (!mark || mark->refusal)
        return;
    const auto run = stage::parse_run(fmt::format("{}.{}", job.value, mark->run));
    if (!run)
        return;
    const auto queued =
        run_forked(Code::S131, "queueing results", queue_deadline, [&]() -> Result<void> {
            const auto moved = stage::enqueue(mark->state_dir, *run);
            return moved ? Result<void>{} : std::unexpected(moved.error());
        });
    if (!queued)
        log::write(log::Level::Error, to_string(queued.error()));
}

void forget_node_copies(JobId job) {
    std::error_code ignored;
    std::filesystem::remove_all(stage::job_place(config::run_dir, job), ignored);
}

} // namespace fairlead::prolog
