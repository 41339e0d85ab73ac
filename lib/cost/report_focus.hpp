/// Charges in the columns of FOCUS 1.2 (focus.finops.org), with ours behind as x_ ones, for the
/// tools that read cloud bills.
#pragma once

#include "cost/attribution.hpp"
#include "cost/price_book.hpp"

#include <map>
#include <optional>

namespace fairlead::cost {

/// The line with the names of the columns.
std::string focus_header();

class FocusLines {
  public:
    /// `account` is the payer's at AWS, empty where it is not known. Without a book only what is
    /// on-demand has a ListCost.
    FocusLines(std::string account, std::optional<PriceBook> book)
        : account_(std::move(account)), book_(std::move(book)) {}

    /// A line for the charge or a grant's part of it. `closed`: the charge can no longer change.
    std::string line(const Attributed& part, bool closed);

  private:
    /// What it would have cost on demand, where one price of each kind holds for the whole time in
    /// which the charge can have come about.
    std::optional<Money> list_cost(const Attributed& part);
    std::optional<HourlyPrice> only_price(const PriceKey& key, const Interval& days,
                                          const std::string& currency);

    std::string account_;
    std::optional<PriceBook> book_;
    struct Known {
        Timeline prices;
        std::vector<const Price*> others; ///< that hold instead where the key has no word
    };
    std::map<PriceKey, Known> known_{};
};

} // namespace fairlead::cost
