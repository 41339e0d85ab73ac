/// Admission: whether a job may be queued and what is added to it. A pure function; slurmctld calls
/// it under its locks, so it does no I/O and takes no lock.
#pragma once

#include "base/error.hpp"
#include "catalog/catalog.hpp"
#include "config/config.hpp"
#include "policy/job_request.hpp"
#include "policy/rule_reader.hpp"
#include "stage/permit.hpp"

#include <optional>
#include <vector>

namespace fairlead::policy {

/// Everything admission decides from; immutable once made.
struct Snapshot {
    config::Config config;
    catalog::Catalog catalog;
    bool paused = false;
    Rules rules{};
    stage::Permit permit{}; ///< of buckets
};

struct Admission {
    JobPatch patch;
    std::optional<Error> refusal;    ///< the job is rejected with this sentence
    std::optional<Error> would_have; ///< what enforce mode would have refused
};

/// EFA that is preferred puts no constraint on a job: Slurm 22.05 refuses a job at submission whose
/// --prefer no node of the partition can satisfy, so the soft feature is not soft enough.
Admission admit(const JobRequest& request, const Snapshot& snapshot);

/// Whether the job asks for anything of the fabric, or one of these partitions (a comma list; the
/// default one where none is given) demands any; most jobs do neither.
bool fabric_matters(const JobRequest& request, const std::optional<Text>& partitions,
                    const Snapshot& snapshot);

/// `features` with `efa` required as well: "efa", "a&efa", "a|b&efa"; unchanged where it is there.
/// A constraint with counts ("[a*2|b*1]") stays as it is, because slurmctld takes nothing beside
/// it; its nodes are checked by the prolog all the same.
std::string with_efa(std::string_view features);

} // namespace fairlead::policy
