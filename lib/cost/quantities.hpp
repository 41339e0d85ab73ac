/// What storage there was in a month and what was transferred, and what that costs by the book.
#pragma once

#include "cost/price_book.hpp"

namespace fairlead::cost {

/// What a bill says: an amount and its currency.
struct Billed {
    Money amount;
    std::string currency;
};

/// CSV with `from`, `item` and `gib`, and where known `region` and `az`. An item is a price's
/// instance_type: of "storage:fsx" so many GiB are there from then on until the next line of the
/// item, and the price is that of a GiB for a month; of "transfer:internet" so many GiB were moved
/// then, and the price is that of a GiB. Each second pays by the price that holds, and the sum is
/// rounded once, half to even. FL-C306, also for an item of another kind or with nothing in the
/// month, FL-C103, FL-C106, FL-C105.
Result<Billed> priced_quantities(std::string_view csv, std::string_view file, std::string_view kind,
                                 Time month, const PriceBook& book);

} // namespace fairlead::cost
