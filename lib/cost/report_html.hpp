/// A report as one page that needs nothing else: no script, no picture, no font from elsewhere.
#pragma once

#include "cost/report_table.hpp"

namespace fairlead::cost {

/// First what a PI asks: budget, settled, committed, remaining, forecast; then charts and a table.
std::string html_of(const Report& report, const Table& table);

} // namespace fairlead::cost
