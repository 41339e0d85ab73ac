#include "jobsubmit/apply.hpp"

#include "jobsubmit/job_view.hpp"
#include "stage/record.hpp"
#include "state/admitted.hpp"

#include <algorithm>
#include <initializer_list>
#include <limits>
#include <utility>

namespace fairlead::jobsubmit {
namespace {

void release(char*& text) {
    void* item = text;
    slurm_xfree(&item);
    text = nullptr;
}

/// Filled with zeros.
char* allocate(std::size_t size) {
    return static_cast<char*>(slurm_xcalloc(size, 1, true, false, __FILE__, __LINE__, __func__));
}

void replace(char*& text, std::string_view value) {
    release(text);
    text = allocate(value.size() + 1);
    std::ranges::copy(value, text);
}

std::string_view text_of(const char* text) { return text ? text : ""; }

/// The parts that are not empty with a ';' between them, of which one may be `text` itself.
void join(std::initializer_list<std::string_view> parts, char*& text) {
    std::size_t size = 1;
    for (const std::string_view part : parts)
        size += part.size() + 1;
    char* whole = allocate(size);
    char* end = whole;
    for (const std::string_view part : parts) {
        if (end != whole && !part.empty())
            *end++ = ';';
        end = std::ranges::copy(part, end).out;
    }
    release(text);
    text = whole;
}

void append_spank_entry(job_desc_msg_t& job, const std::string& entry) {
    const std::uint32_t count = job.spank_job_env ? job.spank_job_env_size : 0;
    auto** longer = static_cast<char**>(slurm_xcalloc(std::size_t{count} + 2, sizeof(char*), true,
                                                      false, __FILE__, __LINE__, __func__));
    for (std::uint32_t i = 0; i < count; ++i)
        longer[i] = job.spank_job_env[i];
    longer[count] = slurm_xstrdup(entry.c_str());
    void* old = job.spank_job_env;
    slurm_xfree(&old);
    job.spank_job_env = longer;
    job.spank_job_env_size = count + 1;
}

void apply_texts(const policy::JobPatch& patch, job_desc_msg_t& job) {
    const auto write = [](char*& text, const std::optional<Text>& value) {
        if (value)
            replace(text, *value);
    };
    write(job.partition, patch.partition);
    write(job.features, patch.features);
    write(job.account, patch.account);
    write(job.qos, patch.qos);
    write(job.reservation, patch.reservation);
    write(job.wckey, patch.wckey);
    write(job.licenses, patch.licenses);
    write(job.comment, patch.comment);
    write(job.mail_user, patch.mail_user);
}

/// A site's own words, what rules made of them, and behind these the controller's.
void write_admin_comment(const policy::JobPatch& patch, bool awaits_data, job_desc_msg_t& job) {
    const auto view = [](const std::optional<Text>& text) {
        return text ? text->view() : std::string_view();
    };
    if (!patch.admin_comment && !patch.record && !awaits_data && !patch.rules)
        return;
    join({patch.admin_comment ? patch.admin_comment->view() : text_of(job.admin_comment),
          view(patch.record), awaits_data ? view(patch.queued) : std::string_view(),
          view(patch.rules)},
         job.admin_comment);
}

/// What fits, of a number of rules, which has more bits; the largest are Slurm's unset values.
template <class Field, class Value>
void write_number(Field& field, const std::optional<Value>& value) {
    constexpr std::uint64_t most = std::numeric_limits<Field>::max() - 2;
    if (value)
        field = static_cast<Field>(std::min<std::uint64_t>(*value, most));
}

/// The CPUs of the job follow from the tasks where the command counted them so.
void recount_cpus(const policy::JobPatch& patch, job_desc_msg_t& job) {
    if ((!patch.tasks && !patch.cpus_per_task) || job.min_cpus == NO_VAL || job.num_tasks == NO_VAL)
        return;
    const std::uint64_t each = job.cpus_per_task == NO_VAL16 ? 1 : job.cpus_per_task;
    write_number(job.min_cpus, std::optional(job.num_tasks * each));
}

/// Only an update has the name of a job.
bool is_update(const job_desc_msg_t& job) { return job.job_id_str != nullptr; }

/// slurmctld lets --mem-per-gpu go before the memory of a node; an update takes it away by an empty
/// text (22.05: seen).
void forget_memory_of_gpus(job_desc_msg_t& job) {
    if (is_update(job))
        replace(job.mem_per_tres, "");
    else
        release(job.mem_per_tres);
}

void apply_sizes(const policy::JobPatch& patch, job_desc_msg_t& job) {
    write_number(job.min_nodes, patch.least_nodes);
    write_number(job.max_nodes, patch.most_nodes);
    write_number(job.num_tasks, patch.tasks);
    write_number(job.cpus_per_task, patch.cpus_per_task);
    write_number(job.threads_per_core, patch.threads_per_core);
    write_number(job.req_switch, patch.switches);
    write_number(job.wait4switch, patch.switch_wait);
    recount_cpus(patch, job);
    if (patch.memory)
        forget_memory_of_gpus(job);
    if (patch.memory)
        job.pn_min_memory = *patch.memory == policy::unlimited ? 0 : *patch.memory;
    write_number(job.time_limit, patch.time_limit);
    if (patch.time_limit == policy::unlimited)
        job.time_limit = INFINITE;
    if (patch.begin_time)
        job.begin_time = static_cast<time_t>(*patch.begin_time);
    if (patch.exclusive)
        job.shared = *patch.exclusive ? JOB_SHARED_NONE : JOB_SHARED_OK;
    if (patch.requeue)
        job.requeue = *patch.requeue ? 1 : 0;
}

} // namespace

bool strip_forged(job_desc_msg_t& job) noexcept {
    if (!job.spank_job_env)
        return false;
    std::uint32_t kept = 0;
    for (std::uint32_t i = 0; i < job.spank_job_env_size; ++i) {
        if (is_ours(job.spank_job_env[i]))
            release(job.spank_job_env[i]);
        else
            job.spank_job_env[kept++] = job.spank_job_env[i];
    }
    for (std::uint32_t i = kept; i < job.spank_job_env_size; ++i)
        job.spank_job_env[i] = nullptr;
    return std::exchange(job.spank_job_env_size, kept) != kept;
}

void note(job_desc_msg_t& job, std::string_view words) {
    join({text_of(job.admin_comment), words}, job.admin_comment);
}

void apply(const policy::JobPatch& patch, job_desc_msg_t& job) {
    apply_texts(patch, job);
    apply_sizes(patch, job);
    // Who is held for another reason is not released when the data is there.
    const bool awaits_data = patch.queued && !patch.hold && job.priority != 0;
    if (patch.hold || awaits_data)
        job.priority = 0;
    if (patch.staging)
        append_spank_entry(job, fmt::format("{}={}", stage::record_name, patch.staging->view()));
    if (patch.record)
        append_spank_entry(job, fmt::format("{}={}", state::admitted_name, patch.record->view()));
    write_admin_comment(patch, awaits_data, job);
}

} // namespace fairlead::jobsubmit
