/// Names of nodes: one, and Slurm's short form of many ("n[1-3,07],head").
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fairlead {

inline constexpr std::size_t most_hosts = 65536;

/// Whether `name` holds nothing but what host names hold, so that it is safe as a file name.
bool is_host_name(std::string_view name);

/// "n[1-3],m7" as n1, n2, n3, m7, in the order written; leading zeros are kept. Nothing where the
/// text is no such list or names more than `most`.
std::optional<std::vector<std::string>> expand_host_list(std::string_view text,
                                                         std::size_t most = most_hosts);

/// How many names such a list writes, one that stands twice counted twice; nothing where it is
/// empty, ranges cannot be read or make more than `most_hosts`. Allocates nothing.
std::optional<std::size_t> count_hosts(std::string_view text);

} // namespace fairlead
