/// Slurm's host lists: "n[1-4,6],head".
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fairlead::placement {

/// As many as Slurm itself takes from one list (22.05: MAX_RANGE).
inline constexpr std::size_t most_hosts = 65536;

/// Letters, digits, '-', '_' and '.', as node and switch names have them: nothing that a host list,
/// topology.conf or YAML would read as its own.
bool is_plain_name(std::string_view name);

/// Each name once, in the order of people (n2 before n10), neighbours as ranges.
std::string compress(std::vector<std::string> names);

/// The names of a list, as they stand; empty where it is not one or holds more than `most_hosts`.
std::optional<std::vector<std::string>> expand(std::string_view list);

} // namespace fairlead::placement
