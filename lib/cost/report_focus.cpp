#include "cost/report_focus.hpp"

#include "cost/csv.hpp"
#include "cost/months.hpp"

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
    "ConsumedUnit,ListCost,ContractedCost,EffectiveCost,BilledCost,BillingCurrency,Tags,"
    "x_Cluster,x_JobId,x_RunId,x_Account,x_Group,x_PI,x_Grant,x_University,x_User,x_WCKey,"
    "x_Partition,x_QOS,x_State,x_Waste,x_Provisional";

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

std::string joined(const std::vector<std::string>& cells) {
    return fmt::format("{}\n", fmt::join(cells, ","));
}

} // namespace

std::string focus_header() { return std::string(header) + "\n"; }

std::string focus_line(const Attributed& part, bool closed) {
    const Charge& charge = *part.charge;
    const DaySum& sum = charge.sum;
    const Time day = read_day(sum.day).value_or(Time{});
    const bool compute = !sum.instance_type.empty();
    const std::string cost = show_nanos(part.amount);
    const std::string group = part.group ? part.group->name : "";
    const std::string hours = compute ? node_hours(part.node_seconds) : "";
    const std::string unit = compute ? "Node-Hours" : "";
    return joined({"", // the payer account, which the ledger does not know
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
                   "",
                   cost,
                   cost,
                   cost,
                   csv_cell(sum.currency),
                   csv_cell(tags(part)),
                   csv_cell(sum.cluster),
                   csv_cell(charge.job),
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
                   sum.kind == "node_fail" || sum.kind == "reclaim" ? "true" : "false",
                   closed ? "false" : "true"});
}

} // namespace fairlead::cost
