/// What the runs of a dump cost by a price book, without a ledger.
#pragma once

#include "cost/allocation.hpp"
#include "cost/nodes.hpp"
#include "cost/price_book.hpp"
#include "cost/sacct_dump.hpp"

#include <functional>
#include <istream>
#include <string>
#include <unordered_map>
#include <vector>

namespace fairlead::cost {

/// A run's nodes of one instance type, purchase option, share and currency, rounded once.
struct Cost {
    std::string instance_type;
    std::string purchase;
    std::size_t nodes;
    Share share;
    std::string currency;
    Money running;        ///< for the time without what it was suspended
    Money suspended;      ///< for the rest, when its nodes were held all the same
    std::string region{}; ///< empty where it is not known, or the nodes are of several
};

/// The part of a cost that falls in a month (UTC).
struct MonthCost {
    Time month;
    Cost cost;
    std::int64_t running_node_seconds = 0;
    std::int64_t suspended_node_seconds = 0;
};

/// The part of a run's cost that falls on one of its nodes in a month (UTC), suspended time with
/// it.
struct NodePart {
    std::string node;
    Time month;
    Share share;
    std::string currency;
    Money amount;
};

/// What a node costs over a time, whoever is on it. Valid as long as the pricer.
struct NodePrices {
    const PriceKey* key;
    std::vector<PricedTime> prices;
};

class Pricer {
  public:
    /// Without `nodes` the instance of a node is not known, and only prices for all of them fit.
    Pricer(PriceBook book, std::optional<Nodes> nodes);

    /// FL-C102, FL-C103, FL-C105, FL-C106.
    Result<std::vector<Cost>> price(const JobRun& run);

    /// The same cut at the months; the parts sum to what price() says. FL-C105 as well.
    Result<std::vector<MonthCost>> price_by_month(const JobRun& run);

    /// The same divided among its nodes; the parts of a month sum to what price_by_month() says.
    Result<std::vector<NodePart>> price_by_node(const JobRun& run);

    /// FL-C103, FL-C106.
    Result<NodePrices> prices_of(std::string_view node, Time from, Time to) const;

  private:
    /// How many nodes of a host list are of a kind.
    using Kinds = std::vector<std::pair<std::size_t, std::size_t>>;
    Result<Kinds> kinds_of(std::string_view host_list);
    Result<Kinds> count_kinds(std::string_view host_list) const;
    Result<std::size_t> kind_of(std::string_view node) const;

    PriceBook book_;
    std::optional<Nodes> nodes_;
    std::vector<NodeKind> kinds_;
    std::vector<Timeline> timelines_; ///< of each kind
    std::unordered_map<std::string, Kinds> known_lists_{};
};

/// What becomes of each line.
struct PricedDump {
    std::function<void(const JobRun&, const std::vector<Cost>&)> priced;
    std::function<void(const Error&)> skipped; ///< the message begins with "name:line: "
    std::function<void()> understood = [] {};  ///< the header, before all else
};

/// Prices each run of a dump once. Only a dump without a header is an error of the whole: FL-C107.
Result<void> price_dump(std::istream& dump, std::string_view name, const Zone& zone, Pricer& pricer,
                        const PricedDump& take);

} // namespace fairlead::cost
