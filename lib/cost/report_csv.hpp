/// A report for spreadsheets: exact amounts, no totals, and no cell that becomes a formula.
#pragma once

#include "cost/report_table.hpp"

namespace fairlead::cost {

std::string csv_of(const Table& table, bool header);

} // namespace fairlead::cost
