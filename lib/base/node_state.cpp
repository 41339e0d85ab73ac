#include "base/node_state.hpp"

#include "base/words.hpp"

#include <algorithm>

namespace fairlead {

bool is_out_of_service(std::string_view state) {
    return std::ranges::any_of(split(state, '+'), [](std::string_view flag) {
        return flag.starts_with("DRAIN") || flag.starts_with("DOWN") || flag.starts_with("FAIL");
    });
}

} // namespace fairlead
