/// What groups kept in a file system in a month, from samples such as of `lfs quota` or `du`.
#pragma once

#include "cost/clock.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairlead::cost {

/// The average bytes of each group over the month. CSV with `taken`, `group` and `bytes`: a sample
/// holds until the next of its group; the first also before, so one in a month is enough. Of a
/// group without a sample up to the end of the month nothing. FL-C306.
Result<std::vector<std::pair<std::string, std::int64_t>>>
bytes_used(std::string_view csv, std::string_view file, Time month);

} // namespace fairlead::cost
