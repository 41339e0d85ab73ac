#include "cost/price_book.hpp"

#include "base/files.hpp"
#include "base/words.hpp"
#include "config/reader.hpp"
#include "cost/csv.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace fairlead::cost {
namespace {

constexpr std::string_view schema = "fairlead.prices/1";
constexpr std::array<std::string_view, 9> columns{
    "region",     "az",       "instance_type",  "os",      "purchase",
    "valid_from", "valid_to", "price_per_hour", "currency"};
constexpr std::size_t largest_book = 512 * 1024 * 1024;
constexpr Time ever = Time::min();
constexpr Time forever = Time::max();

std::string lower(std::string_view text) {
    std::string small{text};
    std::ranges::transform(small, small.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return small;
}

/// "OnDemand", "on_demand" and "on demand" as "on-demand".
std::string purchase_of(std::string_view text) {
    std::string letters = lower(text);
    std::erase_if(letters, [](char c) { return c == '-' || c == '_' || c == ' '; });
    for (const std::string_view known :
         {"on-demand", "savings-plan", "capacity-block", "reserved", "spot"}) {
        std::string plain{known};
        std::erase(plain, '-');
        if (letters == plain || letters == plain + 's')
            return std::string(known);
    }
    return lower(text);
}

bool fits(std::string_view price, std::string_view wanted) {
    return price.empty() || price == wanted;
}

bool fits(const PriceKey& price, const PriceKey& wanted) {
    return fits(price.region, wanted.region) && fits(price.az, wanted.az) &&
           fits(price.instance_type, wanted.instance_type) && fits(price.os, wanted.os) &&
           fits(price.purchase, wanted.purchase);
}

int specific(const PriceKey& key) {
    return static_cast<int>(std::ranges::count_if(
        std::array{&key.region, &key.az, &key.instance_type, &key.os, &key.purchase},
        [](const std::string* field) { return !field->empty(); }));
}

Time start_of(const Price& price) { return price.from.value_or(ever); }
Time end_of(const Price& price) { return price.to.value_or(forever); }

std::string shown(const PriceKey& key) {
    const auto word = [](std::string_view name, const std::string& value) {
        return value.empty() ? fmt::format("{} not known", name) : printable(value);
    };
    return fmt::format("{} ({}, {}, {}, {})", word("instance type", key.instance_type),
                       word("purchase", key.purchase), word("region", key.region),
                       word("zone", key.az), word("os", key.os));
}

/// One field of a row; the row says which.
struct Field {
    std::string_view name;
    const std::string& value;
};

Result<std::optional<Time>> read_bound(const Field& field, std::string_view place) {
    if (field.value.empty())
        return std::nullopt;
    if (const auto time = read_time(field.value))
        return *time;
    return fail(Code::C101,
                "{}: {} is '{}'; expected a date such as 2026-06-01 (UTC) or a time of RFC 3339",
                place, field.name, printable(field.value));
}

Result<std::string> read_currency(const std::string& text, std::string_view place) {
    if (text.empty())
        return "USD";
    std::string capitals = text;
    for (char& c : capitals)
        if (c >= 'a' && c <= 'z')
            c = static_cast<char>(c - 'a' + 'A');
    if (capitals.size() != 3 ||
        !std::ranges::all_of(capitals, [](char c) { return c >= 'A' && c <= 'Z'; }))
        return fail(Code::C101, "{}: currency is '{}'; expected three letters such as USD", place,
                    printable(text));
    return capitals;
}

/// A price of the values that `of(column)` gives.
template <class Of>
Result<Price> read_row(const Of& of, std::string place) {
    const auto from = read_bound({"valid_from", of("valid_from")}, place);
    const auto to = read_bound({"valid_to", of("valid_to")}, place);
    const auto hourly = read_price(of("price_per_hour"));
    auto currency = read_currency(of("currency"), place);
    for (const auto* bound : {&from, &to})
        if (!*bound)
            return std::unexpected(bound->error());
    if (!hourly)
        return fail(Code::C101, "{}: price_per_hour: {}", place, hourly.error().message);
    if (!currency)
        return std::unexpected(currency.error());
    if (*from && *to && **from >= **to)
        return fail(Code::C101, "{}: valid_to is not after valid_from", place);
    return Price{.key = normalized({.region = of("region"),
                                    .az = of("az"),
                                    .instance_type = of("instance_type"),
                                    .os = of("os"),
                                    .purchase = of("purchase")}),
                 .from = *from,
                 .to = *to,
                 .hourly = *hourly,
                 .currency = std::move(*currency),
                 .place = std::move(place)};
}

Result<Price> read_item(const config::Reader& reader, const YAML::Node& node,
                        std::string_view file) {
    std::map<std::string, std::string, std::less<>> values;
    std::vector<config::Key> keys;
    for (const std::string_view name : columns)
        keys.push_back({name, [&, name](const YAML::Node& value) -> Result<void> {
                            auto text = reader.text(value, name);
                            if (!text)
                                return std::unexpected(text.error());
                            values[std::string(name)] = std::move(*text);
                            return {};
                        }});
    if (auto done = reader.map(node, "a price", keys); !done)
        return std::unexpected(done.error());
    return read_row([&](std::string_view name) { return values[std::string(name)]; },
                    fmt::format("{}:{}", file, node.Mark().line + 1));
}

} // namespace

PriceKey normalized(PriceKey key) {
    key.region = lower(key.region);
    key.az = lower(key.az);
    key.instance_type = lower(key.instance_type);
    key.os = lower(key.os);
    if (key.os == "linux/unix")
        key.os = "linux";
    key.purchase = purchase_of(key.purchase);
    return key;
}

Result<std::vector<PricedTime>> Timeline::between(Time from, Time to) const {
    std::vector<PricedTime> pieces;
    auto next = std::ranges::upper_bound(stretches_, from, {}, &Stretch::from);
    for (Time reached = from; pieces.empty() || reached < to;) {
        const Stretch* now = next == stretches_.begin() ? nullptr : &*(next - 1);
        if (!now || !now->price)
            return fail(Code::C103, "the price book has no price for {} at {}", shown(key_),
                        show_time(reached));
        if (now->rival)
            return fail(Code::C106, "{} and {} both give {} a price at {}", now->price->place,
                        now->rival->place, shown(key_), show_time(reached));
        const bool last = next == stretches_.end();
        const Time until = last ? to : std::min(to, next->from);
        pieces.push_back({reached, until, now->price});
        reached = until;
        next += last ? 0 : 1;
    }
    return pieces;
}

Result<PriceBook> PriceBook::parse_csv(std::string_view text, std::string_view file) {
    CsvFile csv;
    csv.others_allowed = true;
    if (auto done = read_csv(text, file, Code::C101, columns, {}, csv); !done)
        return std::unexpected(done.error());
    std::vector<Price> prices;
    for (const CsvRow& row : csv.rows) {
        auto price =
            read_row([&](std::string_view name) -> const std::string& { return row[name]; },
                     fmt::format("{}:{}", file, row.line()));
        if (!price)
            return std::unexpected(price.error());
        prices.push_back(std::move(*price));
    }
    auto book = checked(std::move(prices));
    if (book)
        book->notes_ = std::move(csv.notes);
    return book;
}

Result<PriceBook> PriceBook::parse_yaml(std::string_view text, const std::filesystem::path& file) {
    const config::Reader reader{file, schema};
    const auto root = reader.parse(text);
    if (!root)
        return std::unexpected(root.error());
    std::vector<Price> prices;
    const config::Key keys[] = {
        {"schema",
         [&](const YAML::Node& node) -> Result<void> {
             const auto word = reader.word(node, "schema", std::span(&schema, 1));
             return word ? Result<void>{} : std::unexpected(word.error());
         }},
        {"prices", [&](const YAML::Node& node) -> Result<void> {
             if (!node.IsSequence())
                 return reader.error(Code::X106, node, "prices must be a list");
             for (const auto& item : node) {
                 auto price = read_item(reader, item, file.native());
                 if (!price)
                     return std::unexpected(price.error());
                 prices.push_back(std::move(*price));
             }
             return {};
         }}};
    if (auto done = reader.map(*root, "the price book", keys); !done)
        return std::unexpected(done.error());
    return checked(std::move(prices));
}

Result<PriceBook> PriceBook::load(const std::filesystem::path& file) {
    const auto text = read_file(file, largest_book);
    if (!text)
        return std::unexpected(text.error());
    if (file.extension() == ".yaml" || file.extension() == ".yml")
        return parse_yaml(*text, file);
    return parse_csv(*text, file.native());
}

/// Sorted by key and time, so that those of one key that overlap are neighbours. One without an end
/// ends where the next of its key begins.
Result<PriceBook> PriceBook::checked(std::vector<Price> prices) {
    std::ranges::stable_sort(prices, [](const Price& a, const Price& b) {
        return a.key != b.key ? a.key < b.key : start_of(a) < start_of(b);
    });
    for (std::size_t i = 1; i < prices.size(); ++i) {
        Price& before = prices[i - 1];
        const Price& price = prices[i];
        if (before.key == price.key && !before.to && start_of(before) < start_of(price))
            before.to = price.from;
        if (before.key == price.key && start_of(price) < end_of(before))
            return fail(Code::C101, "{} and {} give the same thing two prices from {} on",
                        before.place, price.place,
                        price.from ? show_time(*price.from) : "the beginning");
    }
    return PriceBook(std::move(prices));
}

Timeline PriceBook::timeline(const PriceKey& key) const {
    Timeline line;
    line.key_ = key;
    const PriceKey wanted = normalized(key);
    std::vector<const Price*> fitting;
    std::vector<Time> edges{ever};
    for (const Price& price : *prices_) {
        if (!fits(price.key, wanted))
            continue;
        fitting.push_back(&price);
        edges.push_back(start_of(price));
        if (price.to)
            edges.push_back(*price.to);
    }
    std::ranges::sort(edges);
    edges.erase(std::ranges::unique(edges).begin(), edges.end());
    std::ranges::stable_sort(fitting, {}, [](const Price* price) { return start_of(*price); });
    auto next = fitting.begin();
    std::vector<const Price*> holding; // of each key one at most
    for (const Time edge : edges) {
        for (; next != fitting.end() && start_of(**next) <= edge; ++next)
            holding.push_back(*next);
        std::erase_if(holding, [&](const Price* price) { return end_of(*price) <= edge; });
        std::ranges::stable_sort(holding, [](const Price* a, const Price* b) {
            return specific(a->key) > specific(b->key);
        });
        const Price* best = holding.empty() ? nullptr : holding.front();
        const bool tie = holding.size() > 1 && specific(holding[1]->key) == specific(best->key);
        line.stretches_.push_back({edge, best, tie ? holding[1] : nullptr});
    }
    return line;
}

} // namespace fairlead::cost
