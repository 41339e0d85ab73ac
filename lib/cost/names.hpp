/// Names as slurmdbd keeps them: accounts and clusters in small letters, however they were typed.
#pragma once

#include <string>
#include <string_view>

namespace fairlead::cost {

/// "Bio-GPU" as "bio-gpu"; only the letters of ASCII have a small one.
std::string in_small_letters(std::string_view name);

/// A text for a terminal: UTF-8 as it is, control characters and what is no UTF-8 as '?'.
std::string without_controls(std::string_view text);

} // namespace fairlead::cost
