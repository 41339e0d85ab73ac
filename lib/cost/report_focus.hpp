/// Charges in the columns of FOCUS 1.2 (focus.finops.org), with ours behind as x_ ones, for the
/// tools that read cloud bills.
#pragma once

#include "cost/attribution.hpp"

namespace fairlead::cost {

/// The line with the names of the columns.
std::string focus_header();

/// A line for the charge or a grant's part of it. `closed`: the charge can no longer change.
std::string focus_line(const Attributed& part, bool closed);

} // namespace fairlead::cost
