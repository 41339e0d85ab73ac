#include "cli/stage_tasks.hpp"

#include "aws/fsx.hpp"
#include "base/log.hpp"
#include "stage/queue.hpp"

#include <algorithm>
#include <ctime>
#include <limits>
#include <set>

namespace fairlead::cli {
namespace {

using stage::TaskBatch;

constexpr auto deadline = std::chrono::seconds(60);
constexpr int stalls = 12; // a task counts files before it says anything of them

std::string standing_of(const aws::ExportTask& task) {
    return fmt::format("{} {}, {} of {} files exported, {} failed", task.id, to_string(task.state),
                       task.succeeded, task.total, task.failed);
}

/// FSx fails a task as a whole for one path that is missing ("If a path that you provide isn't
/// valid, the task fails"), so that those of one that failed are tried again in two halves, until
/// the run to which it belongs is alone.
void part(const config::Config& config, const TaskBatch& batch) {
    if (batch.runs.size() < 2)
        return;
    for (const stage::TaskRun& task_run : batch.runs) {
        stage::Retry retry = stage::read_retry(config.state_dir, task_run.run);
        retry.together = static_cast<int>(batch.runs.size() / 2);
        if (auto kept = stage::write_retry(config.state_dir, task_run.run, retry); !kept)
            log::error(kept.error());
    }
}

/// One file system's part of a round.
class Step {
  public:
    Step(const config::Config& config, TaskRound& round) : config_(config), round_(round) {}

    Result<void> run(const std::string& file_system, const std::vector<TaskWish>& wishes);

  private:
    Result<void> begin(TaskBatch& batch);
    Result<void> look(TaskBatch& batch);
    Result<void> note(TaskBatch& batch, const aws::ExportTask& task);
    Result<void> end(TaskBatch& batch, const std::string& trouble);
    Result<void> refuse(const TaskBatch& batch, const aws::Failure& failure);
    void wait(const TaskBatch& batch, const std::string& what);

    const config::Config& config_;
    TaskRound& round_;
};

void Step::wait(const TaskBatch& batch, const std::string& what) {
    for (const stage::TaskRun& task_run : batch.runs)
        round_.waits.push_back({task_run.run, {Code::S112, what}});
}

/// Its runs are tried again, in another task.
Result<void> Step::refuse(const TaskBatch& batch, const aws::Failure& failure) {
    for (const stage::TaskRun& task_run : batch.runs)
        round_.refused.push_back({task_run.run, {Code::S111, failure.error.message}});
    part(config_, batch);
    return stage::remove_batch(config_.state_dir, batch.file_system);
}

Result<void> Step::end(TaskBatch& batch, const std::string& trouble) {
    batch.ended = true;
    batch.trouble = trouble;
    if (!trouble.empty())
        part(config_, batch);
    round_.ended.push_back(batch);
    return stage::write_batch(config_.state_dir, batch);
}

Result<void> Step::note(TaskBatch& batch, const aws::ExportTask& task) {
    using State = aws::ExportTask::State;
    const std::string standing = standing_of(task);
    if (has_ended(task)) {
        const bool whole = task.state == State::Succeeded && task.failed == 0;
        const std::string why = task.message.empty() ? "" : ": " + task.message;
        return end(batch, whole ? std::string{} : standing + why);
    }
    wait(batch, "FSx exports: " + standing);
    if (standing == batch.seen && task.id == batch.task)
        return {};
    batch.task = task.id;
    batch.seen = standing;
    batch.changed = std::time(nullptr);
    return stage::write_batch(config_.state_dir, batch);
}

/// FSx's answer may be lost; asked again with the same token it names the same task.
Result<void> Step::begin(TaskBatch& batch) {
    auto client = aws::open_client(config_, deadline, aws::Service::Fsx);
    if (!client)
        return wait(batch, client.error().message), Result<void>{};
    const auto task = aws::create_export_task(*client, batch.file_system, batch.paths, batch.token);
    if (task)
        return note(batch, *task);
    const aws::Failure& failure = task.error();
    if (failure.aws_code == "DataRepositoryTaskExecuting")
        wait(batch, "FSx runs another task of " + batch.file_system);
    else if (failure.error.code == Code::X206)
        return refuse(batch, failure);
    else
        wait(batch, failure.error.message);
    return {};
}

Result<void> Step::look(TaskBatch& batch) {
    auto client = aws::open_client(config_, deadline, aws::Service::Fsx);
    if (!client)
        return wait(batch, client.error().message), Result<void>{};
    const auto task = aws::export_task(*client, batch.task);
    if (!task && task.error().aws_code == "DataRepositoryTaskNotFound")
        return end(batch, "FSx does not know " + batch.task + " any more");
    if (!task)
        return wait(batch, task.error().error.message), Result<void>{};
    if (auto noted = note(batch, *task); !noted || batch.ended)
        return noted;
    const auto patience = static_cast<std::time_t>(config_.staging.stall) * stalls;
    if (std::time(nullptr) - batch.changed <= patience)
        return {};
    std::erase_if(round_.waits, [&](const TaskRound::Said& said) {
        return std::ranges::find(batch.runs, said.run, &stage::TaskRun::run) != batch.runs.end();
    });
    const auto canceled = aws::cancel_task(*client, batch.task);
    if (!canceled)
        log::error(canceled.error().error);
    return end(batch, fmt::format("{} for {} s, and was canceled", batch.seen, patience));
}

std::vector<std::string> paths_in(const std::string& file_system, const TaskWish& wish) {
    std::vector<std::string> paths;
    for (const stage::TaskPath& path : wish.paths)
        if (path.file_system == file_system)
            paths.push_back(path.path);
    return paths;
}

/// Those that do not fit into one task wait for the next.
TaskBatch gather(const std::string& file_system, const std::vector<TaskWish>& wishes) {
    stage::BatchMaker maker{file_system};
    std::size_t most = std::numeric_limits<std::size_t>::max();
    for (const TaskWish& wish : wishes) {
        const auto paths = paths_in(file_system, wish);
        if (paths.empty())
            continue;
        if (wish.together > 0)
            most = std::min(most, static_cast<std::size_t>(wish.together));
        if (maker.runs() >= most || !maker.add(wish.run, paths))
            break;
    }
    return maker.made(std::time(nullptr));
}

Result<void> Step::run(const std::string& file_system, const std::vector<TaskWish>& wishes) {
    auto kept = stage::read_batch(config_.state_dir, file_system);
    if (!kept)
        return std::unexpected(kept.error());
    TaskBatch batch = *kept ? std::move(**kept) : gather(file_system, wishes);
    if (batch.ended)
        return round_.ended.push_back(batch), Result<void>{};
    if (batch.runs.empty())
        return {};
    if (!batch.task.empty())
        return look(batch);
    if (!*kept)
        if (auto written = stage::write_batch(config_.state_dir, batch); !written)
            return written;
    return begin(batch);
}

} // namespace

Result<TaskRound> task_round(const config::Config& config, const std::vector<TaskWish>& wishes) {
    std::set<std::string> file_systems;
    for (const config::Link& link : config.staging.links)
        if (link.exports == config::LinkExport::Task)
            file_systems.insert(link.file_system);
    TaskRound round;
    Step step{config, round};
    for (const std::string& file_system : file_systems)
        if (auto done = step.run(file_system, wishes); !done)
            return std::unexpected(done.error());
    return round;
}

} // namespace fairlead::cli
