/// A set of logical CPUs (PUs) by operating-system number.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fairlead::topology {

inline constexpr int highest_cpu = 65535;

/// The first CPUs are inside the value, as a plan makes hundreds of sets; no set of a machine that
/// has no more of them allocates.
class CpuSet {
  public:
    /// "0-3,8" as Linux writes lists; empty where the text is not one or goes past CPU 65535.
    static std::optional<CpuSet> from_list(std::string_view text);

    /// `cpu` is 0 to highest_cpu.
    void add(int cpu) {
        const auto number = static_cast<std::size_t>(cpu);
        word_for(number / bits) |= std::uint64_t{1} << number % bits;
    }
    void add(const CpuSet& other);
    void remove(const CpuSet& other);
    bool contains(int cpu) const {
        const auto number = static_cast<std::size_t>(cpu);
        return cpu >= 0 && (word(number / bits) >> number % bits & 1) != 0;
    }
    bool intersects(const CpuSet& other) const;
    bool inside(const CpuSet& other) const;
    bool empty() const { return first() < 0; }
    int size() const;
    int first() const { return next(-1); }
    int next(int cpu) const; ///< the first member behind `cpu`, or -1
    int last() const;
    std::vector<int> cpus() const;
    std::string list() const; ///< "0-3,8"

    friend bool operator==(const CpuSet& a, const CpuSet& b) {
        return a.near_ == b.near_ && a.far_inside(b) && b.far_inside(a);
    }
    friend CpuSet operator&(const CpuSet& a, const CpuSet& b);

  private:
    static constexpr std::size_t bits = 64, near_words = 8; // 512 CPUs

    std::size_t words() const { return near_words + far_.size(); }
    std::uint64_t word(std::size_t index) const {
        if (index < near_words)
            return near_[index];
        return index < words() ? far_[index - near_words] : 0;
    }
    std::uint64_t& word_for(std::size_t index) {
        return index < near_words ? near_[index] : far_word_for(index);
    }
    std::uint64_t& far_word_for(std::size_t index);
    bool far_inside(const CpuSet& other) const;

    std::array<std::uint64_t, near_words> near_{};
    std::vector<std::uint64_t> far_{};
};

} // namespace fairlead::topology
