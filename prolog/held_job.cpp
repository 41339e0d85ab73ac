#include "prolog/held_job.hpp"

#include "prolog/stage_note.hpp"
#include "stage/path.hpp"
#include "stage/queued.hpp"

namespace fairlead::prolog {
namespace {

constexpr std::string_view nodes_stage = "FL-S: its data comes in when it starts";

/// A path of this machine's that is missing may be there on the nodes; sentences begin with what
/// they are of.
bool is_certain(const Error& error) {
    if (error.code == Code::S103)
        return true;
    return (error.code == Code::S110 || error.code == Code::S116) && stage::is_s3(error.message);
}

bool was_released(const slurm::Job& job) {
    return !job.held && !job.running && !job.ended && job.restarts == 0;
}

} // namespace

HeldEnd end_of(const StageAnswer& answer, bool whole) {
    if (answer.kind == StageAnswer::Kind::Ready)
        return whole ? HeldEnd::Staged : HeldEnd::Left;
    if (answer.error.code == Code::S122)
        return HeldEnd::Nobodys;
    return answer.kind == StageAnswer::Kind::Refused && is_certain(answer.error) ? HeldEnd::Refused
                                                                                 : HeldEnd::Left;
}

bool awaits_data(const slurm::Job& job) {
    return job.held_by_user && job.restarts == 0 && stage::queued_id(job.admin_comment);
}

bool has_stale_word(const slurm::Job& job) {
    return !job.ended && !job.running && (!job.held || job.restarts != 0) &&
           stage::queued_id(job.admin_comment);
}

std::string released_comment(const slurm::Job& job) {
    std::string bare = stage::without_queued(job.admin_comment);
    return was_released(job) ? with_note(bare, nodes_stage) : bare;
}

std::optional<HeldChange> change_of(const slurm::Job& job, std::string_view submission, HeldEnd end,
                                    const Error& error) {
    if (stage::queued_id(job.admin_comment) != submission)
        return std::nullopt;
    if (has_stale_word(job))
        return HeldChange{.comment = released_comment(job)};
    if (!job.held || end == HeldEnd::Nobodys)
        return std::nullopt;
    const std::string bare = stage::without_queued(job.admin_comment);
    if (end == HeldEnd::Refused)
        return HeldChange{.comment = with_note(bare, held_note(error, job.id))};
    const bool staged = end == HeldEnd::Staged;
    return HeldChange{
        .release = job.held_by_user,
        .comment = with_note(bare, staged ? "FL-S: staged in while it was held" : nodes_stage)};
}

} // namespace fairlead::prolog
