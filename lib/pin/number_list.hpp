/// Numbers in few characters, for a table.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace fairlead::pin {

/// Ascending numbers as ranges, "0-3,8", and where ranges of one length repeat, as the kernel reads
/// them: "0-190:2" is every second, "0-187:4/8" the first four of every eight.
std::string number_list(const std::vector<std::uint32_t>& numbers);

/// At most `width` characters of a list with commas, cut where an item ends, and how many it has:
/// "0-1,3,7,... 96 in all". `width` is at least 20.
std::string shortened(std::string list, std::size_t width, std::size_t count);

} // namespace fairlead::pin
