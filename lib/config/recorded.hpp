/// What a step needs of the configuration, recorded beside the text that says it, so that a step
/// loads no reader of YAML (1 ms).
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace fairlead::config {

struct StepConfig {
    std::filesystem::path state_dir;
    std::filesystem::path catalog; ///< empty for the installed one
    int ranks_per_nic;

    bool operator==(const StepConfig&) const = default;
};

/// `run`/config.json
std::filesystem::path step_file(const std::filesystem::path& run);

/// {"schema":"fairlead.step_config/1",...}, one line with a line end. `path` and `text` are those
/// of the configuration.
std::string encode(const std::filesystem::path& path, std::string_view text,
                   const StepConfig& config);

/// What load_for_node(path) would say; empty where this release has recorded nothing of exactly
/// this text in this file, or where others than root could have written the record, the
/// configuration or its catalog: the file itself has to be read then. Where the default file does
/// not exist, the defaults.
std::optional<StepConfig> recorded(const std::filesystem::path& run, const char* path);

} // namespace fairlead::config
