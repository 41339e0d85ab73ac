#include "cost/quantities.hpp"

#include "base/words.hpp"
#include "cost/csv.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace fairlead::cost {
namespace {

constexpr std::array<std::string_view, 3> columns{"from", "item", "gib"};
constexpr std::array<std::string_view, 2> known_columns{"region", "az"};
constexpr int places = 9;
constexpr std::int64_t pieces_per_gib = 1'000'000'000; ///< of 10^-places
constexpr std::int64_t picos_per_nano = 1000;

struct Quantity {
    std::int64_t pieces;
    std::size_t line;
};

/// Of one item.
using Quantities = std::map<Time, Quantity>;

struct File {
    std::string_view name;
    std::string_view kind;
    Interval month;
};

std::unexpected<Error> too_large() {
    return fail(Code::C105, "prices and quantities of a month do not fit into 128 bits");
}

Result<std::map<PriceKey, Quantities>> read(std::string_view csv, const File& file) {
    CsvFile rows;
    if (auto done = read_csv(csv, file.name, Code::C306, columns, known_columns, rows); !done)
        return std::unexpected(done.error());
    std::map<PriceKey, Quantities> items;
    for (const CsvRow& row : rows.rows) {
        const auto from = read_time(row["from"]);
        const auto gib = read_decimal(row["gib"], places);
        if (!from || !gib || *gib < 0)
            return fail(Code::C306, "{}:{}: expected a time, an item and its GiB", file.name,
                        row.line());
        const PriceKey key =
            normalized({.region = row["region"], .az = row["az"], .instance_type = row["item"]});
        if (!key.instance_type.starts_with(fmt::format("{}:", file.kind)))
            return fail(Code::C306, "{}:{}: '{}' is no item of the kind; expected {}:NAME",
                        file.name, row.line(), printable(row["item"]), file.kind);
        if (!items[key].emplace(*from, Quantity{*gib, row.line()}).second)
            return fail(Code::C306, "{}:{}: {} has two quantities at {}", file.name, row.line(),
                        printable(row["item"]), show_time(*from));
    }
    return items;
}

class Pricing {
  public:
    Pricing(const File& file, const PriceBook& book) : file_(file), book_(book) {}

    Result<void> add(const PriceKey& key, const Quantities& quantities) {
        const Timeline timeline = book_.timeline(key);
        for (auto each = quantities.begin(); each != quantities.end(); ++each) {
            const auto next = std::next(each);
            const auto time =
                in_month(each->first, next == quantities.end() ? file_.month.to : next->first);
            if (!time)
                continue;
            if (auto done = add(key, timeline, each->second, *time); !done)
                return done;
        }
        return {};
    }

    Result<Billed> billed() const {
        if (currency_.empty())
            return fail(Code::C306, "{} has no quantity in the month", file_.name);
        const auto amount =
            to_money(divided(sum_, Wide{pieces_per_gib} * picos_per_nano * seconds_of_month()));
        if (!amount)
            return std::unexpected(amount.error());
        return Billed{*amount, currency_};
    }

  private:
    std::int64_t seconds_of_month() const { return (file_.month.to - file_.month.from).count(); }

    /// When a quantity is there; of what is moved, a moment.
    std::optional<Interval> in_month(Time from, Time until) const {
        const auto [begin, end] = file_.month;
        if (file_.kind == "storage" && from < end && until > begin)
            return Interval{std::max(from, begin), std::min(until, end)};
        if (file_.kind != "storage" && from >= begin && from < end)
            return Interval{from, from};
        return std::nullopt;
    }

    /// What is moved pays as what is there for the whole month does.
    Result<void> add(const PriceKey& key, const Timeline& timeline, const Quantity& quantity,
                     const Interval& time) {
        const auto prices = timeline.between(time.from, time.to);
        if (!prices)
            return fail(prices.error().code, "{}:{}: {}", file_.name, quantity.line,
                        prices.error().message);
        for (const PricedTime& piece : *prices) {
            if (piece.price->key.instance_type != key.instance_type)
                return fail(Code::C103, "{}:{}: the price book has no price for {} at {}",
                            file_.name, quantity.line, key.instance_type, show_time(piece.from));
            if (!currency_.empty() && currency_ != piece.price->currency)
                return fail(Code::C306,
                            "{}:{}: {} is in {}, what is before it in {}; make two "
                            "pools of them",
                            file_.name, quantity.line, key.instance_type, piece.price->currency,
                            currency_);
            currency_ = piece.price->currency;
            const std::int64_t seconds =
                time.from == time.to ? seconds_of_month() : (piece.to - piece.from).count();
            const auto cost = times(piece.price->hourly.picos, quantity.pieces);
            const auto share = cost ? times(*cost, seconds) : std::nullopt;
            if (!share || __builtin_add_overflow(sum_, *share, &sum_))
                return too_large();
        }
        return {};
    }

    const File& file_;
    const PriceBook& book_;
    Wide sum_ = 0; ///< pieces times picos times seconds
    std::string currency_{};
};

} // namespace

Result<Billed> priced_quantities(std::string_view csv, std::string_view file, std::string_view kind,
                                 Time month, const PriceBook& book) {
    const File read_from{file, kind, {month, month_after(month)}};
    const auto items = read(csv, read_from);
    if (!items)
        return std::unexpected(items.error());
    Pricing pricing(read_from, book);
    for (const auto& [key, quantities] : *items)
        if (auto done = pricing.add(key, quantities); !done)
            return std::unexpected(done.error());
    return pricing.billed();
}

} // namespace fairlead::cost
