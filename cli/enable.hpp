/// What `fairlead enable` asks of a machine before Slurm is told to use a part.
#pragma once

#include "base/error.hpp"
#include "setup/slurm_conf.hpp"

#include <filesystem>
#include <string>

namespace fairlead::cli {

struct Parts {
    bool spank = false;
    bool jobsubmit = false;
    bool prolog = false;
};

/// Whether each object of these parts loads into the Slurm that is installed here and each program
/// is there. FL-P203, FL-X101, FL-X110.
Result<void> check_parts(const Parts& parts, const setup::SlurmConf& conf);

/// Whether the plugins among them are where every node of a ParallelCluster finds them; nothing
/// elsewhere. FL-P203.
Result<void> check_shared_parts(const Parts& parts, const setup::SlurmConf& conf,
                                const std::filesystem::path& slurm_conf);

} // namespace fairlead::cli
