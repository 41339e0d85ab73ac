#include "cost/ended_jobs.hpp"

#include "base/words.hpp"
#include "cost/words.hpp"

#include <algorithm>
#include <charconv>

namespace fairlead::cost {
namespace {

/// Places of the columns in a line.
struct Columns {
    std::size_t job, start, end, comment;
};

std::optional<Columns> columns_of(std::string_view header) {
    const auto names = split(header, '|');
    const auto place = [&](std::string_view name) {
        return static_cast<std::size_t>(std::ranges::find(names, name) - names.begin());
    };
    const Columns columns{place("JobIDRaw"), place("Start"), place("End"), place("AdminComment")};
    const bool complete = std::max({columns.job, columns.start, columns.end}) < names.size();
    return complete ? std::optional(columns) : std::nullopt;
}

/// Above 0: sacct has words for times and jobs that there are not.
template <class Number>
std::optional<Number> read(std::string_view text) {
    Number value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() && value > 0
               ? std::optional(value)
               : std::nullopt;
}

std::optional<Time> time_of(std::string_view text) {
    const auto seconds = read<std::int64_t>(text);
    return seconds ? std::optional(Time(std::chrono::seconds(*seconds))) : std::nullopt;
}

std::optional<EndedJob> ended_job(std::string_view line, const Columns& columns) {
    const auto fields = split(line, '|');
    if (fields.size() <= std::max({columns.job, columns.start, columns.end}))
        return std::nullopt;
    const auto job = read<std::uint32_t>(fields[columns.job]);
    const auto end = time_of(fields[columns.end]);
    if (!job || !end)
        return std::nullopt;
    const bool has_comment = columns.comment < fields.size();
    const Time begun = time_of(fields[columns.start]).value_or(*end);
    return EndedJob{.job = *job,
                    .begun = begun,
                    .end = *end,
                    .ran = begun < *end,
                    .hold = has_comment ? hold_in(fields[columns.comment]) : std::nullopt};
}

} // namespace

std::vector<EndedJob> ended_jobs(std::string_view dump) {
    const std::size_t end = std::min(dump.find('\n'), dump.size());
    const auto columns = columns_of(dump.substr(0, end));
    std::vector<EndedJob> jobs;
    if (!columns)
        return jobs;
    for (const std::string_view line : split(dump.substr(end), '\n'))
        if (const auto job = ended_job(line, *columns))
            jobs.push_back(*job);
    return jobs;
}

} // namespace fairlead::cost
