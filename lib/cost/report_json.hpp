/// A report for programs: exact amounts as decimals with nine places, times in UTC.
#pragma once

#include "cost/report.hpp"

namespace fairlead::cost {

/// `schema: fairlead.cost-report/1`
std::string json_of(const Report& report);

} // namespace fairlead::cost
