#include "jobsubmit/apply.hpp"
#include "jobsubmit/job_view.hpp"

#include "base/words.hpp"
#include "policy/decide.hpp"
#include "policy/rule_reader.hpp"
#include "promise.hpp"
#include "step.hpp"
#include "targets.hpp"
#include "tests/jobsubmit/description.hpp"

#include <charconv>
#include <variant>

namespace fairlead::fuzz {
namespace {

using test::Description;
using Slot = std::variant<char * job_desc_msg_t::*, std::uint8_t job_desc_msg_t::*,
                          std::uint16_t job_desc_msg_t::*, std::uint32_t job_desc_msg_t::*,
                          std::uint64_t job_desc_msg_t::*, time_t job_desc_msg_t::*>;

struct Named {
    std::string_view name;
    Slot slot;
};

using D = job_desc_msg_t;
constexpr Named slots[] = {{"partition", &D::partition},
                           {"features", &D::features},
                           {"account", &D::account},
                           {"qos", &D::qos},
                           {"reservation", &D::reservation},
                           {"wckey", &D::wckey},
                           {"licenses", &D::licenses},
                           {"req_nodes", &D::req_nodes},
                           {"exc_nodes", &D::exc_nodes},
                           {"name", &D::name},
                           {"comment", &D::comment},
                           {"admin_comment", &D::admin_comment},
                           {"mail_user", &D::mail_user},
                           {"work_dir", &D::work_dir},
                           {"dependency", &D::dependency},
                           {"alloc_node", &D::alloc_node},
                           {"container", &D::container},
                           {"network", &D::network},
                           {"burst_buffer", &D::burst_buffer},
                           {"extra", &D::extra},
                           {"script", &D::script},
                           {"array_inx", &D::array_inx},
                           {"tres_per_job", &D::tres_per_job},
                           {"tres_per_node", &D::tres_per_node},
                           {"tres_per_socket", &D::tres_per_socket},
                           {"tres_per_task", &D::tres_per_task},
                           {"cpus_per_tres", &D::cpus_per_tres},
                           {"mem_per_tres", &D::mem_per_tres},
                           {"user_id", &D::user_id},
                           {"min_nodes", &D::min_nodes},
                           {"max_nodes", &D::max_nodes},
                           {"num_tasks", &D::num_tasks},
                           {"ntasks_per_node", &D::ntasks_per_node},
                           {"req_switch", &D::req_switch},
                           {"wait4switch", &D::wait4switch},
                           {"cpus_per_task", &D::cpus_per_task},
                           {"threads_per_core", &D::threads_per_core},
                           {"sockets_per_node", &D::sockets_per_node},
                           {"cores_per_socket", &D::cores_per_socket},
                           {"ntasks_per_tres", &D::ntasks_per_tres},
                           {"pn_min_cpus", &D::pn_min_cpus},
                           {"bitflags", &D::bitflags},
                           {"min_cpus", &D::min_cpus},
                           {"overcommit", &D::overcommit},
                           {"pn_min_memory", &D::pn_min_memory},
                           {"time_limit", &D::time_limit},
                           {"time_min", &D::time_min},
                           {"begin_time", &D::begin_time},
                           {"deadline", &D::deadline},
                           {"priority", &D::priority},
                           {"nice", &D::nice},
                           {"het_job_offset", &D::het_job_offset},
                           {"shared", &D::shared},
                           {"requeue", &D::requeue},
                           {"contiguous", &D::contiguous},
                           {"mail_type", &D::mail_type}};

void store(job_desc_msg_t& job, const Slot& slot, const std::string& value) {
    std::visit(
        [&](auto member) {
            if constexpr (std::is_same_v<decltype(member), char * job_desc_msg_t::*>)
                Description::put(job.*member, value.c_str());
            else
                std::from_chars(value.data(), value.data() + value.size(), job.*member);
        },
        slot);
}

/// A description in lines NAME=VALUE. What is not in `slots` is an entry of the environment
/// (`env`), of the SPANK environment (`spank`) or an argument of the script (`arg`); a text ends at
/// a 0.
class Lines {
  public:
    explicit Lines(std::string_view lines) {
        for (const std::string_view line : split(lines, '\n'))
            if (const auto equals = line.find('='); equals != std::string_view::npos)
                take(line.substr(0, equals), std::string(line.substr(equals + 1)).c_str());
        job_.spank(spank_);
        job_->environment = pointers(env_, env_pointers_);
        job_->env_size = static_cast<std::uint32_t>(env_.size());
        job_->argv = pointers(args_, arg_pointers_);
        job_->argc = static_cast<std::uint32_t>(args_.size());
    }

    job_desc_msg_t& job() { return *job_; }

  private:
    void take(std::string_view name, const std::string& value) {
        if (name == "env")
            env_.push_back(value);
        else if (name == "spank")
            spank_.push_back(value);
        else if (name == "arg")
            args_.push_back(value);
        for (const Named& slot : slots)
            if (slot.name == name)
                store(*job_, slot.slot, value);
    }

    static char** pointers(std::vector<std::string>& texts, std::vector<char*>& into) {
        for (std::string& text : texts)
            into.push_back(text.data());
        into.push_back(nullptr);
        return into.data();
    }

    std::vector<std::string> env_, spank_, args_;
    std::vector<char*> env_pointers_, arg_pointers_;
    Description job_;
};

/// Actions of every kind, on fields of every kind.
constexpr std::string_view site = R"(schema: fairlead.policy/1
policy:
  - {name: a, default: {partition: cpu, account: bio, time_limit: 1h, requeue: false, least_nodes: 1}}
  - {name: b, when: {partition: gpu, gpus: unset}, warn: "no GPU of {gpu_type}"}
  - {name: c, cap: {memory: 4G, most_nodes: 16, tasks: 64}}
  - {name: d, when: {any: [{array_size: "> 10"}, {script_args: set}, {environment.A: x}]}, append: {comment: many, licenses: "l:1"}}
  - {name: e, when: {script: {regex: "srun"}, not: {modify: true}}, append: {features: fast}}
  - {name: f, when: {job_name: "t*"}, set: {exclusive: true, cpus_per_task: 2, begin_time: 2031-01-01T00:00:00Z}}
  - {name: g, when: {qos: [high, low]}, route: {partition: big}}
  - {name: h, when: {mail_type: [END], user: [ada]}, set: {mail_user: "{user}@example.org"}}
  - {name: i, when: {deadline: set}, hold: true}
  - {name: j, append: {admin_comment: "of {account} in {nodes}"}}
)";

policy::Snapshot snapshot_of_site() {
    policy::Snapshot snapshot;
    snapshot.config.policy.mode = config::Mode::Enforce;
    snapshot.config.default_partition = "cpu";
    auto rules = policy::parse_rules(site, "site.yaml");
    promise(rules.has_value(), "the rules of the fuzzer are read");
    snapshot.rules = std::move(*rules);
    return snapshot;
}

void check_numbers(const policy::JobRequest& request) {
    for (const auto& number :
         {request.least_nodes, request.most_nodes, request.tasks, request.tasks_per_node,
          request.cpus_per_task, request.threads_per_core, request.switches, request.switch_wait,
          request.array_size, request.het_component})
        promise(number.value_or(0) < INFINITE, "an unset value of Slurm's is no number");
}

bool is_entry(const char* entry, std::string_view start) {
    return entry && std::string_view(entry).starts_with(start);
}

void check_stripped(const job_desc_msg_t& job) {
    for (std::uint32_t i = 0; i < job.spank_job_env_size; ++i)
        promise(!is_entry(job.spank_job_env[i], "FAIRLEAD_"), "no entry that is forged is kept");
}

/// As slurmctld's call does, and then once more.
template <class View>
void judge(job_desc_msg_t& job, const policy::Snapshot& snapshot, View&& view) {
    jobsubmit::strip_forged(job);
    check_stripped(job);
    const state::Callers callers{{0, {"root", {"root"}}}, {1, {"ada", {"chem", "gpu"}}}};
    policy::JobRequest request = view(job, 1, callers);
    check_numbers(request);
    request.default_partition = Text::borrowed(*snapshot.config.default_partition);
    policy::Decision decision = decide(request, snapshot);
    if (!decision.refusals.empty())
        return;
    jobsubmit::apply(decision.patch, job);
    const policy::JobRequest after = view(job, 1, callers);
    promise(changes_of({after, policy::JobPatch{}}, decide(after, snapshot).patch).size() <=
                (decision.patch.hold ? 1u : 0u),
            "what is written is what rules see, and they change nothing more");
}

} // namespace

void description(std::string_view input) {
    static const policy::Snapshot snapshot = snapshot_of_site();
    Lines submitted(input), updated(input);
    judge(submitted.job(), snapshot, jobsubmit::view_submission);
    judge(updated.job(), snapshot, jobsubmit::view_update);
}

} // namespace fairlead::fuzz
