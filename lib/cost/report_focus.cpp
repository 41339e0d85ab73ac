#include "cost/report_focus.hpp"

#include "cost/csv.hpp"
#include "cost/months.hpp"

#include <algorithm>
#include <array>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace fairlead::cost {
namespace {

constexpr std::string_view header =
    "BillingAccountId,BillingPeriodStart,BillingPeriodEnd,ChargePeriodStart,ChargePeriodEnd,"
    "ChargeCategory,ChargeClass,ChargeFrequency,ChargeDescription,ProviderName,PublisherName,"
    "InvoiceIssuerName,ServiceName,ServiceCategory,SubAccountId,SubAccountName,RegionId,"
    "RegionName,ResourceId,ResourceType,PricingCategory,PricingQuantity,PricingUnit,"
    "ConsumedQuantity,"
    "ConsumedUnit,ListCost,ContractedCost,EffectiveCost,BilledCost,BillingCurrency,"
    "CommitmentDiscountStatus,Tags,x_Cluster,x_JobId,x_ArrayTask,x_RunId,x_Account,x_Group,x_PI,x_"
    "Grant,x_University,x_User,x_WCKey,"
    "x_Partition,x_QOS,x_State,x_SpotRunSeconds,x_SharePPM,x_Waste,x_PriceBook,x_Provisional";

constexpr std::string_view provider = "AWS";

/// FOCUS's words; of what it has no word for, none.
std::string_view pricing_category(std::string_view purchase) {
    if (purchase == "on-demand")
        return "Standard";
    if (purchase == "spot")
        return "Dynamic";
    if (purchase == "reserved" || purchase == "savings-plan" || purchase == "capacity-block")
        return "Committed";
    return "";
}

/// A day's hours of nodes, to the ninth place.
std::string node_hours(std::int64_t seconds) {
    return show_nanos(divided(Wide{seconds} * nanos_per_unit, 3600));
}

std::string tags(const Attributed& part) {
    nlohmann::ordered_json json = nlohmann::ordered_json::object();
    const DaySum& sum = part.charge->sum;
    for (const auto& [key, value] :
         {std::pair("account", part.account), std::pair("user", std::string_view(sum.user)),
          std::pair("grant", part.grant)})
        if (!value.empty())
            json[key] = value;
    return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

/// "3" of "4711_3"; slurmdbd's raw numbers of jobs do not say it.
std::string_view array_task(std::string_view job) {
    const std::size_t line = job.find('_');
    return line == std::string_view::npos ? std::string_view{} : job.substr(line + 1);
}

bool is_commitment(std::string_view purchase) {
    return purchase == "savings-plan" || purchase == "reserved";
}

/// Of what the price of an instance and the time on it made.
bool is_priced_time(std::string_view kind) {
    return kind == "run" || kind == "suspended" || kind == "node_fail";
}

/// Prices for a zone or region, where the key does not say which: the run may have had them.
std::vector<const Price*> unknown_to(const PriceKey& key, const std::vector<Price>& prices) {
    const auto fits = [](const std::string& of_price, const std::string& of_key) {
        return of_price.empty() || of_price == of_key;
    };
    std::vector<const Price*> others;
    for (const Price& price : prices) {
        const PriceKey& of = price.key;
        const bool may_be = (key.region.empty() || fits(of.region, key.region)) &&
                            fits(of.instance_type, key.instance_type) && fits(of.os, key.os) &&
                            fits(of.purchase, key.purchase);
        const bool certain = of.az.empty() && fits(of.region, key.region);
        if (may_be && !certain)
            others.push_back(&price);
    }
    return others;
}

bool holds_in(const Price& price, const Interval& days) {
    return (!price.from || *price.from < days.to) && (!price.to || days.from < *price.to);
}

std::string joined(const std::vector<std::string>& cells) {
    return fmt::format("{}\n", fmt::join(cells, ","));
}

} // namespace

std::string focus_header() { return std::string(header) + "\n"; }

std::optional<HourlyPrice> FocusLines::only_price(const PriceKey& key, const Interval& days,
                                                  const std::string& currency) {
    const auto [known, fresh] = known_.try_emplace(key);
    if (fresh)
        known->second = {book_->timeline(key), unknown_to(key, book_->prices())};
    const auto prices = known->second.prices.between(days.from, days.to);
    if (!prices)
        return std::nullopt;
    const HourlyPrice hourly = prices->front().price->hourly;
    const auto is_it = [&](const Price* price) {
        return price->hourly == hourly && price->currency == currency;
    };
    const bool only = std::ranges::all_of(*prices, is_it, &PricedTime::price) &&
                      std::ranges::all_of(known->second.others, [&](const Price* price) {
                          return is_it(price) || !holds_in(*price, days);
                      });
    return only ? std::optional(hourly) : std::nullopt;
}

std::optional<Money> FocusLines::list_cost(const Attributed& part) {
    const DaySum& sum = part.charge->sum;
    if (sum.instance_type.empty() || !is_priced_time(sum.kind))
        return std::nullopt;
    if (sum.purchase == "on-demand")
        return part.amount;
    const Time day = read_day(sum.day).value_or(Time{});
    // A run is divided at months; what is corrected late stands on the first day of another.
    if (!book_ || day == month_of(day))
        return std::nullopt;
    const Interval days{month_of(day), day + std::chrono::days(1)};
    PriceKey key{.region = part.charge->region,
                 .instance_type = sum.instance_type,
                 .os = "linux",
                 .purchase = sum.purchase};
    const auto own = only_price(key, days, sum.currency);
    key.purchase = "on-demand";
    const auto list = only_price(key, days, sum.currency);
    if (!own || !list || own->picos == 0)
        return std::nullopt;
    const auto product = times(part.amount.nanos, Wide{list->picos});
    if (!product)
        return std::nullopt;
    const auto cost = to_money(divided(*product, own->picos));
    return cost ? std::optional(*cost) : std::nullopt;
}

std::string FocusLines::line(const Attributed& part, bool closed) {
    const Charge& charge = *part.charge;
    const DaySum& sum = charge.sum;
    const Time day = read_day(sum.day).value_or(Time{});
    const bool compute = !sum.instance_type.empty();
    const std::string cost = show_nanos(part.amount);
    const std::string group = part.group ? part.group->name : "";
    const std::string hours = compute ? node_hours(part.node_seconds) : "";
    const auto list = list_cost(part);
    const std::string unit = compute ? "Node-Hours" : "";
    return joined({csv_cell(account_),
                   show_time(month_of(day)),
                   show_time(month_after(day)),
                   show_time(day),
                   show_time(day + std::chrono::days(1)),
                   sum.kind == "adjustment" ? "Adjustment" : "Usage",
                   "",
                   sum.kind == "adjustment" ? "One-Time" : "Usage-Based",
                   csv_cell(sum.kind),
                   std::string(provider),
                   std::string(provider),
                   std::string(provider),
                   compute ? "Amazon Elastic Compute Cloud" : csv_cell(sum.kind),
                   compute ? "Compute" : "Other",
                   csv_cell(part.account),
                   csv_cell(part.account),
                   csv_cell(charge.region),
                   csv_cell(charge.region), // AWS's names of regions are not known here
                   csv_cell(charge.job),
                   csv_cell(sum.instance_type),
                   std::string(pricing_category(sum.purchase)),
                   hours,
                   unit,
                   hours,
                   unit,
                   list ? show_nanos(*list) : "",
                   cost,
                   cost,
                   cost,
                   csv_cell(sum.currency),
                   is_commitment(sum.purchase) ? "Used" : "",
                   csv_cell(tags(part)),
                   csv_cell(sum.cluster),
                   csv_cell(charge.job),
                   csv_cell(array_task(charge.job)),
                   csv_cell(charge.run),
                   csv_cell(part.account),
                   csv_cell(group),
                   csv_cell(part.group ? part.group->pi : ""),
                   csv_cell(part.grant),
                   csv_cell(part.university),
                   csv_cell(sum.user),
                   csv_cell(sum.wckey),
                   csv_cell(sum.partition),
                   csv_cell(charge.qos),
                   csv_cell(charge.state),
                   sum.purchase == "spot" ? fmt::format("{}", part.node_seconds) : "",
                   "", // the ledger has costs, and not which part of a node they are
                   sum.kind == "node_fail" || sum.kind == "reclaim" ? "true" : "false",
                   "", // nor which book they are of
                   closed ? "false" : "true"});
}

} // namespace fairlead::cost
