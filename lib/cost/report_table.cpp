#include "cost/report_table.hpp"

#include "base/words.hpp"
#include "cost/months.hpp"
#include "cost/names.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace fairlead::cost {
namespace {

enum class Shown { Text, Count, Hours, Money, Percent };

/// A column: what it shows of a line. Of a budget it is empty where there is none.
struct Kind {
    std::string_view name;
    Shown shown;
    std::string (*text)(const ReportLine&);
    std::optional<Wide> (*number)(const ReportLine&);
};

/// Of two things a hundredth of a percent each.
std::optional<Wide> basis_points(Wide part, Wide whole) {
    const auto product = times(part, 10'000);
    return whole > 0 && product ? std::optional(divided(*product, whole)) : std::nullopt;
}

std::optional<Wide> budget_part(const ReportLine& line, Wide (*part)(const BudgetUse&)) {
    return line.budget ? std::optional(part(*line.budget)) : std::nullopt;
}

constexpr std::array kinds{
    Kind{"Name", Shown::Text, [](const ReportLine& l) { return l.name; }, nullptr},
    Kind{"Group", Shown::Text, [](const ReportLine& l) { return l.group; }, nullptr},
    Kind{"PI", Shown::Text, [](const ReportLine& l) { return l.pi; }, nullptr},
    Kind{"University", Shown::Text, [](const ReportLine& l) { return l.university; }, nullptr},
    Kind{"Fund", Shown::Text, [](const ReportLine& l) { return l.fund; }, nullptr},
    Kind{"Cluster", Shown::Text, [](const ReportLine& l) { return l.cluster; }, nullptr},
    Kind{"Account", Shown::Text, [](const ReportLine& l) { return l.account; }, nullptr},
    Kind{"User", Shown::Text, [](const ReportLine& l) { return l.user; }, nullptr},
    Kind{"State", Shown::Text, [](const ReportLine& l) { return l.state; }, nullptr},
    Kind{"Day", Shown::Text, [](const ReportLine& l) { return l.day; }, nullptr},
    Kind{"InstanceType", Shown::Text, [](const ReportLine& l) { return l.instance_type; }, nullptr},
    Kind{"Currency", Shown::Text, [](const ReportLine& l) { return l.currency; }, nullptr},
    Kind{"GrantEnd", Shown::Text,
         [](const ReportLine& l) { return l.grant_end ? day_name(*l.grant_end) : std::string(); },
         nullptr},
    Kind{"Jobs", Shown::Count, nullptr,
         [](const ReportLine& l) { return std::optional<Wide>(l.amounts.runs); }},
    Kind{"NodeHours", Shown::Hours, nullptr,
         [](const ReportLine& l) { return std::optional(l.amounts.node_seconds); }},
    Kind{"CoreHours", Shown::Hours, nullptr,
         [](const ReportLine& l) { return std::optional(l.amounts.cpu_seconds); }},
    Kind{"GPUHours", Shown::Hours, nullptr,
         [](const ReportLine& l) { return std::optional(l.amounts.gpu_seconds); }},
    Kind{"SpotPct", Shown::Percent, nullptr,
         [](const ReportLine& l) {
             return basis_points(l.amounts.spot_seconds, l.amounts.node_seconds);
         }},
    Kind{"Compute", Shown::Money, nullptr,
         [](const ReportLine& l) { return std::optional(l.amounts.compute); }},
    Kind{"Suspended", Shown::Money, nullptr,
         [](const ReportLine& l) { return std::optional(l.amounts.suspended); }},
    Kind{"Waste", Shown::Money, nullptr,
         [](const ReportLine& l) { return std::optional(l.amounts.waste); }},
    Kind{"Reclaimed", Shown::Money, nullptr,
         [](const ReportLine& l) { return std::optional(l.amounts.reclaimed); }},
    Kind{"Boot", Shown::Money, nullptr,
         [](const ReportLine& l) { return std::optional(l.amounts.boot); }},
    Kind{"Idle", Shown::Money, nullptr,
         [](const ReportLine& l) { return std::optional(l.amounts.idle); }},
    Kind{"Shared", Shown::Money, nullptr,
         [](const ReportLine& l) { return std::optional(l.amounts.shared()); }},
    Kind{"Storage", Shown::Money, nullptr,
         [](const ReportLine& l) { return std::optional(l.amounts.storage); }},
    Kind{"Transfer", Shown::Money, nullptr,
         [](const ReportLine& l) { return std::optional(l.amounts.transfer); }},
    Kind{"Overhead", Shown::Money, nullptr,
         [](const ReportLine& l) { return std::optional(l.amounts.overhead); }},
    Kind{"Adjusted", Shown::Money, nullptr,
         [](const ReportLine& l) { return std::optional(l.amounts.adjusted); }},
    Kind{"Total", Shown::Money, nullptr,
         [](const ReportLine& l) { return std::optional(l.amounts.total()); }},
    Kind{"Budget", Shown::Money, nullptr,
         [](const ReportLine& l) {
             return budget_part(l, [](const BudgetUse& b) { return Wide{b.amount.nanos}; });
         }},
    Kind{"Spent", Shown::Money, nullptr,
         [](const ReportLine& l) {
             return budget_part(l, [](const BudgetUse& b) { return b.spent; });
         }},
    Kind{"Held", Shown::Money, nullptr,
         [](const ReportLine& l) {
             return l.budget && l.budget->held ? std::optional<Wide>(l.budget->held->nanos)
                                               : std::nullopt;
         }},
    Kind{"Remaining", Shown::Money, nullptr,
         [](const ReportLine& l) {
             return budget_part(l, [](const BudgetUse& b) { return b.remaining(); });
         }},
    Kind{"Forecast", Shown::Money, nullptr,
         [](const ReportLine& l) {
             return budget_part(l, [](const BudgetUse& b) { return b.forecast; });
         }},
    Kind{"UsedPct", Shown::Percent, nullptr, [](const ReportLine& l) {
             return l.budget ? basis_points(l.budget->spent, l.budget->amount.nanos) : std::nullopt;
         }}};

/// What each kind of report shows where nothing is asked for.
std::string_view usual(ReportOf of) {
    switch (of) {
    case ReportOf::Group:
        return "Name,PI,University,Jobs,NodeHours,SpotPct,Compute,Storage,Transfer,Overhead,Waste,"
               "Adjusted,Total,"
               "Currency,Budget,Spent,UsedPct,Remaining,Forecast";
    case ReportOf::User:
        return "Name,Jobs,NodeHours,SpotPct,Compute,Suspended,Waste,Total,Currency";
    case ReportOf::Account:
        return "Name,Group,University,Jobs,NodeHours,SpotPct,Compute,Suspended,Waste,Total,"
               "Currency";
    case ReportOf::Grant:
        return "Name,Fund,GrantEnd,Jobs,NodeHours,Compute,Suspended,Storage,Transfer,Overhead,"
               "Waste,Adjusted,Total,"
               "Currency";
    case ReportOf::University:
        return "Name,Jobs,NodeHours,SpotPct,Compute,Storage,Transfer,Overhead,Waste,Adjusted,Total,"
               "Currency,Budget,"
               "Spent,UsedPct,Remaining";
    case ReportOf::Job:
        break;
    }
    return "Name,User,Account,State,Day,InstanceType,NodeHours,Compute,Suspended,Waste,Total,"
           "Currency";
}

const Kind* kind_named(std::string_view name) {
    const std::string small = in_small_letters(name);
    const auto found = std::ranges::find_if(
        kinds, [&](const Kind& kind) { return in_small_letters(kind.name) == small; });
    return found == kinds.end() ? nullptr : &*found;
}

/// What is added up is shown for all together as well.
bool adds_up(const Kind& kind) {
    return kind.shown == Shown::Count || kind.shown == Shown::Hours || kind.shown == Shown::Money;
}

std::string shown(const Kind& kind, Wide number, Places places) {
    if (kind.shown == Shown::Count)
        return fmt::format("{}", static_cast<std::int64_t>(number));
    if (kind.shown == Shown::Money && places == Places::Nanos)
        return show_nanos(number);
    return show_cents(number);
}

/// Hundredths of hours and cents, so that they add up.
std::vector<Wide> rounded(const Kind& kind, std::vector<Wide> numbers, Places places) {
    constexpr Wide seconds_per_hundredth = 36, nanos_per_cent = nanos_per_unit / 100;
    if (kind.shown == Shown::Hours)
        return divided_parts(numbers, seconds_per_hundredth);
    if (kind.shown == Shown::Money && places == Places::Cents)
        return divided_parts(numbers, nanos_per_cent);
    return numbers;
}

class Filling {
  public:
    Filling(const Report& report, std::vector<TableColumn> columns, Places places)
        : report_(report), places_(places) {
        table_.columns = std::move(columns);
        table_.rows.resize(report.lines.size());
        table_.totals.resize(report.totals.size());
    }

    Table table() && {
        for (TableColumn& column : table_.columns)
            fill(*kind_named(column.name));
        return std::move(table_);
    }

  private:
    void fill(const Kind& kind) {
        if (kind.shown == Shown::Text)
            return fill_texts(kind);
        std::vector<std::string> cells(report_.lines.size());
        for (std::size_t i = 0; i < report_.totals.size(); ++i) {
            const ReportLine& total = report_.totals[i];
            const std::string sum = fill_currency(kind, total.currency, cells);
            const auto other = adds_up(kind) ? std::nullopt : kind.number(total);
            table_.totals[i].push_back(other ? shown(kind, *other, places_) : sum);
        }
        for (std::size_t i = 0; i < cells.size(); ++i)
            table_.rows[i].push_back(std::move(cells[i]));
    }

    /// The cells of the lines in one currency; says their sum, where it is one.
    std::string fill_currency(const Kind& kind, const std::string& currency,
                              std::vector<std::string>& cells) {
        std::vector<std::size_t> places;
        std::vector<Wide> numbers;
        for (std::size_t i = 0; i < report_.lines.size(); ++i) {
            const auto number = kind.number(report_.lines[i]);
            if (report_.lines[i].currency != currency || !number)
                continue;
            places.push_back(i);
            numbers.push_back(*number);
        }
        Wide sum = 0;
        const auto parts = rounded(kind, std::move(numbers), places_);
        for (std::size_t i = 0; i < parts.size(); ++i) {
            cells[places[i]] = shown(kind, parts[i], places_);
            sum += parts[i];
        }
        return adds_up(kind) && !parts.empty() ? shown(kind, sum, places_) : "";
    }

    void fill_texts(const Kind& kind) {
        for (std::size_t i = 0; i < report_.lines.size(); ++i)
            table_.rows[i].push_back(kind.text(report_.lines[i]));
        for (std::size_t i = 0; i < report_.totals.size(); ++i)
            table_.totals[i].push_back(kind.text(report_.totals[i]));
    }

    const Report& report_;
    Places places_;
    Table table_{};
};

} // namespace

std::vector<std::string_view> column_names() {
    std::vector<std::string_view> names;
    for (const Kind& kind : kinds)
        names.push_back(kind.name);
    return names;
}

Result<std::vector<TableColumn>> columns_of(ReportOf of, std::string_view format) {
    std::vector<TableColumn> wanted;
    for (const std::string_view word : split(format.empty() ? usual(of) : format, ',')) {
        const std::size_t percent = std::min(word.find('%'), word.size());
        const Kind* kind = kind_named(word.substr(0, percent));
        if (!kind)
            return fail(Code::C401, "'{}' is no column{}", printable(word.substr(0, percent)),
                        suggestion(word.substr(0, percent), column_names()));
        TableColumn column{.name = std::string(kind->name), .number = kind->shown != Shown::Text};
        const std::string_view width = word.substr(std::min(percent + 1, word.size()));
        const auto [end, error] =
            std::from_chars(width.data(), width.data() + width.size(), column.width);
        constexpr int widest = 200;
        if (percent < word.size() && (error != std::errc{} || end != width.data() + width.size() ||
                                      column.width < 1 || column.width > widest))
            return fail(Code::C401, "'{}': expected a width behind the %, such as {}%20",
                        printable(word), kind->name);
        wanted.push_back(std::move(column));
    }
    return wanted;
}

Table table_of(const Report& report, std::vector<TableColumn> columns, Places places) {
    return Filling(report, std::move(columns), places).table();
}

} // namespace fairlead::cost
