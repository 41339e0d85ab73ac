/// The manifest of a job's data as its user sees it: a copy beside the status, readable by its user
/// alone. Root's own stays in the work folder.
#pragma once

#include "stage/places.hpp"

#include <filesystem>
#include <functional>
#include <vector>

namespace fairlead::stage {

/// What cannot be shown stays untold, as with a status.
void show_manifest(const std::filesystem::path& state_dir, const JobRun& run, Direction phase,
                   std::uint32_t uid);

/// Of results that go out in two goes: what has gone is shown beside what follows. FL-S123.
Result<void> keep_first_manifest(const std::filesystem::path& state_dir, const JobRun& run);

/// What came to the node whose state is at `node_state`, for all nodes.
void show_node_manifest(const std::filesystem::path& node_state,
                        const std::filesystem::path& state_dir, const JobRun& run,
                        std::uint32_t uid);

struct ShownManifest {
    JobRun run;
    Direction phase;
    Mode mode;
    std::filesystem::path
        file; ///< JSON lines: {"schema":"fairlead.manifest/1",...}, then a line a file
};

/// Those of the job, by start.
std::vector<ShownManifest> shown_manifests(const std::filesystem::path& state_dir, JobId job);

/// "crc64nvme:ae8b14860a799888  12 B  /fsx/a.dat"; what is no JSON comes as it is, printable.
std::string show_manifest_line(std::string_view line);

} // namespace fairlead::stage
