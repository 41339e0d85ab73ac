/// What is typed behind `fairlead cost report KIND`, in sreport's manner.
#pragma once

#include "cost/report.hpp"

#include <string>
#include <vector>

namespace fairlead::cli {

/// "start=2026-06-01 groups=bio,cfd format=Group,Total%12"
struct Words {
    cost::Query query{};
    std::string format{};
    std::string year{};
    bool period_named = false;
};

/// The default is this month up to now. FL-C401.
Result<Words> read_words(std::string_view kind, const std::vector<std::string>& typed);

/// A year that was named, and the dates of a grant where nothing was. FL-C401.
Result<void> find_period(Words& words, const cost::Groups& groups);

/// FL-C401 for a group that is not known.
Result<void> check_names(const cost::Query& query, const cost::Groups& groups);

} // namespace fairlead::cli
