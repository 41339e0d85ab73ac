/// Charts of a report as SVG for a page: each mark has its exact value beside it as data-amount.
#pragma once

#include "cost/report.hpp"

namespace fairlead::cost {

/// A text made fit for HTML, in and out of attributes.
std::string escaped(std::string_view text);

/// Bars from the largest down; what is too much for a picture is one bar, "(others)".
std::string bars_of(std::string_view id, std::string_view title, std::vector<Slice> slices,
                    const std::string& currency);

/// What was spent since the first day, day by day, against a budget where there is one.
std::string burn_down(const std::vector<Slice>& days, Interval span, std::optional<Wide> budget,
                      const std::string& currency);

} // namespace fairlead::cost
