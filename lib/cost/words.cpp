#include "cost/words.hpp"

#include <charconv>

namespace fairlead::cost {
namespace {

/// What stands behind "WORD=", at the begin or behind a ';'.
std::optional<std::string_view> value_of(std::string_view comment, std::string_view word) {
    std::size_t begin = 0;
    while (begin < comment.size()) {
        const std::string_view part = comment.substr(begin, comment.find(';', begin) - begin);
        if (part.starts_with(word) && part.substr(word.size()).starts_with('='))
            return part.substr(word.size() + 1);
        begin += part.size() + 1;
    }
    return std::nullopt;
}

} // namespace

std::optional<std::uint64_t> hold_in(std::string_view admin_comment) {
    constexpr int hexadecimal = 16;
    constexpr std::size_t digits = 16;
    const auto value = value_of(admin_comment, hold_word);
    if (!value || value->size() < digits)
        return std::nullopt;
    std::uint64_t id = 0;
    const char* end = value->data() + digits;
    const auto read = std::from_chars(value->data(), end, id, hexadecimal);
    return read.ec == std::errc{} && read.ptr == end ? std::optional(id) : std::nullopt;
}

bool stopped_in(std::string_view admin_comment) {
    return value_of(admin_comment, stopped_word).has_value();
}

} // namespace fairlead::cost
