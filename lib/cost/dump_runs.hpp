/// The runs of a whole dump, each once.
#pragma once

#include "cost/sacct_dump.hpp"

#include <functional>
#include <istream>
#include <string_view>

namespace fairlead::cost {

/// What becomes of a dump. Messages begin with "name:line: ".
struct TakeRuns {
    std::function<Result<void>(const JobRun&)> take; ///< an error is one of that line alone
    std::function<void(const Error&)> skipped;
    std::function<void(const Error&)> repeated{}; ///< else `skipped` is told of such lines too
    std::function<void()> understood = [] {};     ///< the header, before all else
};

/// Reads the header behind blank lines and tells how many lines that took. FL-C107.
Result<std::pair<Dump, std::size_t>> read_header(std::istream& dump, std::string_view name,
                                                 const Zone& zone);

/// Takes the runs in the order of their lines. Of several lines about one run that of its end
/// counts, then that of the later end, then the first. A run is known by its number in slurmdbd,
/// else by job, start and restarts. Only a dump without a header is an error of the whole: FL-C107.
Result<void> each_run(std::istream& dump, std::string_view name, const Zone& zone,
                      const TakeRuns& into);

} // namespace fairlead::cost
