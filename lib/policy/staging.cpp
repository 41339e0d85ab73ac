#include "policy/staging.hpp"

#include "stage/orders.hpp"
#include "stage/queued.hpp"
#include "stage/record.hpp"

namespace fairlead::policy {
namespace {

std::optional<std::string> text(const std::optional<Text>& value) {
    return value ? std::optional(std::string(value->view())) : std::nullopt;
}

stage::Who who_of(const JobRequest& request) {
    stage::Who who;
    if (request.user)
        who.user = request.user->view();
    for (const Text& group : request.groups)
        who.groups.push_back(group.view());
    if (request.account)
        who.account = request.account->view();
    return who;
}

/// The numbers of job and array are known on the node alone.
Result<stage::Transfer> with_names(const stage::Transfer& transfer, const JobRequest& request) {
    const auto known = [&](char symbol) -> std::optional<std::string> {
        if (symbol == 'u')
            return text(request.user);
        return symbol == 'x' ? text(request.job_name) : std::nullopt;
    };
    return stage::expand(transfer, known, false);
}

/// Without it a script starts while the prologs of other nodes are still at work.
Result<void> check_cluster(const JobRequest& request) {
    if (request.batch_deferred.value_or(true))
        return {};
    return fail(Code::S104, "staging needs PrologFlags=Alloc,DeferBatch in slurm.conf, which this "
                            "cluster does not have; tell an admin");
}

Result<stage::Transfer> admitted(const stage::Transfer& asked, const JobRequest& request,
                                 const Snapshot& snapshot, const stage::Who& who) {
    auto transfer = with_names(asked, request);
    if (!transfer)
        return transfer;
    for (const auto& checked : {stage::check(*transfer), stage::allow(snapshot.permit, *transfer,
                                                                      who, snapshot.config.region)})
        if (!checked)
            return std::unexpected(checked.error());
    transfer->region = stage::bucket_region(snapshot.permit, *transfer, who);
    return transfer;
}

/// Why data cannot come in while the job is held. The service sees a job as slurmctld shows it: its
/// script, but not its options, and an array as one job.
std::optional<std::string_view> against_queued(const JobRequest& request,
                                               const Snapshot& snapshot) {
    if (!config::imports(snapshot.config.staging))
        return "is not set up on this cluster";
    if (request.stage_options)
        return "is not for jobs with --stage-in or --stage-out";
    if (request.interactive.value_or(false))
        return "is for batch jobs";
    if (request.array_size || request.het_component)
        return "is not for arrays and heterogeneous jobs";
    if (request.dependency)
        return "is not for jobs with a dependency, which may make the data";
    return std::nullopt;
}

/// In a pause no job is held.
void admit_queued(const stage::Request& whole, const JobRequest& request, const Snapshot& snapshot,
                  AdmittedStaging& admitted) {
    if (!stage::asks_queued(whole) || snapshot.paused)
        return;
    if (const auto why = against_queued(request, snapshot))
        admitted.notice =
            fmt::format("staging: when=queued {}; the data comes in when the job starts", *why);
    else
        admitted.queued = stage::queued_note(whole.id);
}

} // namespace

Result<std::optional<AdmittedStaging>> admit_staging(const JobRequest& request,
                                                     const Snapshot& snapshot) {
    stage::Orders orders;
    if (request.stage_options)
        orders.options = request.stage_options->view();
    if (request.script)
        orders.script = request.script->view();
    if (!orders.any())
        return std::nullopt;
    auto whole = stage::gather(orders, snapshot.config.staging);
    if (!whole)
        return std::unexpected(whole.error());
    if (auto fit = check_cluster(request); !fit)
        return std::unexpected(fit.error());
    if (!request.caller_known)
        return fail(Code::A204, "staging: slurmctld is looking up who you are; submit again in a "
                                "few seconds");
    const stage::Who who = who_of(request);
    for (stage::Transfer& transfer : whole->transfers) {
        auto fine = admitted(transfer, request, snapshot, who);
        if (!fine)
            return std::unexpected(fine.error());
        transfer = std::move(*fine);
    }
    whole->id = request.submission_id.empty() ? "0" : request.submission_id;
    AdmittedStaging result{stage::encode_record(*whole)};
    if (result.record.size() > stage::longest_request)
        return fail(Code::S102,
                    "staging: the paths of the job have {} bytes together; at most {} "
                    "are taken",
                    result.record.size(), stage::longest_request);
    admit_queued(*whole, request, snapshot, result);
    return result;
}

} // namespace fairlead::policy
