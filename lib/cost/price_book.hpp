/// What an hour of an instance costs: prices with the time that each holds, from CSV or YAML.
#pragma once

#include "cost/clock.hpp"
#include "cost/money.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fairlead::cost {

/// What a price depends on. In a price an empty field stands for all values; in what is to be
/// priced for one that is not known, which only such a price fits.
struct PriceKey {
    std::string region{};
    std::string az{};
    std::string instance_type{};
    std::string os{};
    std::string purchase{}; ///< "on-demand", "spot", "reserved", "savings-plan", "capacity-block"
    auto operator<=>(const PriceKey&) const = default;
};

/// The same for what people write alike: "OnDemand" is "on-demand", "Linux/UNIX" is "linux".
PriceKey normalized(PriceKey key);

struct Price {
    PriceKey key;
    std::optional<Time> from{}; ///< holds from here on; empty: ever since
    std::optional<Time> to{};   ///< and before this; empty: until its successor, or for good
    HourlyPrice hourly;         ///< of "storage:NAME" and "transfer:NAME" that of a GiB
    std::string currency;       ///< "USD"
    std::string place;          ///< "prices.csv:3"
};

/// A stretch of time with one price.
struct PricedTime {
    Time from;
    Time to;
    const Price* price;
};

/// The prices of one key over all time.
class Timeline {
  public:
    /// The prices that hold in [from, to), in their order; a moment (from = to) has one. FL-C103
    /// where there is none, FL-C106 where two are equally specific.
    Result<std::vector<PricedTime>> between(Time from, Time to) const;

  private:
    friend class PriceBook;
    /// Holds until the next one begins.
    struct Stretch {
        Time from;
        const Price* price; ///< null: none
        const Price* rival; ///< equally specific; null: none
    };
    PriceKey key_;
    std::vector<Stretch> stretches_;
};

class PriceBook {
  public:
    /// The columns of CSV, and the keys of a price in YAML (`schema: fairlead.prices/1`, `prices:`
    /// a list). FL-C101; for YAML also FL-X102 to FL-X106.
    static Result<PriceBook> parse_csv(std::string_view text, std::string_view file);
    static Result<PriceBook> parse_yaml(std::string_view text, const std::filesystem::path& file);

    /// By the name of the file: .yaml, .yml or else CSV.
    static Result<PriceBook> load(const std::filesystem::path& file);

    /// The price that fills most of the key's fields goes first. Valid as long as the book.
    Timeline timeline(const PriceKey& key) const;

    const std::vector<Price>& prices() const { return *prices_; }

    /// What was not understood and does no harm, for whoever reads the book.
    const std::vector<std::string>& notes() const { return notes_; }

  private:
    explicit PriceBook(std::vector<Price> prices)
        : prices_(std::make_shared<const std::vector<Price>>(std::move(prices))) {}
    static Result<PriceBook> checked(std::vector<Price> prices);

    /// Shared, so that timelines may point into it while a book is moved.
    std::shared_ptr<const std::vector<Price>> prices_;
    std::vector<std::string> notes_{};
};

} // namespace fairlead::cost
