#include "policy/rule_mark.hpp"

#include "base/words.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace fairlead::policy {
namespace {

constexpr std::string_view word = "fairlead-rules=";
constexpr std::string_view more_begin = " and ", more_end = " more";
constexpr std::size_t longest_name = 64, longest_list = 200, digits = 8;

/// Neither a separator of a comment nor a blank or a quote, with which other records in it begin.
bool is_plain(char c) {
    constexpr std::string_view others = "-_./+";
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           others.contains(c);
}

std::string escaped(std::string_view name) {
    std::string text;
    for (const char c : name) {
        const std::string next =
            is_plain(c) ? std::string(1, c) : fmt::format("%{:02x}", static_cast<unsigned char>(c));
        if (text.size() + next.size() > longest_name)
            break;
        text += next;
    }
    return text;
}

/// FNV-1a of 32 bits: it tells an edit, and proves nothing.
std::uint32_t sum_of(std::string_view text) {
    std::uint32_t sum = 0x811c9dc5;
    for (const char byte : text)
        sum = (sum ^ static_cast<unsigned char>(byte)) * 0x01000193;
    return sum;
}

template <class Number>
std::optional<Number> number_in(std::string_view text, int base) {
    Number number = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number, base);
    return error == std::errc{} && stop == end ? std::optional(number) : std::nullopt;
}

bool is_mark(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    return colon != std::string_view::npos && text.size() - colon - 1 == digits &&
           number_in<std::uint32_t>(text.substr(colon + 1), 16);
}

std::string_view name_part(std::string_view mark) { return mark.substr(0, mark.rfind(':')); }

std::size_t read_more(std::string_view text) {
    if (!text.starts_with(more_begin) || !text.ends_with(more_end))
        return 0;
    text.remove_prefix(more_begin.size());
    text.remove_suffix(std::min(more_end.size(), text.size()));
    return number_in<std::uint32_t>(text, 10).value_or(0);
}

} // namespace

std::string mark_of(std::string_view name, std::string_view text) {
    return fmt::format("{}:{:08x}", escaped(name), sum_of(text));
}

std::string name_in(std::string_view mark) {
    std::string name;
    std::string_view rest = name_part(mark);
    while (!rest.empty()) {
        const auto byte = rest.front() == '%' && rest.size() > 2
                              ? number_in<std::uint8_t>(rest.substr(1, 2), 16)
                              : std::nullopt;
        name += byte ? static_cast<char>(*byte) : rest.front();
        rest.remove_prefix(byte ? 3 : 1);
    }
    return printable(name, longest_name);
}

/// A byte of it has up to three letters.
bool may_be_cut(std::string_view mark) { return name_part(mark).size() + 3 > longest_name; }

bool same_name(std::string_view mark, std::string_view other) {
    return name_part(mark) == name_part(other);
}

std::optional<Text> marks_of(std::span<const Rule> rules, std::span<const Fired> fired) {
    if (std::ranges::none_of(fired, &Fired::acted))
        return std::nullopt;
    fmt::memory_buffer list; // of 500 bytes before it asks for memory
    list.append(word);
    std::size_t more = 0;
    for (const Fired& one : fired) {
        if (!one.acted)
            continue;
        const std::string& mark = rules[one.rule].mark;
        more += more > 0 || list.size() + 1 + mark.size() > longest_list ? 1 : 0;
        if (more > 0)
            continue;
        if (list.size() > word.size())
            list.push_back(',');
        list.append(mark);
    }
    if (more > 0)
        fmt::format_to(std::back_inserter(list), "{}{}{}", more_begin, more, more_end);
    return Text(std::string_view(list.data(), list.size()));
}

Marked marked_in(std::string_view admin_comment) {
    std::string_view list;
    for (const std::string_view part : split(admin_comment, ';'))
        if (part.starts_with(word))
            list = part.substr(word.size());
    const std::size_t end = std::min(list.find(' '), list.size());
    Marked marked{.marks = {}, .more = read_more(list.substr(end))};
    for (const std::string_view text : split(list.substr(0, end), ','))
        if (is_mark(text))
            marked.marks.emplace_back(text);
    return marked;
}

} // namespace fairlead::policy
