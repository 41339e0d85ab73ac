/// Where something is staged from or to, and which keys of S3 can become files.
#pragma once

#include "base/error.hpp"

#include <string>
#include <string_view>

namespace fairlead::stage {

struct Place {
    bool s3 = false;
    std::string bucket{}; ///< of S3
    std::string path{};   ///< an absolute path without "/" at its end, or a key
    bool folder = false;  ///< it was written with "/" at its end: all that lies below it

    bool operator==(const Place&) const = default;
};

/// "s3://lab/data/" or "/fsx/data". FL-S102 for what is neither.
Result<Place> parse_place(std::string_view text);

std::string to_string(const Place& place);

/// Whether a relative path has only parts that a file can have: no empty one, no "." and "..", none
/// over 255 bytes, not over 1,024 in all, UTF-8 without NUL. FL-S117 with the reason; `whole` names
/// it.
Result<void> check_safe(std::string_view path, std::string_view whole);

/// `name` below a place.
Place below(const Place& place, std::string_view name);

/// What is behind the last '/'.
std::string_view last_part(std::string_view path);

} // namespace fairlead::stage
