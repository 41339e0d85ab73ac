#include "cost/bytes_used.hpp"

#include "base/words.hpp"
#include "cost/csv.hpp"
#include "cost/money.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace fairlead::cost {
namespace {

constexpr std::array<std::string_view, 3> columns{"taken", "group", "bytes"};

using Samples = std::map<Time, std::int64_t>;

/// Bytes and a month's seconds fit into 128 bits.
std::int64_t average(const Samples& samples, const Interval& month) {
    Wide sum = 0;
    Time from = month.from;
    for (auto sample = samples.begin(); sample != samples.end(); ++sample) {
        const auto next = std::next(sample);
        const Time to = next == samples.end() ? month.to : std::min(next->first, month.to);
        if (to > from)
            sum += Wide{sample->second} * (to - from).count();
        from = std::max(from, to);
    }
    return static_cast<std::int64_t>(divided(sum, (month.to - month.from).count()));
}

} // namespace

Result<std::vector<std::pair<std::string, std::int64_t>>>
bytes_used(std::string_view csv, std::string_view file, Time month) {
    CsvFile rows;
    if (auto done = read_csv(csv, file, Code::C306, columns, {}, rows); !done)
        return std::unexpected(done.error());
    const Interval span{month, month_after(month)};
    std::map<std::string, Samples> groups;
    for (const CsvRow& row : rows.rows) {
        const auto taken = read_time(row["taken"]);
        const auto bytes = read_decimal(row["bytes"], 0);
        if (!taken || !bytes || *bytes < 0 || row["group"].empty())
            return fail(Code::C306, "{}:{}: expected a time, a group and its bytes", file,
                        row.line());
        if (*taken < span.to && !groups[row["group"]].emplace(*taken, *bytes).second)
            return fail(Code::C306, "{}:{}: {} has two samples of {}", file, row.line(),
                        printable(row["group"]), show_time(*taken));
    }
    std::vector<std::pair<std::string, std::int64_t>> used;
    for (const auto& [group, samples] : groups)
        used.emplace_back(group, average(samples, span));
    return used;
}

} // namespace fairlead::cost
