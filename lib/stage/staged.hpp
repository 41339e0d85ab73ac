/// Data that was staged before the job had nodes: whether it is still there. Nothing is asked of
/// where it came from.
#pragma once

#include "stage/fault.hpp"
#include "stage/hand.hpp"
#include "stage/journal.hpp"
#include "stage/report.hpp"

#include <filesystem>
#include <optional>

namespace fairlead::stage {

/// What the manifest of the work folder names, where each file is as the journal says that it was
/// left, looked at with the user's rights; nothing where one is not, or cannot be looked at.
std::optional<Tree> still_there(const std::filesystem::path& folder, HandLane& hand,
                                const Journal& journal, Report& report);

} // namespace fairlead::stage
