/// What submitted jobs may cost, from their submission until the accountant has seen them in the
/// queue: a shared mapping of a file below /run, so that a restart of slurmctld keeps them.
/// Writing one is no system call.
#pragma once

#include "base/error.hpp"
#include "cost/clock.hpp"
#include "cost/money.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace fairlead::cost {

/// Which budgets a hold counts in, by cap_key() of their names; 0 for none.
using CapKeys = std::array<std::uint64_t, 3>;

/// Of a name, and never 0. FNV-1a, 64 bits: two names of a site that meet are not to be expected.
std::uint64_t cap_key(std::string_view name);

struct Hold {
    std::uint64_t id; ///< above 1
    Money amount;
    CapKeys caps{};
    std::uint32_t created;  ///< in seconds since 1970
    std::uint32_t user = 0; ///< whose job it is, by number
    bool operator==(const Hold&) const = default;
};

class Holds {
  public:
    static constexpr std::size_t slots = 65536;
    static constexpr std::size_t most_of_a_user = slots / 8;

    /// Opens or makes the file, for its owner alone. FL-C109.
    static Result<Holds> open(const std::filesystem::path& file, Time now);
    Holds(Holds&& other) noexcept;
    Holds& operator=(Holds&&) = delete;
    Holds(const Holds&) = delete;
    ~Holds();

    /// When the file was made: what was held before is not in it.
    Time made() const;

    /// False where there is no room, or the user has `most_of_a_user`. For any thread, without a
    /// lock.
    bool put(const Hold& hold) noexcept;

    /// All of them, as far as they are written.
    std::vector<Hold> all() const;

    /// The first whose id has these bits of `mask`.
    std::optional<Hold> find(std::uint64_t bits, std::uint64_t mask) const noexcept;

    /// Takes out those that `gone` names; returns them. For one thread.
    template <class Gone>
    std::vector<Hold> take_out(Gone&& gone) {
        std::vector<Hold> out;
        for (std::size_t place = 0; place < slots; ++place)
            if (const auto hold = at(place); hold && gone(*hold)) {
                out.push_back(*hold);
                clear(place);
            }
        return out;
    }

  private:
    struct Slot;
    struct Header;
    struct Mapping;
    /// How many holds each user has; some few users share a number.
    using Counts = std::array<std::atomic<std::uint32_t>, 4096>;
    explicit Holds(Mapping* mapping);

    std::optional<Hold> at(std::size_t place) const;
    void clear(std::size_t place);
    bool write(const Hold& hold) noexcept;
    std::atomic<std::uint32_t>& count_of(std::uint32_t user) const noexcept;

    Mapping* mapping_;
    std::unique_ptr<Counts> counts_ = std::make_unique<Counts>();
    std::atomic<std::size_t> count_{0};
    std::atomic<std::size_t> next_{0};
};

} // namespace fairlead::cost
