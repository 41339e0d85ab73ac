/// How long a staging may still take: until its deadline, and only as long as it goes on.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>

namespace fairlead::stage {

/// Safe for threads, as far as `signs` and `now` are.
class Patience {
  public:
    using Clock = std::chrono::steady_clock;
    using Signs = std::function<std::int64_t()>; ///< grows with each sign of progress
    using Now = std::function<Clock::time_point()>;

    Patience(std::chrono::seconds deadline, std::chrono::seconds stall, Signs signs,
             Now now = Clock::now)
        : signs_(std::move(signs)), now_(std::move(now)), end_(now_() + deadline), stall_(stall),
          moved_(now_()) {}

    /// At most until `stall` after the last look that saw progress; below zero when it is over.
    std::chrono::milliseconds left() {
        const auto now = now_();
        if (const auto signs = signs_(); seen_.exchange(signs) != signs)
            moved_ = now;
        return std::chrono::duration_cast<std::chrono::milliseconds>(
            std::min(end_, moved_.load() + stall_) - now);
    }

  private:
    Signs signs_;
    Now now_;
    Clock::time_point end_;
    std::chrono::seconds stall_;
    std::atomic<Clock::time_point> moved_;
    std::atomic<std::int64_t> seen_ = 0;
};

} // namespace fairlead::stage
