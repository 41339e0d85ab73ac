#include "cost/bill.hpp"

#include "base/words.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace fairlead::cost {
namespace {

/// Columns under the names that all forms share: small letters and digits alone, so that
/// "lineItem/ResourceId" is "line_item_resource_id".
std::string plain(std::string_view name) {
    std::string text;
    for (const char c : name)
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            text += c;
        else if (c >= 'A' && c <= 'Z')
            text += static_cast<char>(c - 'A' + 'a');
    return text;
}

constexpr std::array<std::string_view, 6> cur_columns{
    "lineitemresourceid",   "lineitemusagestartdate", "lineitemunblendedcost",
    "lineitemcurrencycode", "lineitemproductcode",    "lineitemoperation"};
constexpr std::array<std::string_view, 5> focus_columns{
    "resourceid", "chargeperiodstart", "effectivecost", "billingcurrency", "servicename"};

class Rows {
  public:
    explicit Rows(std::vector<std::string> header) {
        for (std::size_t i = 0; i < header.size(); ++i)
            places_.emplace(plain(header[i]), i);
    }

    bool has(std::string_view column) const { return places_.contains(column); }

    /// Empty where the file has no such column.
    const std::string& operator[](std::string_view column) const {
        static const std::string none;
        const auto place = places_.find(column);
        return place == places_.end() ? none : fields_[place->second];
    }

    bool take(std::vector<std::string> fields) {
        fields_ = std::move(fields);
        return std::ranges::all_of(
            places_, [&](const auto& place) { return place.second < fields_.size(); });
    }

  private:
    std::map<std::string, std::size_t, std::less<>> places_{};
    std::vector<std::string> fields_{};
};

/// Zero where the cell is empty.
Result<Wide> amount_in(const Rows& rows, std::string_view column) {
    const std::string& text = rows[column];
    const auto picos = text.empty() ? std::optional<Wide>(0) : read_picos(text);
    if (!picos)
        return fail(Code::C402, "{} is '{}'; expected an amount", column, printable(text));
    return *picos;
}

Result<Wide> difference(const Rows& rows, std::string_view column, std::string_view less) {
    const auto all = amount_in(rows, column), part = amount_in(rows, less);
    if (!all || !part)
        return all ? part : all;
    return *all - *part;
}

/// A column that a line of its type cannot do without.
Result<Wide> needed_amount(const Rows& rows, std::string_view type, std::string_view column) {
    if (!rows.has(column))
        return fail(Code::C402, "a line of type {} needs the column {}", type, column);
    return amount_in(rows, column);
}

/// As AWS's own queries for amortized cost (CUR Query Library) add it up.
Result<Wide> cost_in_effect(const Rows& rows) {
    const std::string& type = rows["lineitemlineitemtype"];
    if (type == "SavingsPlanCoveredUsage")
        return needed_amount(rows, type, "savingsplansavingsplaneffectivecost");
    if (type == "DiscountedUsage")
        return needed_amount(rows, type, "reservationeffectivecost");
    if (type == "SavingsPlanNegation" || type == "SavingsPlanUpfrontFee" ||
        (type == "Fee" && !rows["reservationreservationarn"].empty()))
        return Wide{0};
    if (type == "SavingsPlanRecurringFee")
        return difference(rows, "savingsplantotalcommitmenttodate", "savingsplanusedcommitment");
    if (type == "RIFee") {
        const auto fee = amount_in(rows, "reservationunusedamortizedupfrontfeeforbillingperiod");
        const auto recurring = amount_in(rows, "reservationunusedrecurringfee");
        if (!fee || !recurring)
            return fee ? recurring : fee;
        return *fee + *recurring;
    }
    return amount_in(rows, "lineitemunblendedcost");
}

/// "2026-06-01T00:00:00Z", "2026-06-01 00:00:00.000": a bill's times are UTC.
std::optional<Time> read_start(std::string text) {
    constexpr std::size_t seconds = 19;
    if (text.size() < seconds || text.find_first_not_of(".0Z", seconds) != std::string::npos)
        return std::nullopt;
    text.resize(seconds);
    if (text[10] == ' ')
        text[10] = 'T';
    return read_time(text + "Z");
}

/// Of "arn:aws:ec2:us-east-2:1234:instance/i-0abc" the end.
std::string resource_in(std::string_view text) {
    if (text.starts_with("arn:") && text.contains(":instance/"))
        text.remove_prefix(text.rfind('/') + 1);
    return std::string(text);
}

Result<BillLine> line_of(const Rows& rows, bool focus) {
    const auto column = [&](std::string_view of_focus, std::string_view of_cur) {
        return rows[focus ? of_focus : of_cur];
    };
    const auto picos = focus ? amount_in(rows, "effectivecost") : cost_in_effect(rows);
    if (!picos)
        return std::unexpected(picos.error());
    const std::string start = column("chargeperiodstart", "lineitemusagestartdate");
    const auto time = read_start(start);
    if (!time)
        return fail(Code::C402, "the line begins at '{}'; expected such as 2026-06-01T08:00:00Z",
                    printable(start));
    BillLine line{.resource =
                      printable(resource_in(column("resourceid", "lineitemresourceid")), 400),
                  .service = printable(column("servicename", "lineitemproductcode"), 400),
                  .currency = printable(column("billingcurrency", "lineitemcurrencycode"), 16),
                  .start = *time,
                  .picos = *picos};
    const std::string& operation = rows[focus ? "xoperation" : "lineitemoperation"];
    const bool told = !focus || rows.has("xoperation");
    line.instance =
        line.resource.starts_with("i-") && (!told || operation.starts_with("RunInstances"));
    return line;
}

Result<bool> is_focus(const Rows& rows) {
    const bool focus = !rows.has("lineitemlineitemtype");
    const auto lacks = [&](std::string_view column) { return !rows.has(column); };
    if (focus) {
        if (const auto missing = std::ranges::find_if(focus_columns, lacks);
            missing != focus_columns.end())
            return fail(Code::C402, "there is no column {}, as a FOCUS export has", *missing);
    } else if (const auto missing = std::ranges::find_if(cur_columns, lacks);
               missing != cur_columns.end()) {
        return fail(Code::C402, "there is no column {}; include resource ids", *missing);
    }
    return focus;
}

std::unexpected<Error> at_line(std::string_view name, std::size_t number, const Error& error) {
    return fail(error.code, "{}:{}: {}", printable(name, 4096), number, error.message);
}

bool read_row(std::istream& csv, std::string& row) {
    if (!std::getline(csv, row))
        return false;
    if (row.ends_with('\r'))
        row.pop_back();
    return true;
}

} // namespace

std::optional<std::vector<std::string>> bill_fields(std::string_view row) {
    std::vector<std::string> fields(1);
    bool quoted = false;
    for (std::size_t i = 0; i < row.size(); ++i) {
        const char c = row[i];
        if (c == '"' && quoted && i + 1 < row.size() && row[i + 1] == '"')
            fields.back() += row[++i];
        else if (c == '"')
            quoted = !quoted;
        else if (c == ',' && !quoted)
            fields.emplace_back();
        else
            fields.back() += c;
    }
    return quoted ? std::nullopt : std::optional(std::move(fields));
}

std::optional<Wide> read_picos(std::string_view text) {
    constexpr int places = 12, most_digits = 30;
    const bool negative = text.starts_with('-');
    text.remove_prefix(negative ? 1 : 0);
    const std::size_t e = std::min(text.find_first_of("eE"), text.size());
    int exponent = 0;
    if (e < text.size()) {
        std::string_view digits = text.substr(e + 1);
        if (digits.starts_with('+') && !digits.starts_with("+-"))
            digits.remove_prefix(1);
        const auto [end, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
        if (error != std::errc{} || end != digits.data() + digits.size() || exponent < -99 ||
            exponent > 9)
            return std::nullopt;
    }
    Wide value = 0;
    int behind = 0, digits = 0;
    bool point = false;
    for (const char c : text.substr(0, e)) {
        if (c == '.' && !point) {
            point = true;
            continue;
        }
        if (c < '0' || c > '9' || (value != 0 && ++digits > most_digits))
            return std::nullopt;
        value = value * 10 + (c - '0');
        behind += point ? 1 : 0;
    }
    if (e == 0 || (e == 1 && point))
        return std::nullopt;
    int shift = places - behind + exponent;
    for (; shift > 0; --shift) {
        const auto larger = times(value, 10);
        if (!larger)
            return std::nullopt;
        value = *larger;
    }
    Wide divisor = 1;
    for (; shift < 0 && divisor <= value; ++shift)
        divisor *= 10; // at most ten times a value of 31 digits
    value = shift < 0 ? 0 : divided(value, divisor);
    return negative ? -value : value;
}

Result<void> read_bill(std::istream& csv, std::string_view name,
                       const std::function<void(const BillLine&)>& take) {
    constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
    std::string row;
    if (!read_row(csv, row))
        return fail(Code::C402, "{} is empty", printable(name, 4096));
    const bool marked = row.starts_with(byte_order_mark);
    const auto header =
        bill_fields(std::string_view(row).substr(marked ? byte_order_mark.size() : 0));
    if (!header)
        return fail(Code::C402, "{}:1: a quote is not closed", printable(name, 4096));
    Rows rows(*header);
    const auto focus = is_focus(rows);
    if (!focus)
        return at_line(name, 1, focus.error());
    for (std::size_t number = 2; read_row(csv, row); ++number) {
        if (row.empty())
            continue;
        auto fields = bill_fields(row);
        if (!fields || !rows.take(std::move(*fields)))
            return at_line(name, number,
                           {Code::C402, "a quote is not closed, or a field is missing"});
        const auto line = line_of(rows, *focus);
        if (!line)
            return at_line(name, number, line.error());
        take(*line);
    }
    return {};
}

Result<Bill> bill_of(std::istream& csv, std::string_view name, Time month) {
    Bill bill;
    const Time next = month_after(month);
    const auto done = read_bill(csv, name, [&](const BillLine& line) {
        if (line.start < month || line.start >= next)
            return;
        if (line.instance)
            bill.instances[{line.resource, line.currency}]
                          [std::chrono::floor<std::chrono::hours>(line.start)] += line.picos;
        else
            bill.services[{line.service, line.currency}] += line.picos;
    });
    return done ? Result<Bill>(std::move(bill)) : std::unexpected(done.error());
}

} // namespace fairlead::cost
