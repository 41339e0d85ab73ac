#include "doctor/price_findings.hpp"

#include "base/words.hpp"
#include "placement/hostlist.hpp"

#include <map>

namespace fairlead::doctor {
namespace {

using namespace std::chrono_literals;
using Names = std::vector<std::string>;

constexpr std::string_view area = "prices";
constexpr auto soon = std::chrono::days(30);
constexpr auto quarter = std::chrono::days(92);

std::string list_of(const Names& names) {
    constexpr std::size_t longest = 200;
    return printable(placement::compress(names), longest);
}

Finding finding(Health health, std::string what, std::string fix) {
    return {std::string(area), health, std::move(what), std::move(fix)};
}

/// The nodes of each kind, by its number; those that no row names under the number of kinds.
std::map<std::size_t, Names> by_kind(const cost::Nodes& nodes, const Names& names) {
    std::map<std::size_t, Names> kinds;
    for (const std::string& name : names)
        kinds[nodes.find(name).value_or(nodes.kinds().size())].push_back(name);
    return kinds;
}

void add_kind(Findings& findings, const cost::PriceBook& book, const cost::NodeKind& kind,
              const Names& names, cost::Time now) {
    const auto timeline = book.timeline(kind.key);
    if (const auto priced = timeline.between(now, now); !priced) {
        findings.push_back(from_error(area, Health::Problem, priced.error()));
        findings.back().what = fmt::format("{}: {}", list_of(names), findings.back().what);
    } else if (const auto later = timeline.between(now + soon, now + soon); !later) {
        findings.push_back(from_error(area, Health::Advice, later.error()));
        findings.back().what =
            fmt::format("{}: within a month, {}", list_of(names), findings.back().what);
    }
}

} // namespace

Findings price_findings(const Prices& prices, const Names& names, cost::Time now) {
    Findings findings;
    for (const auto& [number, of_kind] : by_kind(prices.nodes, names)) {
        if (number < prices.nodes.kinds().size())
            add_kind(findings, prices.book, prices.nodes.kinds()[number], of_kind, now);
        else
            findings.push_back(finding(Health::Problem,
                                       fmt::format("no row of the list of nodes names {}: jobs "
                                                   "there cannot be priced",
                                                   list_of(of_kind)),
                                       "add a row with their type to the file that cost.nodes "
                                       "names"));
    }
    const auto age = std::chrono::floor<std::chrono::days>(now - prices.written);
    if (age > quarter)
        findings.push_back(finding(Health::Advice,
                                   fmt::format("the price book is {} days old", age.count()),
                                   "bring it up to date: `fairlead prices import`"));
    else if (!has_problem(findings))
        findings.push_back(
            good(area, fmt::format("{} prices for {} nodes, {} days old",
                                   prices.book.prices().size(), names.size(), age.count())));
    return findings;
}

} // namespace fairlead::doctor
