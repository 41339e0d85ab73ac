#include "prolog/staged_job.hpp"

#include "prolog/job_environment.hpp"
#include "stage/orders.hpp"
#include "stage/record.hpp"

#include <algorithm>

namespace fairlead::prolog {
namespace {

constexpr std::string_view prefix = "SPANK_";

std::optional<std::string_view> entry(const EnvView& env, std::string_view name) {
    return env.get(fmt::format("{}{}", prefix, name));
}

Result<stage::Request> admitted_request(const EnvView& env) {
    const auto record = entry(env, stage::record_name);
    if (!record)
        return fail(Code::S104, "staging: the job asks for it, but slurmctld did not admit it; is "
                                "JobSubmitPlugins=fairlead set, and its configuration good?");
    return stage::decode_record(*record);
}

Result<stage::Request> users_request(const EnvView& env, const config::Config& config) {
    return stage::gather({entry(env, stage::options_name), {}}, config.staging);
}

} // namespace

bool stages(const EnvView& env) {
    return entry(env, stage::record_name) || entry(env, stage::options_name);
}

bool StagedJob::has(stage::Direction direction, stage::Mode mode) const {
    return std::ranges::any_of(transfers, [&](const stage::Transfer& transfer) {
        return transfer.direction == direction && transfer.mode == mode;
    });
}

Result<StagedJob> staged_job(const EnvView& env, JobId job, const config::Config& config) {
    const bool admitted = config.admission == config::Admission::Controller;
    auto request = admitted ? admitted_request(env) : users_request(env, config);
    if (!request)
        return std::unexpected(request.error());
    return StagedJob{
        {job, restarts(env), std::move(request->id)}, std::move(request->transfers), admitted};
}

} // namespace fairlead::prolog
