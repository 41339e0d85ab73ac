/// What becomes of a job that is held until its data is there (when=queued), as values: whether the
/// service `fairlead stage import` may touch it, and what its comment says in the end.
#pragma once

#include "prolog/stage_answer.hpp"
#include "slurm/job_control.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace fairlead::prolog {

/// How the service's staging ended: all is there; the nodes stage instead; the job stays held with
/// the reason; another process looks after the job.
enum class HeldEnd { Staged, Left, Refused, Nobodys };

/// Only what is certain of the data itself is a refusal: no such object, one that is archived, or a
/// bucket that is not the user's. Everything else may be the service's own trouble, and is the
/// nodes' to find out. `whole` is false where the job may run without.
HeldEnd end_of(const StageAnswer& answer, bool whole);

/// Whether the job waits for the service: it has the word, is held as at its submission, and never
/// ran.
bool awaits_data(const slurm::Job& job);

/// Whether the word has outlived its time, so that a hold that comes now is another's. Of a job
/// that runs its prolog takes the word away.
bool has_stale_word(const slurm::Job& job);

/// The comment without the word: of a job in the queue with a note that the nodes stage.
std::string released_comment(const slurm::Job& job);

struct HeldChange {
    bool release = false;
    std::string comment;
};

/// What is done to the job as it is now; nothing where it is another submission or somebody else's.
/// A hold that is not the one of its submission stays.
std::optional<HeldChange> change_of(const slurm::Job& job, std::string_view submission, HeldEnd end,
                                    const Error& error);

} // namespace fairlead::prolog
