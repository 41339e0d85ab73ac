/// A moment by which a program must be done, shared by everything that it waits for.
#pragma once

#include <algorithm>
#include <chrono>

namespace fairlead {

class Deadline {
  public:
    using Clock = std::chrono::steady_clock;
    using milliseconds = std::chrono::milliseconds;

    explicit Deadline(milliseconds from_now) : end_(Clock::now() + from_now) {}

    milliseconds left() const {
        const auto rest = std::chrono::duration_cast<milliseconds>(end_ - Clock::now());
        return std::max(rest, milliseconds(0));
    }

    /// What one thing may take of it, when `reserved` must be left for the rest.
    milliseconds share(milliseconds most, milliseconds reserved = milliseconds(0)) const {
        return std::clamp(left() - reserved, milliseconds(0), most);
    }

  private:
    Clock::time_point end_;
};

} // namespace fairlead
