/// What `--efa-pin=...` asks for, and its grammar.
#pragma once

#include "base/error.hpp"

#include <string>
#include <string_view>

namespace fairlead::pin {

enum class Policy { Auto, Numa, Nic, Compact };

struct Request {
    bool on = true;
    Policy policy = Policy::Auto;
    int verbose = 0; ///< 0 silent, 1 report from the first node, 2 from every node
};

/// Longest value that is looked at: oversized option values have overflowed slurmstepd
/// (CVE-2026-65108), so they end on the user's side.
inline constexpr std::size_t longest_argument = 256;

inline constexpr std::string_view grammar =
    "on | off | verbose[:0|1|2] | by:auto|numa|nic|compact, joined with commas";

/// An empty text is the bare option and means on. FL-P101 names the bad word and the nearest valid
/// one; FL-P103 for an oversized value. Needs no hwloc and reads no file.
Result<Request> parse_request(std::string_view text);

std::string_view to_string(Policy policy);

} // namespace fairlead::pin
