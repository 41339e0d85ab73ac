#include "config/recording.hpp"

#include "base/files.hpp"
#include "config/config.hpp"
#include "config/recorded.hpp"

namespace fairlead::config {
namespace fs = std::filesystem;
namespace {

bool has_test_topology(const Config& config) {
    return config.testing && !config.testing->hwloc_xml.empty();
}

/// Nothing of a configuration that root would not act on.
Result<void> check_files(const fs::path& file, const Config& config) {
    if (auto trusted = check_trusted(file); !trusted || config.catalog.empty())
        return trusted;
    return check_trusted(config.catalog);
}

Result<void> write(const fs::path& run, const std::string& record) {
    if (auto made = make_folders(run, 0755); !made)
        return made;
    return write_atomic(step_file(run), record, 0644);
}

} // namespace

Result<void> record(const fs::path& run, const char* path) {
    const fs::path file = path ? path : default_path;
    const auto text = read_file(file);
    if (!text && !path && text.error().code == Code::X101)
        return remove_file(step_file(run));
    if (!text)
        return std::unexpected(text.error());
    const auto config = parse(*text, file);
    if (!config)
        return std::unexpected(config.error());
    if (auto trusted = check_files(file, *config); !trusted)
        return trusted;
    if (has_test_topology(*config))
        return remove_file(step_file(run));
    return write(run,
                 encode(file, *text, {config->state_dir, config->catalog, config->ranks_per_nic}));
}

} // namespace fairlead::config
