/// What happens when so much of a budget is used.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace fairlead::cost {

/// From mild to strict.
enum class Reaction { Note, Warn, RequireQos, Hold, Reject };

/// Their words, in this order.
inline constexpr std::array<std::string_view, 5> reactions{"note", "warn", "require_qos", "hold",
                                                           "reject"};

inline std::string_view to_string(Reaction reaction) {
    return reactions.at(static_cast<std::size_t>(reaction));
}

struct Threshold {
    int percent; ///< of the budget
    Reaction reaction;
    std::string qos{}; ///< of RequireQos
};

} // namespace fairlead::cost
