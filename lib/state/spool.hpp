/// The folder that nodes write their parts of a job's network report to: shared storage, with a
/// folder for each job id. It and what is in it belong to root, so that no user can put a link in
/// root's way; a part is given to the owner of the job, who alone can read it.
#pragma once

#include "base/error.hpp"
#include "base/job_id.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace fairlead::state {

struct Spool {
    std::filesystem::path path;
    bool make = false; ///< it may be made where the folder above it exists
};

/// Writes `spool`/<job>/<name> whole or not at all, for `owner` to read. Storage may hang: call it
/// in a child with a deadline. FL-X110 where somebody else than root could write there, FL-X201.
Result<void> write_part(const Spool& spool, JobId job, const std::string& name, uid_t owner,
                        std::string_view text);

struct SpooledPart {
    std::string name, text;
};

/// All parts of the job that this user can read, in the order of their names. FL-E230 where there
/// is none.
Result<std::vector<SpooledPart>> read_parts(const std::filesystem::path& spool, JobId job);

} // namespace fairlead::state
