/// What the nodes of a run are used for, before it is rounded: for pricing alone.
#pragma once

#include "cost/pricing.hpp"

#include <span>

namespace fairlead::cost {

/// Picos of a currency, times seconds, times nodes; and the same without the picos.
struct Used {
    Wide picos = 0;
    std::int64_t node_seconds = 0;
};

struct Usage {
    Used running{};
    Used suspended{};
};

struct MonthUsage {
    Time month;
    Usage usage{};
};

/// A line of output on the way, before it is rounded.
struct PayingNodes {
    const NodeKind* kind;
    Share share;
    std::string_view currency;
    std::string_view region; ///< empty where not known, or of several
    std::size_t nodes = 0;
    std::vector<MonthUsage> months{}; ///< rising
};

/// How many nodes of a kind a run has.
using KindCount = std::pair<std::size_t, std::size_t>;

/// The use of `kinds` of nodes by a run that has `nodes` in all; `known` and `timelines` are those
/// of all kinds. FL-C102, FL-C103, FL-C105, FL-C106.
Result<std::vector<PayingNodes>> used_by(const JobRun& run, std::size_t nodes,
                                         std::span<const KindCount> kinds,
                                         std::span<const NodeKind> known,
                                         std::span<const Timeline> timelines);

/// All of it, rounded once. FL-C105.
Result<Cost> cost_of(const PayingNodes& group);

/// `whole` among the months that it was used in. FL-C105.
Result<std::vector<Money>> by_months(const PayingNodes& group, Money whole, Used Usage::* which);

/// The same error with the job that it is of.
Error of_job(const JobRun& run, const Error& error);

} // namespace fairlead::cost
