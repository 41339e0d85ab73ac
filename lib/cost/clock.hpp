/// Points in time as price books and sacct write them, and the time zone that sacct's are in.
#pragma once

#include "base/error.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace date {
class time_zone; // NOLINT(readability-identifier-naming): not ours
}

namespace fairlead::cost {

using Time = std::chrono::sys_seconds;

/// From the first on and before the second.
struct Interval {
    Time from;
    Time to;
};

/// RFC 3339 ("2026-06-01T00:00:00Z", "...+02:00") or a date, which is its first second; UTC where
/// no offset is named.
std::optional<Time> read_time(std::string_view text);

/// "2026-06-01T00:00:00Z"
std::string show_time(Time time);

/// The first second of the month of `time`, and that of the next, in UTC as AWS bills.
Time month_of(Time time);
Time month_after(Time time);

/// The two moments that a clock may mean: the same, but in the hour that it shows twice.
struct Moments {
    Time first;
    Time last;
};

/// A time zone of the tz database. Not for several threads at once.
class Zone {
  public:
    /// "UTC", "Europe/Berlin", its file, "UTC0" or another without summer time, or "local" for the
    /// one of this machine (TZ, then /etc/localtime), which is what sacct prints in. FL-X301.
    static Result<Zone> find(const std::string& name);

    /// What read_time takes, in this zone where no offset is named, and seconds since 1970 of ten
    /// digits (SLURM_TIME_FORMAT=%s). Nothing for a time that the clock of this zone skips.
    std::optional<Moments> read(std::string_view text);

  private:
    explicit Zone(const date::time_zone* zone) : zone_(zone) {}
    /// Whose clock is always so far before UTC.
    explicit Zone(std::chrono::seconds offset)
        : zone_(nullptr), first_(std::chrono::local_seconds::min()),
          last_(std::chrono::local_seconds::max()), offset_(offset) {}
    std::optional<Moments> moments(std::chrono::local_seconds clock);

    const date::time_zone* zone_;
    /// Within these the last answer holds, so that few readings ask the database.
    std::chrono::local_seconds first_{}, last_{};
    std::chrono::seconds offset_{};
};

} // namespace fairlead::cost
