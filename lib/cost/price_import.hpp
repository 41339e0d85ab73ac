/// Prices from what AWS answers, as JSON: EC2's price list, its spot price history, and what a site
/// has committed to.
#pragma once

#include "cost/price_book.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fairlead::cost {

/// Of list and spot prices AWS says since when one holds, not until when; of reservations both; of
/// a savings plan's rates neither.
struct Observed {
    PriceKey key;
    std::optional<Time> from;
    HourlyPrice hourly;
    std::string currency;
    std::optional<Time> to{};
    std::string commitment{}; ///< the reservation or savings plan that it is of; empty for none
    auto operator<=>(const Observed&) const = default;
};

/// When a commitment counts; never where `to` is `from`.
struct Term {
    Time from;
    Time to;
};

/// What answers of AWS say together.
struct AwsPrices {
    std::vector<Observed> prices{};
    std::map<std::string, Term> terms{}; ///< of commitments, by their ids

    /// A commitment ends earlier than was said once it is modified, sold or returned, and never
    /// later: of several terms that which ends first is the newest.
    void add(const std::string& commitment, const Term& term);
    void add(AwsPrices more);
};

/// Knows by its keys what `text` is: a price list file ("products" and "terms"), the answer of
/// `aws pricing get-products` ("PriceList"), of `aws ec2 describe-spot-price-history`
/// ("SpotPriceHistory"), `describe-reserved-instances` ("ReservedInstances") or
/// `describe-capacity-block-offerings` ("CapacityBlockOfferings"; the one that was bought), or of
/// `aws savingsplans describe-savings-plan-rates` ("searchResults") or `describe-savings-plans`
/// ("savingsPlans": from when to when the rates hold). Of price lists, instances on
/// demand with shared tenancy and no other software on them. What is paid at once counts evenly
/// over the time that it is paid for. `region` is that of answers which name a zone, or nothing.
/// FL-C101.
Result<AwsPrices> read_aws_prices(std::string_view text, std::string_view file,
                                  std::string_view region);

/// A price book as CSV: each price holds for the term of its commitment, else up to its end or the
/// next of the same thing, else for good. FL-C101 where one thing has two prices from the same
/// moment on, or two that end at one time.
Result<std::string> book_of(AwsPrices prices);

} // namespace fairlead::cost
