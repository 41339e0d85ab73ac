/// A job that stages data, as slurmd's environment tells of it: what the prolog and
/// fairlead-stage-in both need to know.
#pragma once

#include "base/env.hpp"
#include "config/config.hpp"
#include "stage/places.hpp"
#include "stage/request.hpp"

#include <optional>

namespace fairlead::prolog {

/// Whether the environment has any word of staging; true costs nothing more than looking for it.
bool stages(const EnvView& env);

struct StagedJob {
    stage::JobRun run;
    std::vector<stage::Transfer> transfers; ///< with symbols left in them
    bool admitted;                          ///< they are the controller's word

    bool has(stage::Direction direction, stage::Mode mode = stage::Mode::Shared) const;
};

/// The controller's record where the configuration says `admission: controller`, else what the user
/// asks for. FL-S101 to FL-S104, FL-X203.
Result<StagedJob> staged_job(const EnvView& env, JobId job, const config::Config& config);

} // namespace fairlead::prolog
