/// Log lines on their way out of admission: writing one is a system call, which the thread of the
/// plugin makes, not slurmctld's call.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace fairlead::jobsubmit {

/// Bounded, and without locks or allocation: many writers, one reader. After Vyukov's bounded
/// queue: the turn of a slot says whether it is free to write (its ticket) or to read (ticket + 1).
class LogRing {
  public:
    static constexpr std::size_t slots = 1024, longest = 512;

    LogRing();

    /// Cut to `longest` bytes; lost, and counted, where the reader is `slots` lines behind.
    void push(std::string_view line) noexcept;

    /// The oldest line; false where there is none.
    bool pop(std::string& line);

    /// Lines lost since the last call.
    std::uint64_t take_lost() { return lost_.exchange(0); }

  private:
    struct Slot {
        std::atomic<std::uint64_t> turn;
        std::uint32_t size;
        std::array<char, longest> text;
    };
    std::array<Slot, slots> ring_;
    std::atomic<std::uint64_t> next_write_{0}, lost_{0};
    std::uint64_t next_read_ = 0;
};

} // namespace fairlead::jobsubmit
