/// What a path of a transfer may be, before anything is looked at: absolute or s3://BUCKET/KEY, in
/// UTF-8, without control characters and ways elsewhere.
#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <string_view>

namespace fairlead::stage {

inline constexpr std::string_view s3_scheme = "s3://";
/// Of a name in a path, and so of whatever becomes one: in bytes.
inline constexpr std::size_t longest_name = 255;

bool is_s3(std::string_view path);

/// Symbols (%j) may stand in it. FL-S101 for an unknown symbol, FL-S102.
Result<void> check_path(std::string_view path);

/// Whether a value may become part of a path: one name, no way elsewhere.
bool is_name(std::string_view value);

} // namespace fairlead::stage
