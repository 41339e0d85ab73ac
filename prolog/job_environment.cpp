#include "prolog/job_environment.hpp"

#include "state/admitted.hpp"

#include <algorithm>

namespace fairlead::prolog {
namespace {

constexpr std::string_view efa_option = "SPANK__SLURM_SPANK_OPTION_fairlead_efa";
constexpr std::string_view admitted_variable = "SPANK_FAIRLEAD_ADMITTED";

std::string text(const EnvView& env, std::string_view name) {
    return std::string(env.get(name).value_or(""));
}

/// A word that the option itself would have refused asks for nothing.
config::EfaNeed need_of(std::string_view value) {
    if (value.empty() || value == "(null)")
        return config::EfaNeed::Required;
    return config::parse_efa_need(value).value_or(config::EfaNeed::Off);
}

/// What the controller says of the job, where its word counts.
std::optional<Result<state::Admitted>> admitted(const JobEnvironment& job,
                                                const config::Config& config) {
    if (config.admission != config::Admission::Controller || !job.admitted)
        return std::nullopt;
    return state::decode_admitted(*job.admitted);
}

} // namespace

JobEnvironment read_environment(const EnvView& env) {
    JobEnvironment job;
    job.job = parse_job_id(env.get("SLURM_JOB_ID").value_or(""));
    job.node = text(env, "SLURMD_NODENAME");
    job.partition = text(env, "SLURM_JOB_PARTITION");
    if (const auto value = env.get(efa_option))
        job.efa = need_of(*value);
    if (const auto record = env.get(admitted_variable))
        job.admitted = std::string(*record);
    return job;
}

Demand demand_of(const JobEnvironment& job, const config::Config& config) {
    const config::PartitionRules& rules = config::rules_for(config, job.partition);
    Demand demand;
    demand.enforced = rules.mode == config::Mode::Enforce && rules.efa == config::EfaNeed::Required;
    demand.asked = job.efa == config::EfaNeed::Required;
    demand.efa = rules.mode == config::Mode::Off ? job.efa : std::max(job.efa, rules.efa);
    const auto record = admitted(job, config);
    if (record && !*record) {
        demand.record_error = record->error();
    } else if (record) {
        demand.efa = std::max(demand.efa, (*record)->efa);
        demand.asked = demand.asked || (*record)->asked;
    }
    return demand;
}

} // namespace fairlead::prolog
