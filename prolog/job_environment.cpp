#include "prolog/job_environment.hpp"

#include "fabric/metadata.hpp"
#include "state/admitted.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/core.h>

namespace fairlead::prolog {
namespace {

constexpr std::string_view option_prefix = "SPANK__SLURM_SPANK_OPTION_";
constexpr std::string_view admitted_variable = "SPANK_FAIRLEAD_ADMITTED";

std::string text(const EnvView& env, std::string_view name) {
    return std::string(env.get(name).value_or(""));
}

/// Options that their own reader would have refused ask for nothing.
config::FabricRequest request_of(const EnvView& env) {
    return config::read_fabric_request([&](std::string_view name) {
               return env.get(fmt::format("{}{}", option_prefix, name));
           })
        .value_or(config::FabricRequest{});
}

/// Whether the job's own word stands where its partition says another.
template <class Word>
bool relaxed(const std::optional<Word>& asked, const config::PartitionRules& rules,
             config::Relaxable aspect) {
    return asked && config::relaxes(rules, aspect);
}

/// What the controller says of the job, where its word counts.
std::optional<Result<state::Admitted>> admitted(const JobEnvironment& job,
                                                const config::Config& config) {
    if (config.admission != config::Admission::Controller || !job.admitted)
        return std::nullopt;
    return state::decode_admitted(*job.admitted);
}

} // namespace

int restarts(const EnvView& env) {
    int number = 0;
    const std::string_view text =
        env.get("SLURM_JOB_RESTART_COUNT").value_or(env.get("SLURM_RESTART_COUNT").value_or(""));
    std::from_chars(text.data(), text.data() + text.size(), number);
    return std::max(number, 0);
}

JobEnvironment read_environment(const EnvView& env) {
    JobEnvironment job;
    job.job = parse_job_id(env.get("SLURM_JOB_ID").value_or(""));
    job.restart = restarts(env);
    job.node = text(env, "SLURMD_NODENAME");
    // Of a job for several partitions Slurm hands on the list, the one where it starts first.
    const std::string partitions = text(env, "SLURM_JOB_PARTITION");
    job.partition = partitions.substr(0, partitions.find(','));
    job.request = request_of(env);
    if (const auto record = env.get(admitted_variable))
        job.admitted = std::string(*record);
    return job;
}

Demand demand_of(const JobEnvironment& job, const config::Config& config) {
    const config::PartitionRules& rules = config::rules_for(config, job.partition);
    Demand demand;
    const bool enforces = rules.mode == config::Mode::Enforce;
    demand.enforced = enforces && rules.fabric.efa == config::EfaNeed::Required &&
                      (job.request.efa == config::EfaNeed::Required ||
                       !relaxed(job.request.efa, rules, config::Relaxable::Efa));
    demand.asked = job.request.efa == config::EfaNeed::Required;
    demand.held = config::demand_of(job.request, rules, enforces);
    demand.checked = config::demand_of(job.request, rules, rules.mode != config::Mode::Off);
    demand.grouped = rules.mode != config::Mode::Off && fabric::demands_group(rules.fabric) &&
                     !relaxed(job.request.placement, rules, config::Relaxable::Placement);
    demand.group_enforced = demand.grouped && enforces;
    const auto record = admitted(job, config);
    if (record && !*record) {
        demand.record_error = record->error();
    } else if (record) {
        demand.held = config::stricter(demand.held, (*record)->fabric);
        demand.checked = config::stricter(demand.checked, (*record)->fabric);
        demand.asked = demand.asked || (*record)->asked;
    }
    return demand;
}

} // namespace fairlead::prolog
