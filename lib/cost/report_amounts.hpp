/// What was used and what it cost: the numbers of a line of a report.
#pragma once

#include "cost/attribution.hpp"

namespace fairlead::cost {

/// What was used and what it cost, in nano-units of one currency.
struct Amounts {
    std::int64_t runs = 0; ///< a run that two grants share counts in both
    Wide node_seconds = 0;
    Wide spot_seconds = 0; ///< of those
    Wide cpu_seconds = 0;
    Wide gpu_seconds = 0;
    Wide compute = 0;
    Wide suspended = 0;
    Wide waste = 0;     ///< runs that ended with their node
    Wide reclaimed = 0; ///< those that AWS took it from; less than 0 is what it did not bill
    Wide boot = 0;      ///< of instances, as the next
    Wide idle = 0;      ///< what no run paid for
    Wide storage = 0;   ///< from pools of that kind, as the next
    Wide transfer = 0;
    Wide overhead = 0; ///< whatever else comes from pools
    Wide adjusted = 0; ///< moved by people
    Wide shared() const { return storage + transfer + overhead; }
    Wide total() const {
        return compute + suspended + waste + reclaimed + boot + idle + shared() + adjusted;
    }
    bool nothing() const; ///< as of a pool that is divided as a whole
    Amounts& operator+=(const Amounts& other);
};

/// Those of a part of a charge, under what its kind is.
Amounts amounts_of(const Attributed& part);

} // namespace fairlead::cost
