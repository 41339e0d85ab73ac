/// What AWS billed, line by line: a Cost and Usage Report (in the names of the first version or of
/// the second) or a FOCUS export, in CSV.
#pragma once

#include "cost/clock.hpp"
#include "cost/money.hpp"

#include <functional>
#include <istream>
#include <map>
#include <string>
#include <string_view>

namespace fairlead::cost {

struct BillLine {
    std::string resource{}; ///< "i-0abc"; empty: of none
    std::string service{};
    std::string currency{};
    Time start{};
    bool instance = false; ///< the time of an instance, not what else is billed to it
    Wide picos = 0;        ///< 1e-12: a bill has ten decimals and more
};

/// Each line with what it costs in effect: usage that a savings plan or a reservation covers with
/// its part of the commitment, fees of commitments with what was not used of them (as AWS's
/// amortized cost; FOCUS's EffectiveCost is that already). FL-C402, for a row as "name:line: ".
Result<void> read_bill(std::istream& csv, std::string_view name,
                       const std::function<void(const BillLine&)>& take);

/// The fields of a row by RFC 4180; nothing where a quote is not closed.
std::optional<std::vector<std::string>> bill_fields(std::string_view row);

/// "0.0416000000" or "4.16E-2" in 1e-12; what is smaller is rounded to nearest.
std::optional<Wide> read_picos(std::string_view text);

/// A month of a bill.
struct Bill {
    /// By resource and currency: the picos of each hour.
    std::map<std::pair<std::string, std::string>, std::map<Time, Wide>> instances{};
    /// By service and currency: all else.
    std::map<std::pair<std::string, std::string>, Wide> services{};
};

/// The lines of a bill that begin in `month`. FL-C402.
Result<Bill> bill_of(std::istream& csv, std::string_view name, Time month);

} // namespace fairlead::cost
