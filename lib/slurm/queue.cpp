#include "slurm/queue.hpp"

#include "base/host_list.hpp"
#include "base/words.hpp"
#include "cost/gpu_memory.hpp"
#include "slurm/compat.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <pwd.h>
#include <slurm/slurm_errno.h>
#include <unordered_map>

namespace fairlead::slurm {
namespace {

using cost::JobSize;
using cost::QueuedJob;

/// Bits of AccountingStorageEnforce, "associations" and "wckeys" (22.05: seen).
constexpr std::uint16_t enforces_associations = 1;
constexpr std::uint16_t enforces_wckeys = 4;
constexpr std::uint16_t allocates_memory = 0x10; // CR_MEMORY

std::string text(const char* value) { return value ? value : ""; }

/// 0 says nothing either, and no more do NO_VAL and INFINITE.
std::optional<std::uint64_t> number(std::uint64_t value, std::uint64_t unset) {
    return value == 0 || value >= unset ? std::nullopt : std::optional(value);
}

std::optional<std::uint64_t> number(std::uint32_t value) { return number(value, NO_VAL); }
std::optional<std::uint64_t> number(std::uint16_t value) { return number(value, NO_VAL16); }

/// "3-9,11%2" is eight tasks.
std::uint64_t tasks_in(std::string_view list) {
    std::uint64_t tasks = 0;
    for (const std::string_view part : split(list.substr(0, list.find('%')), ',')) {
        std::uint32_t first = 0, last = 0, step = 1;
        const char* end = part.data() + part.size();
        auto read = std::from_chars(part.data(), end, first);
        last = first;
        if (read.ptr != end && *read.ptr == '-')
            read = std::from_chars(read.ptr + 1, end, last);
        if (read.ptr != end && *read.ptr == ':')
            read = std::from_chars(read.ptr + 1, end, step);
        if (read.ec == std::errc{} && last >= first && step > 0)
            tasks += (last - first) / step + 1;
    }
    return std::max<std::uint64_t>(1, tasks);
}

/// "cpu=4,mem=8G,node=2,gres/gpu=16,gres/gpu:h100=16": the number for all kinds together.
std::optional<std::uint64_t> gpus_in(std::string_view tres) {
    constexpr std::string_view name = "gres/gpu=";
    for (const std::string_view part : split(tres, ',')) {
        std::uint64_t gpus = 0;
        if (part.starts_with(name) &&
            std::from_chars(part.data() + name.size(), part.data() + part.size(), gpus).ec ==
                std::errc{})
            return gpus;
    }
    return std::nullopt;
}

std::uint32_t base_state(const slurm_job_info_t& job) { return job.job_state & JOB_STATE_BASE; }

bool ended(const slurm_job_info_t& job) { return base_state(job) > JOB_SUSPENDED; }

/// On each node 0 is --mem=0, but of jobs that ask for none as well.
void put_memory(std::uint64_t memory, JobSize& size) {
    if (memory != NO_VAL64 && (memory & MEM_PER_CPU) != 0)
        size.memory_mb_a_cpu = memory & ~std::uint64_t{MEM_PER_CPU};
    else
        size.memory_mb_a_node = number(memory, NO_VAL64);
}

JobSize size_of(const slurm_job_info_t& job) {
    JobSize size{.least_nodes = number(job.num_nodes),
                 .most_nodes = number(job.max_nodes),
                 .tasks = number(job.num_tasks),
                 .tasks_per_node = number(job.ntasks_per_node),
                 .cpus_per_task = number(job.cpus_per_task),
                 .cpus = number(job.num_cpus),
                 .named_nodes = count_hosts(text(job.req_nodes)),
                 .threads_per_core = number(job.threads_per_core),
                 .gpus = gpus_in(text(job.tres_req_str))};
    put_memory(job.pn_min_memory, size);
    size.memory_mb_a_gpu = cost::gpu_memory_in(text(job.mem_per_tres));
    size.spread = (job.bitflags & SPREAD_JOB) != 0;
    size.unlimited = job.time_limit == INFINITE;
    if (const auto minutes = number(job.time_limit); minutes && !size.unlimited)
        size.time_limit = std::chrono::minutes(static_cast<std::int64_t>(*minutes));
    if (job.array_task_str && *job.array_task_str)
        size.array_tasks = tasks_in(job.array_task_str);
    if (base_state(job) != JOB_PENDING) { // what it got
        size.most_nodes = size.least_nodes;
        size.named_nodes.reset();
    }
    return size;
}

/// Names of users, each looked up once.
class Users {
  public:
    const std::string& name(const slurm_job_info_t& job) {
        const auto [known, fresh] = names_.try_emplace(job.user_id, text(job.user_name));
        if (fresh && known->second.empty())
            if (const passwd* user = ::getpwuid(job.user_id)) // NOLINT(concurrency-mt-unsafe)
                known->second = user->pw_name;
        return known->second;
    }

  private:
    std::unordered_map<std::uint32_t, std::string> names_;
};

/// Time in which it was suspended counts: its nodes were held.
std::chrono::minutes ran(const slurm_job_info_t& job) {
    if (base_state(job) == JOB_PENDING || job.start_time == 0)
        return {};
    const time_t end = ended(job) ? job.end_time : std::time(nullptr);
    const std::chrono::seconds time(std::max<time_t>(0, end - job.start_time));
    return std::chrono::ceil<std::chrono::minutes>(time);
}

QueuedJob queued(const slurm_job_info_t& job, Users& users) {
    const bool waits = base_state(job) == JOB_PENDING;
    const bool tasks = job.array_task_str && *job.array_task_str;
    return {.job = tasks && job.array_job_id != 0 ? job.array_job_id : id_of(job).value,
            .array = tasks ? 0 : job.array_job_id,
            .user = users.name(job),
            .account = text(job.account),
            .qos = text(job.qos),
            .partitions = text(job.partition),
            .size = size_of(job),
            .admin_comment = text(job.admin_comment),
            .held = waits && job.priority == 0,
            .ended = ended(job),
            .ran = ran(job),
            .end = cost::Time(std::chrono::seconds(job.end_time))};
}

void initialise() {
    // Else the list of an array's tasks ends after 64 characters with "...".
    static const bool once = (::setenv("SLURM_BITSTR_LEN", "0", 1), slurm_init(nullptr), true);
    (void)once;
}

} // namespace

Result<std::vector<QueuedJob>> load_queue() {
    initialise();
    job_info_msg_t* answer = nullptr;
    const int status = slurm_load_jobs(0, &answer, SHOW_ALL);
    const std::unique_ptr<job_info_msg_t, void (*)(job_info_msg_t*)> owner{answer,
                                                                           slurm_free_job_info_msg};
    if (status != SLURM_SUCCESS || !answer)
        return fail(Code::C207, "slurmctld does not show its queue: {}", slurm_strerror(errno));
    Users users;
    std::vector<QueuedJob> jobs;
    jobs.reserve(answer->record_count);
    for (std::uint32_t i = 0; i < answer->record_count; ++i)
        jobs.push_back(queued(answer->job_array[i], users));
    return jobs;
}

Result<Cluster> cluster() {
    initialise();
    slurm_conf_t* answer = nullptr;
    const int status = slurm_load_ctl_conf(0, &answer);
    const std::unique_ptr<slurm_conf_t, void (*)(slurm_conf_t*)> owner{answer, free_conf};
    if (status != SLURM_SUCCESS || !answer || !answer->cluster_name)
        return fail(Code::C207, "slurmctld does not name its cluster: {}", slurm_strerror(errno));
    return Cluster{.name = answer->cluster_name,
                   .enforces_associations =
                       (answer->accounting_storage_enforce & enforces_associations) != 0,
                   .enforces_wckeys = (answer->accounting_storage_enforce & enforces_wckeys) != 0,
                   .allocates_memory = (answer->select_type_param & allocates_memory) != 0};
}

} // namespace fairlead::slurm
