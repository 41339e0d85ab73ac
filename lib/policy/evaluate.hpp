/// Rules over a request, one after the other. A pure function; slurmctld calls it under its locks,
/// so it does no I/O and takes no lock of its own.
#pragma once

#include "policy/rule.hpp"

#include <span>
#include <string>
#include <vector>

namespace fairlead::policy {

/// A rule that held for the job, or in an update may hold.
struct Fired {
    std::size_t rule; ///< its index
    bool known;       ///< false: what decides it is not in the update
    /// It changed something, held the job, warned, or ended the rules. One that refuses did not.
    bool acted = false;
};

struct Outcome {
    JobPatch patch;
    std::vector<Error>
        refusals; ///< FL-A201, A202, A203: all of them, so that they are mended at once
    std::vector<std::string> warnings;
    std::vector<Fired> fired;
    std::vector<Error>
        would_have; ///< of rules that observe: what they refuse, FL-A206 what they change
};

/// A field before and after, as messages show them; empty where it is unset.
struct Change {
    std::string_view field;
    std::string before, after;
};

/// What `patch` changes, beside what stands in `before`.
std::vector<Change> changes_of(const View& before, const JobPatch& patch);

/// "qos to 'low' (it is 'high')"
std::string show(const Change& change);

/// Later rules see what earlier ones changed. A rule that refuses does not end it, `stop` does.
///
/// An update names only what changes, and the old values are not seen. So there
/// - `default` and `require` act where the update takes the field away (`Account=`), and `set`,
///   `route`, `append` and `cap` on fields that it names;
/// - where the update names what makes a rule hold, `set` and `route` are added to it, `hold`
/// refuses
///   it, and `cap`, `require` and `append` (but for comments) refuse it where it does not name
///   their field (FL-A203);
/// - `hold` refuses that the job is released (slurmctld takes a hold of a plugin for the user's
/// own:
///   seen on 22.05.8, and the same in the sources of 24.11 and 26.05);
/// - a rule whose condition cannot be decided refuses the update (FL-A203) where it would bind what
///   is asked for. Nothing passes by being submitted small and updated large: what a rule set
///   counts as named, what a default may have filled in as not known, and an update that may turn a
///   rule which stops bears on all behind it.
///
/// A text that is too long for a pattern leaves a condition undecided in a submission, too
/// (FL-A203).
///
/// Where the caller is not known yet, a rule that asks who it is refuses (FL-A204).
Outcome evaluate(std::span<const Rule> rules, const JobRequest& request);

/// The same into an outcome that is empty.
void evaluate(std::span<const Rule> rules, const JobRequest& request, Outcome& outcome);

} // namespace fairlead::policy
