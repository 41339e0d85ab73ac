/// What a job's admin_comment says of its staging.
#pragma once

#include "base/error.hpp"
#include "base/job_id.hpp"
#include "stage/job_file.hpp"

#include <string>
#include <string_view>

namespace fairlead::prolog {

/// "FL-S110: s3://lab/a.dat not found. Job 4711 held, nothing deleted. Fix it, then: scontrol
/// release 4711"
std::string held_note(const Error& error, JobId job);

/// "FL-S: staging in, 41 % of 30.0 GiB, 410 of 1000 files"
std::string progress_note(const stage::Progress& progress);

/// "FL-S: staged in, 1000 files"
std::string ready_note(std::int64_t files);

/// Whether a comment has a note of ours.
bool has_note(std::string_view admin_comment);

/// The comment with the note in place of an earlier one, or behind what others wrote.
std::string with_note(std::string_view admin_comment, std::string_view note);

} // namespace fairlead::prolog
