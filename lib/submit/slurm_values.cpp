#include "submit/slurm_values.hpp"

#include "base/words.hpp"
#include "policy/job_request.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <fmt/ranges.h>
#include <set>
#include <vector>

namespace fairlead::submit {
namespace {

using Number = std::optional<std::uint64_t>;

constexpr std::uint64_t minute = 60, hour = 3600, day = 86400;
/// Slurm's numbers have 32 bits, and the largest of them a meaning of their own.
constexpr std::uint64_t largest = 0xfffffff0;

Number digits(std::string_view text) {
    std::uint64_t value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || stop != end || value > largest)
        return std::nullopt;
    return value;
}

/// The numbers of "12:30:15"; nothing where one is none.
std::optional<std::vector<std::uint64_t>> clock_of(std::string_view text) {
    std::vector<std::uint64_t> numbers;
    for (const std::string_view part : split(text, ':')) {
        const Number number = digits(part);
        if (!number)
            return std::nullopt;
        numbers.push_back(*number);
    }
    return numbers;
}

/// H[:M[:S]] behind the days.
Number seconds_of_day(std::string_view text) {
    constexpr std::array units{hour, minute, std::uint64_t{1}};
    if (text.empty())
        return 0;
    const auto numbers = clock_of(text);
    if (!numbers || numbers->size() > units.size())
        return std::nullopt;
    std::uint64_t seconds = 0;
    for (std::size_t i = 0; i < numbers->size(); ++i)
        seconds += (*numbers)[i] * units.at(i);
    return seconds;
}

/// M, M:S or H:M:S.
Number seconds_of_clock(std::string_view text) {
    const auto numbers = clock_of(text);
    if (!numbers || numbers->size() > 3)
        return std::nullopt;
    if (numbers->size() == 1)
        return numbers->front() * minute;
    std::uint64_t seconds = 0;
    for (const std::uint64_t number : *numbers)
        seconds = seconds * 60 + number;
    return seconds;
}

/// A count with "k" (1024) or "m" behind it.
Number scaled(std::string_view text) {
    constexpr std::uint64_t kilo = 1024;
    if (text.empty())
        return std::nullopt;
    const char last = lower(text).back();
    const std::uint64_t factor = last == 'k' ? kilo : last == 'm' ? kilo * kilo : 1;
    const Number number = digits(factor == 1 ? text : text.substr(0, text.size() - 1));
    return number && *number * factor <= largest ? Number(*number * factor) : std::nullopt;
}

/// The numbers of "5", "5-10" or "5-10:2", as first, last and step.
struct Indexes {
    std::uint64_t first, last, step;
};

std::optional<Indexes> indexes_of(std::string_view text) {
    const std::size_t colon = text.find(':');
    const std::string_view range = text.substr(0, colon);
    const std::size_t dash = range.find('-');
    const Number first = digits(range.substr(0, dash));
    const Number last = dash == std::string_view::npos ? first : digits(range.substr(dash + 1));
    const Number step = colon == std::string_view::npos ? 1 : digits(text.substr(colon + 1));
    if (!first || !last || !step || *last < *first || *step == 0)
        return std::nullopt;
    return Indexes{*first, *last, *step};
}

/// A number as strtol takes it, blanks and a sign before it; 0 where there is none. A ']' behind it
/// is passed over.
Number array_number(const char*& at) {
    constexpr int decimal = 10;
    char* end = nullptr;
    const long value = std::strtol(at, &end, decimal);
    at = *end == ']' ? end + 1 : end;
    if (value < 0 || static_cast<std::uint64_t>(value) > largest)
        return std::nullopt;
    return static_cast<std::uint64_t>(value);
}

/// One piece of --array: "5-10:2", "[5-10]", " +5%3". It ends at '%', behind which is the throttle.
std::optional<Indexes> array_indexes(const std::string& piece) {
    const char* at = piece.c_str();
    at += *at == '[' ? 1 : 0;
    const Number first = array_number(at);
    Number last = first, step = 1;
    if (*at == '-') {
        last = array_number(++at);
        if (*at == ':')
            step = array_number(++at);
    }
    if ((*at != '\0' && *at != '%') || !first || !last || !step || *last < *first || *step == 0)
        return std::nullopt;
    return Indexes{*first, *last, *step};
}

/// An index that several pieces name is one task. Called under slurmctld's locks, so what would
/// take long to count is bounded from above instead: no more tasks than indexes.
std::uint64_t count_tasks(const std::vector<Indexes>& pieces) {
    constexpr std::uint64_t counted_singly = 65'536;
    constexpr std::uint64_t largest_index = 4'000'000; // slurm.conf(5), MaxArraySize
    const std::uint64_t last = std::ranges::max(pieces, {}, &Indexes::last).last;
    std::uint64_t sum = 0;
    for (const Indexes& piece : pieces)
        sum += (piece.last - piece.first) / piece.step + 1;
    if (pieces.size() == 1 || sum > counted_singly || last > largest_index)
        return pieces.size() == 1 ? sum : std::min(sum, last + 1);
    std::vector<bool> named(last + 1);
    for (const Indexes& piece : pieces)
        for (std::uint64_t i = piece.first; i <= piece.last; i += piece.step)
            named[i] = true;
    return static_cast<std::uint64_t>(std::ranges::count(named, true));
}

struct MailType {
    std::string_view word;
    bool of_all; ///< whether ALL holds it (seen on 22.05, 24.11 and 26.05)
};

constexpr std::array mail_types{MailType{"BEGIN", true},          MailType{"END", true},
                                MailType{"FAIL", true},           MailType{"REQUEUE", true},
                                MailType{"TIME_LIMIT", false},    MailType{"TIME_LIMIT_90", false},
                                MailType{"TIME_LIMIT_80", false}, MailType{"TIME_LIMIT_50", false},
                                MailType{"STAGE_OUT", true},      MailType{"ARRAY_TASKS", false},
                                MailType{"INVALID_DEPEND", true}};

} // namespace

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return result;
}

std::optional<std::uint32_t> read_count(std::string_view text) {
    const Number number = digits(text);
    if (!number || *number == 0)
        return std::nullopt;
    return static_cast<std::uint32_t>(*number);
}

std::optional<std::uint64_t> read_duration(std::string_view text) {
    const std::string word = lower(text);
    if (word == "infinite" || word == "unlimited" || word == "-1")
        return policy::unlimited;
    const std::size_t dash = text.find('-');
    if (dash == std::string_view::npos) {
        const Number seconds = seconds_of_clock(text);
        return seconds == 0U ? Number(policy::unlimited) : seconds;
    }
    const Number days = digits(text.substr(0, dash));
    const Number rest = seconds_of_day(text.substr(dash + 1));
    if (!days || !rest)
        return std::nullopt;
    return *days * day + *rest;
}

std::uint64_t minutes_of(std::uint64_t seconds) {
    return seconds == policy::unlimited ? seconds : (seconds + minute - 1) / minute;
}

std::optional<std::uint64_t> read_memory(std::string_view text) {
    constexpr std::uint64_t kilo = 1024;
    text = trimmed(text);
    std::string word = lower(text);
    if (word.size() > 2 && word.ends_with('b'))
        word.pop_back();
    if (word.empty())
        return std::nullopt;
    const char unit = word.back();
    if (unit < '0' || unit > '9')
        word.pop_back();
    const Number number = digits(word);
    if (!number)
        return std::nullopt;
    switch (unit) {
    case 'k':
        return (*number + kilo - 1) / kilo;
    case 'g':
        return *number * kilo;
    case 't':
        return *number * kilo * kilo;
    case 'm':
        return *number;
    default:
        return unit >= '0' && unit <= '9' ? number : std::nullopt;
    }
}

std::optional<NodeCount> read_nodes(std::string_view text) {
    if (text.find_first_of(",:") != std::string_view::npos) {
        std::optional<NodeCount> ends;
        for (const std::string_view part : split(text, ',')) {
            const auto indexes = indexes_of(part);
            if (!indexes)
                return std::nullopt;
            const auto first = static_cast<std::uint32_t>(indexes->first);
            const auto last = static_cast<std::uint32_t>(indexes->last);
            ends = NodeCount{std::min(ends ? ends->least : first, first),
                             std::max(ends ? ends->most : last, last)};
        }
        return ends;
    }
    const std::size_t dash = text.find('-');
    const Number least = scaled(text.substr(0, dash));
    const Number most = dash == std::string_view::npos ? least : scaled(text.substr(dash + 1));
    if (!least || !most || *most < *least)
        return std::nullopt;
    return NodeCount{static_cast<std::uint32_t>(*least), static_cast<std::uint32_t>(*most)};
}

std::optional<std::uint32_t> read_array(std::string_view text) {
    std::vector<Indexes> pieces;
    for (const std::string_view part : split(text, ',')) {
        if (part.empty())
            continue;
        const auto indexes = array_indexes(std::string(part));
        if (!indexes)
            return std::nullopt;
        pieces.push_back(*indexes);
    }
    if (pieces.empty())
        return std::nullopt;
    return static_cast<std::uint32_t>(std::min(count_tasks(pieces), largest));
}

std::optional<std::string> read_mail_types(std::string_view text) {
    std::set<std::string_view> asked;
    for (const std::string_view part : split(text, ',')) {
        std::string word(part);
        for (char& c : word)
            c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        if (word == "NONE")
            return std::string{};
        const auto known = std::ranges::find(mail_types, word, &MailType::word);
        if (known != mail_types.end())
            asked.insert(known->word);
        else if (word != "ALL")
            return std::nullopt;
        if (word == "ALL")
            for (const MailType& type : mail_types)
                if (type.of_all)
                    asked.insert(type.word);
    }
    std::vector<std::string_view> ordered;
    for (const MailType& type : mail_types)
        if (asked.contains(type.word))
            ordered.push_back(type.word);
    return fmt::format("{}", fmt::join(ordered, ","));
}

} // namespace fairlead::submit
