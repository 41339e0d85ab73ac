#include "slurm/job_control.hpp"

#include "slurm/compat.hpp"

#include <cerrno>
#include <csignal>
#include <memory>
#include <slurm/slurm_errno.h>

namespace fairlead::slurm {
namespace {

void initialise() {
    static const bool once = (slurm_init(nullptr), true);
    (void)once;
}

Result<void> done(int status, std::string_view what, JobId id) {
    if (status == SLURM_SUCCESS)
        return {};
    return fail(Code::E224, "job {} cannot be {}: {}", id.value, what, slurm_strerror(errno));
}

std::string text(const char* value) { return value ? value : ""; }

std::uint32_t base_state(const slurm_job_info_t& job) { return job.job_state & JOB_STATE_BASE; }

std::optional<std::uint32_t> set(std::uint32_t value) {
    return value == NO_VAL ? std::nullopt : std::optional(value);
}

bool is_held(const slurm_job_info_t& job) {
    return base_state(job) == JOB_PENDING && job.priority == 0;
}

Job job_of(const slurm_job_info_t& job) {
    return {.id = id_of(job),
            .batch = job.batch_flag != 0,
            .may_requeue = job.requeue != 0,
            .whole = job.het_job_id == 0 ? id_of(job) : JobId{job.het_job_id},
            .excluded = text(job.exc_nodes),
            .admin_comment = text(job.admin_comment),
            .running = base_state(job) == JOB_RUNNING,
            .ended = base_state(job) > JOB_SUSPENDED && (job.job_state & JOB_COMPLETING) == 0,
            .held = is_held(job),
            .held_by_user = is_held(job) && job.state_reason == WAIT_HELD_USER,
            .succeeded = base_state(job) == JOB_COMPLETE,
            .restarts = job.restart_cnt,
            .name = text(job.name),
            .array = set(job.array_job_id == 0 ? NO_VAL : job.array_job_id),
            .task = set(job.array_task_id),
            .user = job.user_id,
            .account = text(job.account),
            .partition = text(job.partition),
            .nodes = text(job.nodes),
            .start = job.start_time,
            .end = job.end_time};
}

/// slurmctld takes texts that it may write to.
Result<void> update(JobId id, std::string_view what, void (*set)(job_desc_msg_t&, char*),
                    std::string value) {
    initialise();
    job_desc_msg_t change;
    slurm_init_job_desc_msg(&change);
    name_job(change, id);
    set(change, value.data());
    return done(slurm_update_job(&change), what, id);
}

/// Of one node, or, where `node` is null, of all. slurmctld is asked for one by a name that may be
/// written to.
Result<void> add_boots(char* node, Boots& boots) {
    node_info_msg_t* answer = nullptr;
    const int status = node ? slurm_load_node_single(&answer, node, SHOW_ALL)
                            : slurm_load_node(0, &answer, SHOW_ALL);
    const std::unique_ptr<node_info_msg_t, void (*)(node_info_msg_t*)> owner{
        answer, slurm_free_node_info_msg};
    if (status != SLURM_SUCCESS || !answer)
        return fail(Code::E224, "slurmctld does not say which nodes are up: {}",
                    slurm_strerror(errno));
    constexpr std::uint32_t powered =
        NODE_STATE_POWERED_DOWN | NODE_STATE_POWERING_UP | NODE_STATE_POWERING_DOWN;
    for (std::uint32_t i = 0; i < answer->record_count; ++i)
        if (const auto& info = answer->node_array[i]; info.name && (info.node_state & powered) == 0)
            boots.emplace(info.name, info.boot_time);
    return {};
}

} // namespace

Result<std::vector<Job>> load_jobs() {
    initialise();
    job_info_msg_t* answer = nullptr;
    const int status = slurm_load_jobs(0, &answer, SHOW_ALL);
    const std::unique_ptr<job_info_msg_t, void (*)(job_info_msg_t*)> owner{answer,
                                                                           slurm_free_job_info_msg};
    if (status != SLURM_SUCCESS || !answer)
        return fail(Code::E224, "slurmctld does not show its queue: {}", slurm_strerror(errno));
    std::vector<Job> jobs;
    for (std::uint32_t i = 0; i < answer->record_count; ++i)
        jobs.push_back(job_of(answer->job_array[i]));
    return jobs;
}

Result<Job> load_job(JobId id) {
    initialise();
    job_info_msg_t* answer = nullptr;
    const int status = slurm_load_job(&answer, native(id), SHOW_DETAIL);
    const std::unique_ptr<job_info_msg_t, void (*)(job_info_msg_t*)> owner{answer,
                                                                           slurm_free_job_info_msg};
    if (status != SLURM_SUCCESS || !answer || answer->record_count == 0)
        return fail(Code::E224, "job {} cannot be looked up: {}", id.value, slurm_strerror(errno));
    for (std::uint32_t i = 0; i < answer->record_count; ++i) {
        const auto& job = answer->job_array[i];
        if (id_of(job).value == id.value)
            return job_of(job);
    }
    return fail(Code::E224, "slurmctld knows no job {}", id.value);
}

bool is_unknown(const Error& error) {
    return error.message.ends_with(slurm_strerror(ESLURM_INVALID_JOB_ID)) ||
           error.message.starts_with("slurmctld knows no job");
}

Result<Boots> node_boots(const std::vector<std::string>& nodes) {
    constexpr std::size_t few = 64;
    initialise();
    Boots boots;
    Result<void> added;
    if (nodes.size() > few)
        added = add_boots(nullptr, boots);
    else
        for (std::size_t i = 0; added && i < nodes.size(); ++i)
            added = add_boots(std::string(nodes[i]).data(), boots);
    if (!added)
        return std::unexpected(added.error());
    return boots;
}

Result<void> requeue_held(JobId id) {
    initialise();
    return done(slurm_requeue(native(id), JOB_REQUEUE_HOLD), "sent back to the queue", id);
}

Result<void> exclude_nodes(JobId id, const std::string& host_list) {
    return update(
        id, "kept from nodes",
        [](job_desc_msg_t& change, char* value) { change.exc_nodes = value; }, host_list);
}

Result<void> set_admin_comment(JobId id, const std::string& text) {
    return update(
        id, "annotated", [](job_desc_msg_t& change, char* value) { change.admin_comment = value; },
        text);
}

Result<void> release(JobId id) {
    return update(id, "released", [](job_desc_msg_t& change, char*) { change.priority = INFINITE; },
                  {});
}

Result<void> release(JobId id, const std::string& admin_comment) {
    return update(
        id, "released",
        [](job_desc_msg_t& change, char* value) {
            change.priority = INFINITE;
            change.admin_comment = value;
        },
        admin_comment);
}

Result<void> notify(JobId id, const std::string& line) {
    initialise();
    std::string copy = line;
    return done(slurm_notify_job(native(id), copy.data()), "told anything", id);
}

Result<void> cancel(JobId id) {
    initialise();
    return done(slurm_kill_job(native(id), SIGKILL, 0), "cancelled", id);
}

} // namespace fairlead::slurm
