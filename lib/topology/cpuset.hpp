/// A set of logical CPUs (PUs) by operating-system number.
#pragma once

#include <hwloc.h>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairlead::topology {

inline constexpr int highest_cpu = 65535;

/// A value over an hwloc bitmap, which it owns.
class CpuSet {
  public:
    CpuSet() : bits_(hwloc_bitmap_alloc()) {}
    explicit CpuSet(hwloc_const_bitmap_t bits) : bits_(hwloc_bitmap_dup(bits)) {}
    CpuSet(const CpuSet& other) : bits_(hwloc_bitmap_dup(other.bits_)) {}
    CpuSet(CpuSet&& other) noexcept : bits_(std::exchange(other.bits_, nullptr)) {}
    CpuSet& operator=(CpuSet other) noexcept {
        std::swap(bits_, other.bits_);
        return *this;
    }
    ~CpuSet() { hwloc_bitmap_free(bits_); }

    /// "0-3,8" as Linux writes lists; empty where the text is not one or goes past CPU 65535.
    static std::optional<CpuSet> from_list(std::string_view text);

    void add(int cpu) { hwloc_bitmap_set(bits_, static_cast<unsigned>(cpu)); }
    void add(const CpuSet& other) { hwloc_bitmap_or(bits_, bits_, other.bits_); }
    void remove(const CpuSet& other) { hwloc_bitmap_andnot(bits_, bits_, other.bits_); }
    bool contains(int cpu) const { return hwloc_bitmap_isset(bits_, static_cast<unsigned>(cpu)); }
    bool intersects(const CpuSet& other) const {
        return hwloc_bitmap_intersects(bits_, other.bits_);
    }
    bool inside(const CpuSet& other) const { return hwloc_bitmap_isincluded(bits_, other.bits_); }
    bool empty() const { return hwloc_bitmap_iszero(bits_); }
    int size() const { return hwloc_bitmap_weight(bits_); }
    int first() const { return hwloc_bitmap_first(bits_); }
    int last() const { return hwloc_bitmap_last(bits_); }
    std::vector<int> cpus() const;
    std::string list() const; ///< "0-3,8"

    friend bool operator==(const CpuSet& a, const CpuSet& b) {
        return hwloc_bitmap_isequal(a.bits_, b.bits_);
    }
    friend CpuSet operator&(const CpuSet& a, const CpuSet& b) {
        CpuSet both;
        hwloc_bitmap_and(both.bits_, a.bits_, b.bits_);
        return both;
    }

  private:
    hwloc_bitmap_t bits_;
};

} // namespace fairlead::topology
