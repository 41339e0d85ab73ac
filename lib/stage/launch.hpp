/// Runs fairlead-stage, which does the copying, for whoever holds the claim on a job.
#pragma once

#include "stage/claim.hpp"
#include "stage/export_plan.hpp"
#include "stage/job_file.hpp"

#include <chrono>
#include <functional>
#include <string>

namespace fairlead::stage {

struct Launch {
    std::filesystem::path program; ///< fairlead-stage
    std::filesystem::path config;
    Claim claim;
    Direction phase;
    JobRun run;
    std::string cluster;
    Owner owner;
    std::vector<Transfer> transfers; ///< of the phase, without symbols
    std::chrono::seconds deadline;
    std::string s3_endpoint, region, kms_key{};
};

/// What it says so far; called every other second. False ends it.
using Watch = std::function<bool(const Progress& progress)>;

/// The result, also of one that was ended by `watch` or at its deadline (FL-S119). FL-S122 where
/// the claim is lost, FL-S123 where it cannot be run or leaves no result.
Result<StageResult> launch(const Launch& launch, const Watch& watch);

/// Says for later launches that all of this one is copied, so that they look whether it is still
/// there before they ask the source. FL-S123.
Result<void> keep_staged(const Launch& launch);

/// The code of a result; FL-S123 where it has none of ours.
Error error_of(const StageResult& result);

} // namespace fairlead::stage
