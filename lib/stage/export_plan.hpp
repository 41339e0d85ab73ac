/// What is staged out once a job has ended: written, checked and spelt out, before the job starts,
/// so that results survive the loss of all its nodes.
#pragma once

#include "stage/places.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace fairlead::stage {

/// Whom the data belongs to.
struct Owner {
    std::uint32_t uid;
    std::uint32_t gid;
    std::vector<std::uint32_t> groups;
};

struct ExportPlan {
    JobRun run;
    std::string cluster;
    Owner owner;
    std::vector<Transfer> transfers;
    std::string account{}; ///< Slurm's, for the map of buckets
};

/// FL-S131.
Result<void> write_plan(const std::filesystem::path& state_dir, const ExportPlan& plan);

/// Of any of the files that hold one. FL-X101 where it is gone, FL-S131.
Result<ExportPlan> read_plan(const std::filesystem::path& file);

} // namespace fairlead::stage
