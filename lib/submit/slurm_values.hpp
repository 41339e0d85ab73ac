/// Values as sbatch, srun and salloc take them. Nothing where they refuse the text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fairlead::submit {

/// A whole number of at least 1.
std::optional<std::uint32_t> read_count(std::string_view text);

/// "90" minutes, "1:30", "1:00:30", "1-0", "1-2:3:4", as seconds; 0, -1, infinite and unlimited
/// are policy::unlimited (seen on 22.05, 24.11 and 26.05).
std::optional<std::uint64_t> read_duration(std::string_view text);

/// Seconds as the minutes that Slurm makes of them: rounded up.
std::uint64_t minutes_of(std::uint64_t seconds);

/// "4G", "1500K", "4gb" as MiB, rounded up.
std::optional<std::uint64_t> read_memory(std::string_view text);

/// Both ends of "4", "2-4", "1k" and "1,4-8"; the largest is unset where the text ends in a set.
struct NodeCount {
    std::uint32_t least, most;
};
std::optional<NodeCount> read_nodes(std::string_view text);

/// Tasks of "0-9%2", "[1-100]" and "1%5,3,5-10:2", each piece as slurmctld reads it; an
/// index that is named twice is one task. Slurm's commands send any text; slurmctld refuses it
/// later.
std::optional<std::uint32_t> read_array(std::string_view text);

/// "BEGIN,END" as slurmctld keeps it: in capitals, in its own order, ALL as its parts; empty for
/// NONE.
std::optional<std::string> read_mail_types(std::string_view text);

/// In small letters, ASCII alone.
std::string lower(std::string_view text);

} // namespace fairlead::submit
