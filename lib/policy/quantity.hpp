/// Numbers of rules with their units: times and sizes as Slurm's commands take them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fairlead::policy {

enum class Unit { Count, Minutes, Mebibytes, Moment };

/// Count: "12". Minutes: "24h", "30m", "90s", "7d", a bare number of minutes, and Slurm's forms
/// M:S, H:M:S, D-H, D-H:M and D-H:M:S; seconds round up, as slurmctld does it. Mebibytes: "512",
/// "512M", "4G", "2T", "2048K". `unlimited` is written so among times and `all` among sizes.
std::optional<std::uint64_t> read_quantity(std::string_view text, Unit unit);

/// "2-12:00:00", "4G", "12", "2026-11-30T08:00:00Z", `unlimited`, `all`.
std::string show_quantity(std::uint64_t value, Unit unit);

/// What read_quantity takes, for messages.
std::string_view forms_of(Unit unit);

} // namespace fairlead::policy
