#include "cli/cost_report_words.hpp"

#include "base/words.hpp"
#include "cost/months.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace fairlead::cli {
namespace {

using cost::Query;
using cost::ReportOf;
using cost::Time;

Time now() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

Time tomorrow(Time time) {
    return std::chrono::floor<std::chrono::days>(time) + std::chrono::days(1);
}

/// A day, or now: the report has days as a whole.
Result<Time> day_of(std::string_view key, std::string_view text) {
    if (text == "now")
        return key == "end" ? tomorrow(now()) : std::chrono::floor<std::chrono::days>(now());
    if (const auto day = cost::read_day(text))
        return *day;
    return fail(Code::C401, "{}={}: expected a day such as 2026-06-01, or now", key,
                printable(text));
}

std::vector<std::string> list_of(std::string_view text) {
    std::vector<std::string> list;
    for (const std::string_view item : split(text, ','))
        list.emplace_back(item);
    return list;
}

Result<void> read_month(std::string_view text, Query& query) {
    const auto month =
        text == "last"
            ? std::optional(cost::month_of(cost::month_of(now()) - std::chrono::seconds(1)))
            : cost::read_month(text);
    if (!month)
        return fail(Code::C401, "month={}: expected a month such as 2026-06, or last",
                    printable(text));
    query.from = *month;
    query.to = cost::month_after(*month);
    return {};
}

Result<void> read_word(std::string_view word, Words& words) {
    constexpr std::array<std::string_view, 10> keys{"start",  "end",         "month", "year",
                                                    "groups", "accounts",    "users", "grants",
                                                    "format", "universities"};
    const std::size_t equals = std::min(word.find('='), word.size());
    const std::string_view key = word.substr(0, equals);
    const std::string_view value = word.substr(std::min(equals + 1, word.size()));
    const std::pair<std::string_view, std::vector<std::string>*> lists[] = {
        {"groups", &words.query.groups},
        {"accounts", &words.query.accounts},
        {"users", &words.query.users},
        {"grants", &words.query.grants},
        {"universities", &words.query.universities}};
    if (equals == word.size() || std::ranges::find(keys, key) == keys.end())
        return fail(Code::C401, "'{}' is not such as start=2026-06-01{}", printable(word),
                    suggestion(key, keys));
    for (const auto& [name, list] : lists)
        if (key == name)
            *list = list_of(value);
    words.period_named |= key == "start" || key == "end" || key == "month" || key == "year";
    if (key == "format")
        words.format = value;
    if (key == "year")
        words.year = value;
    if (key == "month")
        return read_month(value, words.query);
    if (key != "start" && key != "end")
        return {};
    const auto day = day_of(key, value);
    if (!day)
        return std::unexpected(day.error());
    (key == "start" ? words.query.from : words.query.to) = *day;
    return {};
}

} // namespace

Result<Words> read_words(std::string_view kind, const std::vector<std::string>& typed) {
    const auto of = cost::report_of(kind);
    if (!of) {
        constexpr std::array<std::string_view, 6> kinds{"group", "user",       "account",
                                                        "grant", "university", "job"};
        return fail(Code::C401, "'{}' is no report{}", printable(kind), suggestion(kind, kinds));
    }
    Words words{.query = {.of = *of, .from = cost::month_of(now()), .to = tomorrow(now())}};
    for (const std::string& word : typed)
        if (auto done = read_word(word, words); !done)
            return std::unexpected(done.error());
    return words;
}

Result<void> find_period(Words& words, const cost::Groups& groups) {
    Query& query = words.query;
    if (!words.year.empty()) {
        const auto year = cost::read_decimal(words.year, 0);
        constexpr int first = 2000, last = 2200;
        if (!year || *year < first || *year > last)
            return fail(Code::C401, "year={}: expected such as 2027", printable(words.year));
        const auto interval = cost::fiscal_year(groups, static_cast<int>(*year));
        query.from = interval.from;
        query.to = interval.to;
    }
    if (query.of == ReportOf::Grant && query.grants.size() == 1 && !words.period_named) {
        const auto grant = groups.grants.find(query.grants.front());
        if (grant == groups.grants.end())
            return fail(Code::C401, "grant '{}' is not known", printable(query.grants.front()));
        query.from = grant->second.from;
        query.to = grant->second.to;
    }
    if (query.to <= query.from)
        return fail(Code::C401, "the report ends on {}, before it starts on {}",
                    cost::day_name(query.to), cost::day_name(query.from));
    return {};
}

Result<void> check_names(const Query& query, const cost::Groups& groups) {
    for (const std::string& name : query.groups)
        if (name != "(none)" &&
            std::ranges::find(groups.groups, name, &cost::Group::name) == groups.groups.end()) {
            std::vector<std::string_view> names;
            for (const cost::Group& group : groups.groups)
                names.push_back(group.name);
            return fail(Code::C401, "group '{}' is not known{}", printable(name),
                        suggestion(name, names));
        }
    return {};
}

} // namespace fairlead::cli
