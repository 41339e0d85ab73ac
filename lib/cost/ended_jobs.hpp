/// Which jobs ended, by what sacct prints, whether or not they ran.
#pragma once

#include "cost/clock.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace fairlead::cost {

struct EndedJob {
    std::uint32_t job;
    Time begun; ///< its start, else its end
    Time end;
    bool ran;                            ///< for longer than no time
    std::optional<std::uint64_t> hold{}; ///< of its admin_comment
};

/// Of a dump with the columns JobIDRaw, Start, End (in seconds since 1970) and AdminComment, the
/// last of all. Lines that are none, and jobs that go on, are left out.
std::vector<EndedJob> ended_jobs(std::string_view dump);

} // namespace fairlead::cost
