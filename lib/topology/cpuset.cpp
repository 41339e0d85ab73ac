#include "topology/cpuset.hpp"

#include "base/words.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <fmt/core.h>

namespace fairlead::topology {
namespace {

std::optional<int> number(std::string_view text) {
    int value = -1;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || stop != end || value < 0 || value > highest_cpu)
        return std::nullopt;
    return value;
}

} // namespace

std::optional<CpuSet> CpuSet::from_list(std::string_view text) {
    CpuSet set;
    if (trimmed(text).empty())
        return set;
    for (const std::string_view part : split(trimmed(text), ',')) {
        const auto dash = part.find('-');
        const auto low = number(part.substr(0, dash));
        const auto high = dash == std::string_view::npos ? low : number(part.substr(dash + 1));
        if (!low || !high || *low > *high)
            return std::nullopt;
        for (int cpu = *low; cpu <= *high; ++cpu)
            set.add(cpu);
    }
    return set;
}

void CpuSet::add(const CpuSet& other) {
    for (std::size_t i = 0; i < near_words; ++i)
        near_[i] |= other.near_[i];
    for (std::size_t i = near_words; i < other.words(); ++i)
        far_word_for(i) |= other.word(i);
}

void CpuSet::remove(const CpuSet& other) {
    for (std::size_t i = 0; i < words(); ++i)
        word_for(i) &= ~other.word(i);
}

bool CpuSet::intersects(const CpuSet& other) const {
    for (std::size_t i = 0; i < words(); ++i)
        if (word(i) & other.word(i))
            return true;
    return false;
}

bool CpuSet::inside(const CpuSet& other) const {
    std::uint64_t outside = 0;
    for (std::size_t i = 0; i < near_words; ++i)
        outside |= near_[i] & ~other.near_[i];
    return outside == 0 && far_inside(other);
}

bool CpuSet::far_inside(const CpuSet& other) const {
    for (std::size_t i = near_words; i < words(); ++i)
        if (word(i) & ~other.word(i))
            return false;
    return true;
}

int CpuSet::size() const {
    int count = 0;
    for (std::size_t i = 0; i < words(); ++i)
        if (word(i))
            count += std::popcount(word(i));
    return count;
}

int CpuSet::next(int cpu) const {
    const auto from = static_cast<std::size_t>(cpu + 1);
    for (std::size_t i = from / bits; i < words(); ++i) {
        const std::uint64_t behind =
            i == from / bits ? word(i) >> from % bits << from % bits : word(i);
        if (behind)
            return static_cast<int>(i * bits) + std::countr_zero(behind);
    }
    return -1;
}

int CpuSet::last() const {
    for (std::size_t i = words(); i-- > 0;)
        if (word(i))
            return static_cast<int>((i + 1) * bits) - 1 - std::countl_zero(word(i));
    return -1;
}

std::vector<int> CpuSet::cpus() const {
    std::vector<int> all;
    for (int cpu = first(); cpu >= 0; cpu = next(cpu))
        all.push_back(cpu);
    return all;
}

std::string CpuSet::list() const {
    std::string text;
    for (int low = first(); low >= 0;) {
        int high = low;
        while (contains(high + 1))
            ++high;
        text += fmt::format("{}{}", text.empty() ? "" : ",", low);
        if (high > low)
            text += fmt::format("-{}", high);
        low = next(high);
    }
    return text;
}

CpuSet operator&(const CpuSet& a, const CpuSet& b) {
    CpuSet both;
    for (std::size_t i = 0; i < std::min(a.words(), b.words()); ++i)
        both.word_for(i) = a.word(i) & b.word(i);
    return both;
}

std::uint64_t& CpuSet::far_word_for(std::size_t index) {
    if (index >= words())
        far_.resize(index + 1 - near_words);
    return far_[index - near_words];
}

} // namespace fairlead::topology
