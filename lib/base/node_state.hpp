/// What a word of Slurm's for a node's state means.
#pragma once

#include <string_view>

namespace fairlead {

/// Of "IDLE+DRAIN", "DOWN*", "MIXED+FAIL": no job is placed there. A node that is powered down
/// ("IDLE+CLOUD+POWERED_DOWN") is in service.
bool is_out_of_service(std::string_view state);

} // namespace fairlead
