#include "slurm/job_control.hpp"

#include <csignal>
#include <memory>
#include <slurm/slurm.h>
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
    return fail(Code::E224, "job {} cannot be {}: {}", id.value, what,
                slurm_strerror(slurm_get_errno()));
}

std::string text(const char* value) { return value ? value : ""; }

/// slurmctld takes texts that it may write to.
Result<void> update(JobId id, std::string_view what, void (*set)(job_desc_msg_t&, char*),
                    std::string value) {
    initialise();
    job_desc_msg_t change;
    slurm_init_job_desc_msg(&change);
    change.job_id = id.value;
    set(change, value.data());
    return done(slurm_update_job(&change), what, id);
}

} // namespace

Result<Job> load_job(JobId id) {
    initialise();
    job_info_msg_t* answer = nullptr;
    const int status = slurm_load_job(&answer, id.value, SHOW_DETAIL);
    const std::unique_ptr<job_info_msg_t, void (*)(job_info_msg_t*)> owner{answer,
                                                                           slurm_free_job_info_msg};
    if (status != SLURM_SUCCESS || !answer || answer->record_count == 0)
        return fail(Code::E224, "job {} cannot be looked up: {}", id.value,
                    slurm_strerror(slurm_get_errno()));
    for (std::uint32_t i = 0; i < answer->record_count; ++i) {
        const auto& job = answer->job_array[i];
        if (job.job_id == id.value)
            return Job{.id = id,
                       .batch = job.batch_flag != 0,
                       .may_requeue = job.requeue != 0,
                       .whole = job.het_job_id == 0 ? id : JobId{job.het_job_id},
                       .excluded = text(job.exc_nodes),
                       .admin_comment = text(job.admin_comment)};
    }
    return fail(Code::E224, "slurmctld knows no job {}", id.value);
}

Result<std::set<std::string>> nodes_without_instance() {
    initialise();
    node_info_msg_t* answer = nullptr;
    const int status = slurm_load_node(0, &answer, SHOW_ALL);
    const std::unique_ptr<node_info_msg_t, void (*)(node_info_msg_t*)> owner{
        answer, slurm_free_node_info_msg};
    if (status != SLURM_SUCCESS || !answer)
        return fail(Code::E224, "slurmctld does not say which nodes are up: {}",
                    slurm_strerror(slurm_get_errno()));
    constexpr std::uint32_t powered =
        NODE_STATE_POWERED_DOWN | NODE_STATE_POWERING_UP | NODE_STATE_POWERING_DOWN;
    std::set<std::string> nodes;
    for (std::uint32_t i = 0; i < answer->record_count; ++i)
        if (const auto& node = answer->node_array[i]; node.name && (node.node_state & powered) != 0)
            nodes.insert(node.name);
    return nodes;
}

Result<void> requeue_held(JobId id) {
    initialise();
    return done(slurm_requeue(id.value, JOB_REQUEUE_HOLD), "sent back to the queue", id);
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

Result<void> notify(JobId id, const std::string& line) {
    initialise();
    std::string copy = line;
    return done(slurm_notify_job(id.value, copy.data()), "told anything", id);
}

Result<void> cancel(JobId id) {
    initialise();
    return done(slurm_kill_job(id.value, SIGKILL, 0), "cancelled", id);
}

} // namespace fairlead::slurm
