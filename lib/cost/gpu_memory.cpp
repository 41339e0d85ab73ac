#include "cost/gpu_memory.hpp"

#include <algorithm>
#include <charconv>

namespace fairlead::cost {
namespace {

std::optional<std::uint64_t> amount_of(std::string_view entry) {
    const std::size_t sign = entry.find_last_of(":=");
    if (!entry.contains("gpu") || sign == std::string_view::npos)
        return std::nullopt;
    std::uint64_t amount = 0;
    const char* end = entry.data() + entry.size();
    const auto read = std::from_chars(entry.data() + sign + 1, end, amount);
    return read.ec == std::errc{} && read.ptr == end ? std::optional(amount) : std::nullopt;
}

} // namespace

std::optional<std::uint64_t> gpu_memory_in(std::string_view mem_per_tres) {
    std::optional<std::uint64_t> most;
    while (!mem_per_tres.empty()) {
        const std::size_t end = std::min(mem_per_tres.find_first_of(",;"), mem_per_tres.size());
        if (const auto amount = amount_of(mem_per_tres.substr(0, end)))
            most = std::max(most.value_or(0), *amount);
        mem_per_tres.remove_prefix(std::min(end + 1, mem_per_tres.size()));
    }
    return most;
}

} // namespace fairlead::cost
