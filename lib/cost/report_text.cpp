#include "cost/report_text.hpp"

#include "cost/months.hpp"
#include "cost/names.hpp"

#include <algorithm>
#include <fmt/ranges.h>

namespace fairlead::cost {
namespace {

/// How many letters a terminal shows: UTF-8's following bytes are none.
std::size_t letters(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string fitted(const std::string& cell, std::size_t width, bool right) {
    const std::size_t size = letters(cell);
    if (size > width && !right) // '+' says that there is more, as sreport does
        return size == cell.size() ? cell.substr(0, width - 1) + '+' : cell;
    const std::string space(size < width ? width - size : 0, ' ');
    return right ? space + cell : cell + space;
}

std::string line_of(const std::vector<std::string>& cells, const std::vector<TableColumn>& columns,
                    const std::vector<std::size_t>& widths) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i)
        line += (i > 0 ? " " : "") + fitted(cells[i], widths[i], columns[i].number);
    line.erase(line.find_last_not_of(' ') + 1);
    return line + '\n';
}

std::vector<std::size_t> widths_of(const std::vector<TableColumn>& columns,
                                   const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::size_t> widths;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        std::size_t width = columns[i].name.size();
        for (const auto& row : rows)
            width = std::max(width, letters(row[i]));
        widths.push_back(columns[i].width > 0 ? static_cast<std::size_t>(columns[i].width) : width);
    }
    return widths;
}

std::string title(const Report& report) {
    const std::string line(80, '-');
    std::string text =
        fmt::format("{}\nCost by {} {}\n", line, to_string(report.query.of), span_of(report));
    if (report.ledger)
        text += fmt::format("Ledger of {} entries, the last with {}\n", report.ledger->entries,
                            report.ledger->head.empty() ? "(none)" : report.ledger->head);
    for (const std::string& missing : missing_of(report))
        text += missing + '\n';
    for (const Explained& explained : report.explained)
        text += sentence_of(explained, report) + '\n';
    return text + line + '\n';
}

std::string adjustments(const Report& report) {
    std::string text;
    for (const Adjustment& each : report.adjustments)
        text += fmt::format("{} {} {} {} by {}: {}\n", each.day, without_controls(each.payer),
                            show_nanos(each.amount), each.currency, without_controls(each.author),
                            without_controls(each.note));
    return text.empty() ? text : "\nAdjustments\n" + text;
}

} // namespace

std::string span_of(const Report& report) {
    return fmt::format("{} to {} (UTC), settled up to {}, {}", day_name(report.query.from),
                       day_name(report.query.to - std::chrono::seconds(1)),
                       show_time(report.query.as_of), report.closed() ? "closed" : "provisional");
}

std::vector<std::string> missing_of(const Report& report) {
    std::vector<std::string> lines;
    if (report.unpriced > 0)
        lines.push_back(
            fmt::format("Without a price yet: {} runs of all groups that ended in these "
                        "days; the accountant says which",
                        report.unpriced));
    return lines;
}

std::string sentence_of(const Explained& explained, const Report& report) {
    if (!explained.hundredths)
        return fmt::format("{}: not reconciled yet with what AWS billed the site", explained.month);
    std::string text = fmt::format("{}: {} of what AWS billed the site is explained",
                                   explained.month, to_string(explained));
    const auto share = report.bill.find({explained.month, explained.currency});
    if (share == report.bill.end() || share->second.unexplained == 0)
        return text;
    const Wide rest = share->second.unexplained;
    const std::string currency = without_controls(explained.currency);
    return text + (rest < 0
                       ? fmt::format("; the ledger has {} {} more", show_nanos(-rest), currency)
                       : fmt::format("; {} {} is not", show_nanos(rest), currency));
}

std::string text_of(const Report& report, const Table& table, const TextStyle& style) {
    std::vector<std::string> names;
    for (const TableColumn& column : table.columns)
        names.push_back(column.name);
    std::vector<std::vector<std::string>> rows = table.rows;
    if (!style.parsable)
        rows.insert(rows.end(), table.totals.begin(), table.totals.end());
    for (auto& row : rows)
        for (std::string& cell : row) {
            cell = without_controls(cell);
            if (style.parsable)
                std::ranges::replace(cell, '|', '?');
        }
    if (style.parsable) {
        std::string text = style.header ? fmt::format("{}\n", fmt::join(names, "|")) : "";
        for (const auto& row : rows)
            text += fmt::format("{}\n", fmt::join(row, "|"));
        return text;
    }
    const auto widths = widths_of(table.columns, rows);
    std::vector<std::string> rules;
    for (const std::size_t width : widths)
        rules.push_back(std::string(width, '-'));
    std::string text = style.header ? title(report) + line_of(names, table.columns, widths) +
                                          line_of(rules, table.columns, widths)
                                    : "";
    for (const auto& row : rows)
        text += line_of(row, table.columns, widths);
    return style.header ? text + adjustments(report) : text;
}

} // namespace fairlead::cost
