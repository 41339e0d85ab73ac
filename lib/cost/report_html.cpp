#include "cost/report_html.hpp"

#include "cost/months.hpp"
#include "cost/report_charts.hpp"
#include "cost/report_text.hpp"

namespace fairlead::cost {
namespace {

constexpr std::string_view style = R"(
body { font: 15px/1.45 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1b1f24; }
h1 { font-size: 1.5rem; margin-bottom: .2rem; }
h2 { font-size: 1.1rem; margin: 1.6rem 0 .4rem; }
.state { color: #57606a; }
.missing { border-left: .3rem solid #b08800; padding-left: .6rem; }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); gap: .6rem; margin: 0; }
dl div { border: 1px solid #d0d7de; border-radius: .4rem; padding: .5rem .7rem; }
dt { color: #57606a; font-size: .85rem; }
dd { margin: 0; font-size: 1.15rem; font-variant-numeric: tabular-nums; }
figure { margin: 1.6rem 0; }
figcaption { font-weight: 600; margin-bottom: .3rem; }
svg { width: 100%; height: auto; }
svg text { font-size: 12px; fill: #1b1f24; }
.bar { fill: #2f6f9f; }
.less { fill: #b08800; }
.spent { fill: none; stroke: #2f6f9f; stroke-width: 2; }
.budget { stroke: #b3261e; stroke-width: 1.5; stroke-dasharray: 6 4; }
circle { fill: #2f6f9f; }
table { border-collapse: collapse; width: 100%; font-size: .85rem; display: block; overflow-x: auto; }
th, td { padding: .25rem .5rem; border-bottom: 1px solid #d0d7de; text-align: left; white-space: nowrap; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
tfoot td { font-weight: 600; }
footer { margin-top: 2rem; color: #57606a; font-size: .85rem; overflow-wrap: anywhere; }
)";

std::string fact(std::string_view name, std::string_view id, const std::string& shown,
                 const std::string& exact) {
    return fmt::format("<div><dt>{}</dt><dd data-fact=\"{}\" data-amount=\"{}\">{}</dd></div>\n",
                       name, id, escaped(exact), escaped(shown));
}

std::string money(Wide nanos, const std::string& currency) {
    const auto amount = to_money(nanos);
    return amount ? show_money(*amount, currency) : show_nanos(nanos) + " " + currency;
}

std::string amount_fact(std::string_view name, std::string_view id, Wide nanos,
                        const std::string& currency) {
    return fact(name, id, money(nanos, currency), show_nanos(nanos));
}

std::string budget_facts(const BudgetUse& use) {
    const std::string span = fmt::format("{} to {}", day_name(use.interval.from),
                                         day_name(use.interval.to - std::chrono::seconds(1)));
    return amount_fact("Budget", "budget", use.amount.nanos, use.currency) +
           fact("of the days", "period", span, span) +
           amount_fact("Settled", "spent", use.spent, use.currency) +
           (use.held ? amount_fact("Committed", "held", use.held->nanos, use.currency)
                     : fact("Committed", "held", "not known", "")) +
           amount_fact("Remaining", "remaining", use.remaining(), use.currency) +
           amount_fact("Forecast (linear)", "forecast", use.forecast, use.currency);
}

/// "2026-06 99.12 %, 2026-07 not reconciled yet"
std::string explained_in(const Report& report, const std::string& currency) {
    std::string text;
    for (const Explained& explained : report.explained)
        if (explained.currency == currency)
            text += fmt::format("{}{} {}", text.empty() ? "" : ", ", explained.month,
                                to_string(explained));
    return text.empty() ? "not reconciled yet" : text;
}

/// What a PI asks first.
std::string facts(const ReportLine& line, const Report& report) {
    std::string text = fmt::format("<section data-line=\"{}\" data-currency=\"{}\">\n<h2>{}{}</h2>"
                                   "\n<dl>\n",
                                   escaped(line.name), escaped(line.currency), escaped(line.name),
                                   line.pi.empty() ? "" : ", PI " + escaped(line.pi));
    text += amount_fact("Cost of these days", "total", line.amounts.total(), line.currency);
    if (line.budget)
        text += budget_facts(*line.budget);
    text += amount_fact("Storage", "storage", line.amounts.storage, line.currency);
    text += amount_fact("Transfer", "transfer", line.amounts.transfer, line.currency);
    if (line.amounts.overhead != 0)
        text += amount_fact("Overhead", "overhead", line.amounts.overhead, line.currency);
    text += amount_fact("Waste", "waste", line.amounts.waste, line.currency);
    if (line.amounts.reclaimed != 0)
        text += amount_fact("Spot reclaim", "reclaimed", line.amounts.reclaimed, line.currency);
    if (line.grant_end)
        text +=
            fact("Grant ends", "grant-end", day_name(*line.grant_end), day_name(*line.grant_end));
    if (!report.explained.empty()) {
        const std::string explained = explained_in(report, line.currency);
        text += fact("AWS bill explained", "explained", explained, explained);
    }
    return text + "</dl></section>\n";
}

std::string all_facts(const Report& report) {
    constexpr std::size_t most = 60;
    std::string text;
    if (report.query.of == ReportOf::Job || report.lines.size() > most)
        return text;
    for (const ReportLine& line : report.lines)
        if (line.budget || report.lines.size() <= 3)
            text += facts(line, report);
    return text;
}

/// The budgets of all lines together, where each line has one for just these days.
std::optional<Wide> budget_of(const Report& report, const std::string& currency) {
    Wide sum = 0;
    for (const ReportLine& line : report.lines) {
        if (line.currency != currency)
            continue;
        if (!line.budget || line.budget->interval.from != report.query.from ||
            line.budget->interval.to != report.query.to)
            return std::nullopt;
        sum += line.budget->amount.nanos;
    }
    return sum;
}

std::string charts(const Report& report) {
    std::string text;
    for (const ReportLine& total : report.totals) {
        std::vector<Slice> lines, waste;
        for (const ReportLine& line : report.lines) {
            lines.push_back({line.name, line.currency, line.amounts.total()});
            if (line.amounts.waste != 0)
                waste.push_back({line.name, line.currency, line.amounts.waste});
        }
        const Interval span{report.query.from, report.query.to};
        text += burn_down(report.days, span, budget_of(report, total.currency), total.currency);
        text += bars_of("lines", fmt::format("By {}", to_string(report.query.of)), lines,
                        total.currency);
        text += bars_of("types", "By instance type", report.types, total.currency);
        text += bars_of("waste", "Waste: runs that ended with their node", waste, total.currency);
    }
    return text;
}

std::string row_of(const std::vector<std::string>& cells, const Table& table) {
    std::string text = "<tr>";
    for (std::size_t i = 0; i < cells.size(); ++i)
        text += fmt::format("<td{}>{}</td>", table.columns[i].number ? " class=\"number\"" : "",
                            escaped(cells[i]));
    return text + "</tr>\n";
}

std::string table_html(const Table& table) {
    std::string text = "<table><thead><tr>";
    for (const TableColumn& column : table.columns)
        text += fmt::format("<th{}>{}</th>", column.number ? " class=\"number\"" : "", column.name);
    text += "</tr></thead><tbody>\n";
    for (const auto& row : table.rows)
        text += row_of(row, table);
    text += "</tbody><tfoot>\n";
    for (const auto& row : table.totals)
        text += row_of(row, table);
    return text + "</tfoot></table>\n";
}

std::string adjustments(const Report& report) {
    if (report.adjustments.empty())
        return "";
    std::string text = "<h2>Adjustments</h2><table><tbody>\n";
    for (const Adjustment& each : report.adjustments)
        text += fmt::format("<tr><td>{}</td><td>{}</td><td class=\"number\">{} {}</td><td>{}</td>"
                            "<td>{}</td></tr>\n",
                            each.day, escaped(each.payer), show_nanos(each.amount),
                            escaped(each.currency), escaped(each.author), escaped(each.note));
    return text + "</tbody></table>\n";
}

std::string missing(const Report& report) {
    std::string text;
    for (const std::string& line : missing_of(report))
        text += fmt::format("<p class=\"missing\">{}</p>\n", escaped(line));
    for (const Explained& explained : report.explained)
        text += fmt::format(
            "<p class=\"{}\" data-explained=\"{}\">{}</p>\n",
            explained.hundredths == 10'000 ? "state" : "missing",
            escaped(explained.month + " " + explained.currency + " " + to_string(explained)),
            escaped(sentence_of(explained, report)));
    return text;
}

std::string footer(const Report& report) {
    if (!report.ledger)
        return "<footer>Priced from what sacct shows, without the ledger.</footer>\n";
    return fmt::format("<footer>From a ledger of {} entries, the last with checksum "
                       "<span data-head=\"{}\">{}</span>.</footer>\n",
                       report.ledger->entries, escaped(report.ledger->head),
                       escaped(report.ledger->head));
}

} // namespace

std::string html_of(const Report& report, const Table& table) {
    const std::string title = fmt::format("Cost by {}", to_string(report.query.of));
    return fmt::format("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
                       "<meta name=\"viewport\" content=\"width=device-width\">\n"
                       "<meta http-equiv=\"Content-Security-Policy\" "
                       "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
                       "<title>{0}</title>\n<style>{1}</style></head>\n<body>\n<h1>{0}</h1>\n"
                       "<p class=\"state\" data-state=\"{2}\">{3}</p>\n",
                       title, style, report.closed() ? "closed" : "provisional",
                       escaped(span_of(report))) +
           missing(report) + all_facts(report) + charts(report) + table_html(table) +
           adjustments(report) + footer(report) + "</body></html>\n";
}

} // namespace fairlead::cost
