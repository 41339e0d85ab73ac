#include "jobsubmit/job_view.hpp"

#include "stage/directives.hpp"
#include "stage/request.hpp"
#include "submit/derived.hpp"
#include "submit/generic.hpp"
#include "submit/longest.hpp"
#include "submit/slurm_values.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <span>
#include <string_view>
#include <tuple>

namespace fairlead::jobsubmit {
namespace {

using policy::JobRequest;

constexpr std::string_view our_prefix = "FAIRLEAD_";
constexpr std::string_view option_prefix = "_SLURM_SPANK_OPTION_";

/// The texts that a request borrows, each beside where Slurm has it.
constexpr std::array<std::pair<std::optional<Text> JobRequest::*, char * job_desc_msg_t::*>, 20>
    texts{{{&JobRequest::partition, &job_desc_msg_t::partition},
           {&JobRequest::features, &job_desc_msg_t::features},
           {&JobRequest::account, &job_desc_msg_t::account},
           {&JobRequest::qos, &job_desc_msg_t::qos},
           {&JobRequest::reservation, &job_desc_msg_t::reservation},
           {&JobRequest::wckey, &job_desc_msg_t::wckey},
           {&JobRequest::licenses, &job_desc_msg_t::licenses},
           {&JobRequest::node_list, &job_desc_msg_t::req_nodes},
           {&JobRequest::exclude, &job_desc_msg_t::exc_nodes},
           {&JobRequest::job_name, &job_desc_msg_t::name},
           {&JobRequest::comment, &job_desc_msg_t::comment},
           {&JobRequest::admin_comment, &job_desc_msg_t::admin_comment},
           {&JobRequest::mail_user, &job_desc_msg_t::mail_user},
           {&JobRequest::work_dir, &job_desc_msg_t::work_dir},
           {&JobRequest::dependency, &job_desc_msg_t::dependency},
           {&JobRequest::submit_host, &job_desc_msg_t::alloc_node},
           {&JobRequest::container, &job_desc_msg_t::container},
           {&JobRequest::network, &job_desc_msg_t::network},
           {&JobRequest::burst_buffer, &job_desc_msg_t::burst_buffer},
           {&JobRequest::extra, &job_desc_msg_t::extra}}};

std::span<char*> spank_environment(const job_desc_msg_t& job) {
    if (!job.spank_job_env)
        return {};
    return {job.spank_job_env, job.spank_job_env_size};
}

/// Slurm's unset values, NO_VAL and INFINITE, of each width.
std::optional<std::uint32_t> number(std::uint32_t value) {
    return value == NO_VAL || value == INFINITE ? std::nullopt : std::optional(value);
}

std::optional<std::uint32_t> number(std::uint16_t value) {
    return value == NO_VAL16 || value == INFINITE16 ? std::nullopt
                                                    : std::optional<std::uint32_t>(value);
}

/// Where 0 says nothing either.
template <class Value>
std::optional<std::uint32_t> count(Value value) {
    return value == 0 ? std::nullopt : number(value);
}

std::optional<bool> flag(std::uint16_t value) {
    const auto set = number(value);
    return set ? std::optional(*set != 0) : std::nullopt;
}

std::optional<std::uint64_t> minutes(std::uint32_t value) {
    if (value == INFINITE)
        return policy::unlimited;
    return number(value);
}

std::optional<std::uint64_t> moment(time_t value) {
    return value > 0 ? std::optional(static_cast<std::uint64_t>(value)) : std::nullopt;
}

/// Only what lowers the priority; the rest is for operators.
std::optional<std::uint32_t> niceness(std::uint32_t value) {
    return value == NO_VAL || value <= NICE_OFFSET ? std::nullopt
                                                   : std::optional(value - NICE_OFFSET);
}

/// JOB_SHARED_NONE, 0, is --exclusive.
std::optional<bool> exclusive(std::uint16_t shared) {
    const auto set = number(shared);
    return set ? std::optional(*set == JOB_SHARED_NONE) : std::nullopt;
}

/// pn_min_memory holds --mem or, with its highest bit set, --mem-per-cpu; 0 is all of a node.
void view_memory(std::uint64_t memory, JobRequest& request) {
    if (memory == NO_VAL64)
        return;
    const std::uint64_t size = memory & ~std::uint64_t{MEM_PER_CPU};
    if (size == 0)
        request.memory = policy::unlimited;
    else if (memory & MEM_PER_CPU)
        request.memory_per_cpu = size;
    else
        request.memory = size;
}

std::optional<std::string> mail_types(std::uint16_t bits) {
    constexpr std::array<std::pair<std::uint16_t, std::string_view>, 11> names{
        {{MAIL_JOB_BEGIN, "BEGIN"},
         {MAIL_JOB_END, "END"},
         {MAIL_JOB_FAIL, "FAIL"},
         {MAIL_JOB_REQUEUE, "REQUEUE"},
         {MAIL_JOB_TIME100, "TIME_LIMIT"},
         {MAIL_JOB_TIME90, "TIME_LIMIT_90"},
         {MAIL_JOB_TIME80, "TIME_LIMIT_80"},
         {MAIL_JOB_TIME50, "TIME_LIMIT_50"},
         {MAIL_JOB_STAGE_OUT, "STAGE_OUT"},
         {MAIL_ARRAY_TASKS, "ARRAY_TASKS"},
         {MAIL_INVALID_DEPEND, "INVALID_DEPEND"}}};
    if (bits == NO_VAL16)
        return std::nullopt;
    std::string list;
    for (const auto& [bit, name] : names)
        if (bits & bit)
            list += (list.empty() ? "" : ",") + std::string(name);
    return list.empty() ? std::nullopt : std::optional(list);
}

std::optional<std::string> script_args(const job_desc_msg_t& job) {
    std::string line;
    for (std::uint32_t i = 1; job.argv && i < job.argc; ++i)
        if (job.argv[i])
            line += (line.empty() ? "" : " ") + std::string(job.argv[i]);
    return line.empty() ? std::nullopt : std::optional(line);
}

std::string_view text_of(const char* text) { return text ? text : ""; }

/// Lists that nobody may read for long. slurmctld refuses them behind us.
std::optional<policy::TooLong> too_long_list(const job_desc_msg_t& job) {
    const std::tuple<std::string_view, const char*, std::size_t> lists[] = {
        {"array", job.array_inx, submit::longest_array},
        {"tres_per_job", job.tres_per_job, submit::longest_resources},
        {"tres_per_node", job.tres_per_node, submit::longest_resources},
        {"tres_per_socket", job.tres_per_socket, submit::longest_resources},
        {"tres_per_task", job.tres_per_task, submit::longest_resources},
        {"cpus_per_tres", job.cpus_per_tres, submit::longest_resources},
        {"mem_per_tres", job.mem_per_tres, submit::longest_resources}};
    for (const auto& [name, text, most] : lists)
        if (const auto found = submit::too_long(name, text_of(text), most))
            return found;
    return std::nullopt;
}

submit::TresLists lists_of(const job_desc_msg_t& job) {
    return {.job = std::string(text_of(job.tres_per_job)),
            .node = std::string(text_of(job.tres_per_node)),
            .socket = std::string(text_of(job.tres_per_socket)),
            .task = std::string(text_of(job.tres_per_task))};
}

void view_update_of_generic(const job_desc_msg_t& job, JobRequest& request) {
    const submit::NamedLists named{.job = job.tres_per_job != nullptr,
                                   .node = job.tres_per_node != nullptr,
                                   .socket = job.tres_per_socket != nullptr,
                                   .task = job.tres_per_task != nullptr};
    request.tres_named = named.job || named.node || named.socket || named.task;
    if (!request.tres_named)
        return;
    const submit::TresLists lists = lists_of(job);
    request.tres = submit::generic_resources_in_update(lists, request);
    request.names_tres = submit::names_all(named, lists, request);
}

/// slurmctld refuses what it cannot read, and so do rules that bound the size. What an update sends
/// is the throttle (scontrol's ArrayTaskThrottle).
std::optional<std::uint32_t> array_size(const job_desc_msg_t& job, bool update) {
    constexpr std::uint32_t largest = 0xfffffff0;
    if (update || !job.array_inx || !*job.array_inx)
        return std::nullopt;
    return submit::read_array(job.array_inx).value_or(largest);
}

/// In an update an empty text takes something away, so it stays.
void view_texts(const job_desc_msg_t& job, JobRequest& request) {
    for (const auto& [to, from] : texts)
        if (const char* text = job.*from; text && (*text || request.modify))
            request.*to = Text::borrowed(text);
    request.mail_type = mail_types(job.mail_type);
    request.script_args = script_args(job);
    request.too_long = submit::too_long(request);
    if (!request.too_long && request.work_dir && !submit::is_normal_path(*request.work_dir))
        request.work_dir = submit::normal_path(*request.work_dir);
    submit::fold_names(request);
}

void view_numbers(const job_desc_msg_t& job, JobRequest& request) {
    request.least_nodes = count(job.min_nodes);
    request.most_nodes = count(job.max_nodes);
    request.tasks = count(job.num_tasks);
    request.tasks_per_node = count(job.ntasks_per_node);
    request.tasks_per_gpu = count(job.ntasks_per_tres);
    request.switches = count(job.req_switch);
    request.switch_wait = count(job.wait4switch);
    request.cpus_per_task = count(job.cpus_per_task);
    request.threads_per_core = count(job.threads_per_core);
    request.sockets_per_node = count(job.sockets_per_node);
    request.cores_per_socket = count(job.cores_per_socket);
    request.cpus = count(job.min_cpus);
    request.names_cpus = request.cpus.has_value();
    request.cpus_per_node = count(job.pn_min_cpus);
    if (job.overcommit != NO_VAL8)
        request.overcommit = job.overcommit != 0;
}

/// What is for each GPU.
void view_shares(const job_desc_msg_t& job, JobRequest& request) {
    if (job.mem_per_tres)
        request.memory_per_gpu = submit::for_each_gpu(job.mem_per_tres);
    if (job.cpus_per_tres)
        request.cpus_for_a_gpu = submit::for_each_gpu(job.cpus_per_tres);
    request.names_memory_for_a_gpu = job.mem_per_tres != nullptr;
    request.names_cpus_for_a_gpu = job.cpus_per_tres != nullptr;
}

void view_sizes(const job_desc_msg_t& job, JobRequest& request) {
    view_numbers(job, request);
    view_memory(job.pn_min_memory, request);
    const auto long_list = too_long_list(job);
    if (!request.too_long)
        request.too_long = long_list;
    if (long_list) // budgets count the rest of what a text is too long for
        return;
    view_shares(job, request);
    request.array_size = array_size(job, request.modify);
    if (request.modify) {
        view_update_of_generic(job, request);
        return submit::derive_cpus_in_update(request);
    }
    submit::derive_tasks(request);
    submit::derive_resources(request, lists_of(job));
    submit::derive_cpus(request);
}

void view_times(const job_desc_msg_t& job, JobRequest& request) {
    request.time_limit = minutes(job.time_limit);
    request.time_min = count(job.time_min);
    request.begin_time = moment(job.begin_time);
    request.deadline = moment(job.deadline);
    request.priority = number(job.priority);
    request.nice = niceness(job.nice);
}

void view_flags(const job_desc_msg_t& job, JobRequest& request) {
    request.exclusive = exclusive(job.shared);
    request.requeue = flag(job.requeue);
    request.contiguous = flag(job.contiguous);
    request.spread = job.bitflags != NO_VAL64 && (job.bitflags & SPREAD_JOB) != 0;
}

/// The value of an option that the SPANK plugin stored; the last one counts.
std::optional<std::string_view> option_value(const job_desc_msg_t& job, std::string_view name) {
    std::optional<std::string_view> value;
    for (const char* entry : spank_environment(job)) {
        std::string_view rest = entry ? entry : "";
        if (!rest.starts_with(option_prefix))
            continue;
        rest.remove_prefix(option_prefix.size());
        if (rest.size() > name.size() && rest.starts_with(name) && rest[name.size()] == '=')
            value = rest.substr(name.size() + 1);
    }
    return value;
}

/// What the user's side joined of its staging options.
std::optional<Text> stage_options(const job_desc_msg_t& job) {
    constexpr std::string_view name = stage::options_name;
    for (const char* entry : spank_environment(job)) {
        const std::string_view text = entry ? entry : "";
        if (text.size() > name.size() && text.starts_with(name) && text[name.size()] == '=')
            return Text::borrowed(text.substr(name.size() + 1));
    }
    return std::nullopt;
}

/// Whether a script waits for the prologs of all its nodes. slurmctld holds a lock on its
/// configuration while it asks us.
std::optional<bool> batch_deferred() {
    constexpr std::uint32_t both = PROLOG_FLAG_ALLOC | PROLOG_FLAG_DEFER_BATCH;
    return &slurm_conf ? std::optional((slurm_conf.prolog_flags & both) == both) : std::nullopt;
}

/// A number that no other submission has.
std::string submission_id() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::to_string(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
}

void view_staging(const job_desc_msg_t& job, JobRequest& request) {
    request.stage_options = stage_options(job);
    if (!request.stage_options && !(job.script && stage::has_directives(job.script)))
        return;
    request.submission_id = submission_id();
    request.batch_deferred = batch_deferred();
}

/// Most jobs have none, and then none is looked for by name.
bool has_options(const job_desc_msg_t& job) {
    return std::ranges::any_of(spank_environment(job), [](const char* entry) {
        return entry && std::string_view(entry).starts_with(option_prefix);
    });
}

Result<config::FabricRequest> fabric_request(const job_desc_msg_t& job) {
    if (!has_options(job))
        return config::FabricRequest{};
    return config::read_fabric_request(
        [&](std::string_view name) { return option_value(job, name); });
}

JobRequest view(const job_desc_msg_t& job, bool update) {
    JobRequest request{.partition = {},
                       .features = {},
                       .fabric = fabric_request(job),
                       .least_nodes = {},
                       .most_nodes = {},
                       .tasks = {},
                       .tasks_per_node = {},
                       .switches = {},
                       .switch_wait = {},
                       .modify = update};
    view_texts(job, request);
    view_sizes(job, request);
    view_times(job, request);
    view_flags(job, request);
    return request;
}

void view_caller(uid_t uid, const state::Callers& callers, JobRequest& request) {
    const auto known = callers.find(uid);
    request.caller_known = known != callers.end();
    if (!request.caller_known)
        return;
    request.user = Text::borrowed(known->second.name);
    request.groups.reserve(known->second.groups.size());
    for (const std::string& group : known->second.groups)
        request.groups.push_back(Text::borrowed(group));
}

/// The components behind the first of a heterogeneous batch job have its environment and no script
/// (22.05: seen); srun and salloc send neither.
bool follows_script(const job_desc_msg_t& job) {
    return number(job.het_job_offset).value_or(0) > 0 && job.env_size > 0;
}

} // namespace

bool is_ours(const char* entry) { return entry && std::string_view(entry).starts_with(our_prefix); }

JobRequest view_submission(const job_desc_msg_t& job, uid_t submitted_by,
                           const state::Callers& callers) {
    JobRequest request = view(job, false);
    request.het_component = number(job.het_job_offset);
    const uid_t owner = number(job.user_id).value_or(submitted_by);
    view_caller(owner, callers, request);
    if (const auto other = callers.find(submitted_by);
        owner != submitted_by && other != callers.end())
        request.submitted_by = Text::borrowed(other->second.name);
    if (job.script)
        request.script = Text::borrowed(job.script);
    request.interactive = !job.script && !follows_script(job);
    if (job.environment)
        request.environment = {job.environment, job.env_size};
    view_staging(job, request);
    return request;
}

JobRequest view_update(const job_desc_msg_t& job, uid_t asked_by, const state::Callers& callers) {
    JobRequest request = view(job, true);
    // What `scontrol release` sends, and what else ends a hold: priority/basic gives a job with a
    // nice value a priority of 2 at least (22.05: seen), and another priority is one.
    request.release = (job.priority != NO_VAL && job.priority != 0) || job.nice != NO_VAL;
    view_caller(asked_by, callers, request);
    return request;
}

} // namespace fairlead::jobsubmit
