/// Whether the price book says what the nodes of the cluster cost.
#pragma once

#include "cost/clock.hpp"
#include "cost/nodes.hpp"
#include "cost/price_book.hpp"
#include "doctor/finding.hpp"

#include <string>
#include <vector>

namespace fairlead::doctor {

struct Prices {
    const cost::PriceBook& book;
    const cost::Nodes& nodes;
    cost::Time written; ///< when the file of the book was
};

/// Nodes that no row of the list names, those without a price now or within a month, and a book
/// that is older than a quarter. `names`: the nodes that Slurm has.
Findings price_findings(const Prices& prices, const std::vector<std::string>& names,
                        cost::Time now);

} // namespace fairlead::doctor
