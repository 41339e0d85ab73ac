/// A report for people at a terminal, in the manner of sreport.
#pragma once

#include "cost/report_table.hpp"

namespace fairlead::cost {

struct TextStyle {
    bool header = true;    ///< -n takes it away
    bool parsable = false; ///< -P: cells apart by '|' and no totals
};

std::string text_of(const Report& report, const Table& table, const TextStyle& style);

/// "2026-06-01 to 2026-06-30 (UTC), closed"
std::string span_of(const Report& report);

/// "2026-06: 99.12 % of what AWS billed the site is explained"; in a report of all with the rest.
std::string sentence_of(const Explained& explained, const Report& report);

/// What is not in it: runs without a price. A line each.
std::vector<std::string> missing_of(const Report& report);

} // namespace fairlead::cost
