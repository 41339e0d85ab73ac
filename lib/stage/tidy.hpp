/// Records of staging that are old enough to go: claims, journals, manifests and what users saw of
/// them. Never data, never what waits in the queue.
#pragma once

#include <ctime>
#include <filesystem>

namespace fairlead::stage {

/// Of jobs whose records nobody has touched for so many days.
void tidy(const std::filesystem::path& state_dir, int days, std::time_t now);

} // namespace fairlead::stage
