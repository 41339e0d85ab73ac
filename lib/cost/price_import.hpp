/// Prices from what AWS answers: EC2's price list and its spot price history, as JSON.
#pragma once

#include "cost/price_book.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace fairlead::cost {

/// AWS says since when a price holds, not until when.
struct Observed {
    PriceKey key;
    Time from;
    HourlyPrice hourly;
    std::string currency;
    auto operator<=>(const Observed&) const = default;
};

/// Knows by its keys what `text` is: a price list file ("products" and "terms"), the answer of
/// `aws pricing get-products` ("PriceList") or of `aws ec2 describe-spot-price-history`
/// ("SpotPriceHistory"). Of price lists, instances on demand with shared tenancy and no other
/// software on them. `region` is that of spot prices, which AWS names by zone only. FL-C101.
Result<std::vector<Observed>> read_aws_prices(std::string_view text, std::string_view file,
                                              std::string_view region);

/// A price book as CSV: each price holds until the next of the same thing, the last for good.
/// FL-C101 where one thing has two prices from the same moment on.
Result<std::string> book_of(std::vector<Observed> observed);

} // namespace fairlead::cost
