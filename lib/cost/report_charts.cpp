#include "cost/report_charts.hpp"

#include "cost/months.hpp"

#include <algorithm>

namespace fairlead::cost {
namespace {

constexpr double width = 720, label = 180, row = 22, height = 220, edge = 30;
constexpr std::size_t most_bars = 40;

/// Pictures alone may be inexact.
double inexact(Wide nanos) { return static_cast<double>(nanos) / 1e9; }

double part_of(Wide nanos, Wide largest) {
    return largest > 0 ? std::clamp(inexact(nanos) / inexact(largest), 0.0, 1.0) : 0.0;
}

std::string money(Wide nanos, const std::string& currency) {
    const auto amount = to_money(nanos);
    return amount ? show_money(*amount, currency) : show_nanos(nanos) + " " + currency;
}

Wide size_of(Wide nanos) { return nanos < 0 ? -nanos : nanos; }

void gather_others(std::vector<Slice>& slices) {
    if (slices.size() <= most_bars)
        return;
    Slice others{.name = "(others)", .currency = slices.front().currency};
    for (std::size_t i = most_bars - 1; i < slices.size(); ++i)
        others.nanos += slices[i].nanos;
    slices.resize(most_bars - 1);
    slices.push_back(std::move(others));
}

std::string bar(const Slice& slice, double y, Wide largest, const std::string& currency) {
    const double length = part_of(size_of(slice.nanos), largest) * (width - label - 140);
    const std::string value = money(slice.nanos, currency);
    return fmt::format(
        "<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>"
        "<rect class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.2f}\" height=\"{:.1f}\" "
        "data-name=\"{}\" data-amount=\"{}\"><title>{}: {}</title></rect>"
        "<text x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n",
        label - 8, y + row * 0.65, escaped(slice.name), slice.nanos < 0 ? "less" : "bar", label,
        y + 3, length, row - 6, escaped(slice.name), show_nanos(slice.nanos), escaped(slice.name),
        escaped(value), label + length + 6, y + row * 0.65, escaped(value));
}

std::string figure(std::string_view id, std::string_view title, const std::string& currency,
                   double tall, const std::string& marks) {
    return fmt::format("<figure id=\"{0}-{1}\"><figcaption>{2} ({1})</figcaption>\n"
                       "<svg viewBox=\"0 0 {3:.0f} {4:.0f}\" role=\"img\" aria-label=\"{2}\">\n"
                       "{5}</svg></figure>\n",
                       id, escaped(currency), escaped(title), width, tall, marks);
}

/// Where days and money lie in the picture of the burn-down.
struct Scale {
    Interval span;
    Wide top;
    double x(Time time) const {
        return edge + static_cast<double>((time - span.from).count()) /
                          static_cast<double>((span.to - span.from).count()) * (width - 2 * edge);
    }
    double y(Wide nanos) const { return height - edge - part_of(nanos, top) * (height - 2 * edge); }
};

std::string budget_line(const Scale& scale, Wide budget, const std::string& currency) {
    return fmt::format("<line class=\"budget\" x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"{:.1f}\" "
                       "y2=\"{:.1f}\" data-budget=\"{}\"/><text x=\"{:.1f}\" y=\"{:.1f}\">budget "
                       "{}</text>\n",
                       edge, width - edge, scale.y(budget), scale.y(budget), show_nanos(budget),
                       edge + 4, scale.y(budget) - 4, escaped(money(budget, currency)));
}

} // namespace

std::string escaped(std::string_view text) {
    std::string safe;
    for (const char c : text) {
        const std::string_view entity = c == '&'    ? "&amp;"
                                        : c == '<'  ? "&lt;"
                                        : c == '>'  ? "&gt;"
                                        : c == '"'  ? "&quot;"
                                        : c == '\'' ? "&#39;"
                                                    : "";
        if (!entity.empty())
            safe += entity;
        else
            safe += c >= 0 && c < ' ' ? ' ' : c;
    }
    return safe;
}

std::string bars_of(std::string_view id, std::string_view title, std::vector<Slice> slices,
                    const std::string& currency) {
    std::erase_if(slices, [&](const Slice& slice) { return slice.currency != currency; });
    if (slices.empty())
        return "";
    std::ranges::stable_sort(slices, std::greater{}, &Slice::nanos);
    gather_others(slices);
    Wide largest = 0;
    for (const Slice& slice : slices)
        largest = std::max(largest, size_of(slice.nanos));
    std::string marks;
    double y = 0;
    for (const Slice& slice : slices) {
        marks += bar(slice, y, largest, currency);
        y += row;
    }
    return figure(id, title, currency, y, marks);
}

std::string burn_down(const std::vector<Slice>& days, Interval span, std::optional<Wide> budget,
                      const std::string& currency) {
    Wide sum = 0, top = budget.value_or(0);
    std::vector<std::pair<const Slice*, Wide>> sums;
    for (const Slice& day : days)
        if (day.currency == currency) {
            sum += day.nanos;
            top = std::max(top, sum);
            sums.emplace_back(&day, sum);
        }
    if (sums.empty())
        return "";
    const Scale scale{span, top};
    std::string path = fmt::format("M{:.1f} {:.1f}", edge, scale.y(0)), points;
    for (const auto& [day, so_far] : sums) {
        const double x = scale.x(read_day(day->name).value_or(span.from) + std::chrono::days(1));
        path += fmt::format(" H{:.1f} V{:.1f}", x, scale.y(so_far));
        points +=
            fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"2.5\" data-name=\"{}\" "
                        "data-amount=\"{}\" data-sum=\"{}\"><title>{}: {}</title></circle>\n",
                        x, scale.y(so_far), escaped(day->name), show_nanos(day->nanos),
                        show_nanos(so_far), escaped(day->name), escaped(money(so_far, currency)));
    }
    const std::string ends =
        fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\">{}</text><text x=\"{:.1f}\" y=\"{:.1f}\" "
                    "text-anchor=\"end\">{}</text>\n",
                    edge, height - 8, day_name(span.from), width - edge, height - 8,
                    day_name(span.to - std::chrono::seconds(1)));
    return figure("burn-down", "Spent so far, against the budget", currency, height,
                  (budget ? budget_line(scale, *budget, currency) : "") +
                      fmt::format("<path class=\"spent\" d=\"{}\"/>\n", path) + points + ends);
}

} // namespace fairlead::cost
