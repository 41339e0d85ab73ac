#include "cost/report_json.hpp"

#include "cost/months.hpp"

#include <nlohmann/json.hpp>

namespace fairlead::cost {
namespace {

using Json = nlohmann::ordered_json;

Json amounts_json(const Amounts& amounts) {
    const auto seconds = [](Wide count) { return static_cast<std::int64_t>(count); };
    return {{"jobs", amounts.runs},
            {"node_seconds", seconds(amounts.node_seconds)},
            {"spot_node_seconds", seconds(amounts.spot_seconds)},
            {"cpu_seconds", seconds(amounts.cpu_seconds)},
            {"gpu_seconds", seconds(amounts.gpu_seconds)},
            {"compute", show_nanos(amounts.compute)},
            {"suspended", show_nanos(amounts.suspended)},
            {"waste", show_nanos(amounts.waste)},
            {"reclaimed", show_nanos(amounts.reclaimed)},
            {"boot", show_nanos(amounts.boot)},
            {"idle", show_nanos(amounts.idle)},
            {"shared", show_nanos(amounts.shared())},
            {"storage", show_nanos(amounts.storage)},
            {"transfer", show_nanos(amounts.transfer)},
            {"overhead", show_nanos(amounts.overhead)},
            {"adjusted", show_nanos(amounts.adjusted)},
            {"total", show_nanos(amounts.total())}};
}

Json budget_json(const BudgetUse& use) {
    return {{"amount", show_nanos(use.amount)},
            {"currency", use.currency},
            {"period", to_string(use.period)},
            {"from", show_time(use.interval.from)},
            {"to", show_time(use.interval.to)},
            {"spent", show_nanos(use.spent)},
            {"held", use.held ? Json(show_nanos(*use.held)) : Json()},
            {"remaining", show_nanos(use.remaining())},
            {"forecast", show_nanos(use.forecast)}};
}

Json line_json(const ReportLine& line, bool of_job) {
    Json json{{"name", line.name},
              {"group", line.group},
              {"pi", line.pi},
              {"university", line.university},
              {"fund", line.fund},
              {"grant_end", line.grant_end ? Json(day_name(*line.grant_end)) : Json()},
              {"currency", line.currency}};
    if (of_job)
        json.update(Json{{"cluster", line.cluster},
                         {"account", line.account},
                         {"user", line.user},
                         {"state", line.state},
                         {"day", line.day},
                         {"instance_type", line.instance_type}});
    json.update(amounts_json(line.amounts));
    json["budget"] = line.budget ? budget_json(*line.budget) : Json();
    return json;
}

Json slices_json(const std::vector<Slice>& slices) {
    Json json = Json::array();
    for (const Slice& slice : slices)
        json.push_back({{"name", slice.name},
                        {"currency", slice.currency},
                        {"amount", show_nanos(slice.nanos)}});
    return json;
}

Json bill_json(const Report& report) {
    Json json = Json::array();
    for (const auto& [key, share] : report.bill)
        json.push_back({{"month", key.first},
                        {"currency", key.second},
                        {"total", show_nanos(share.all)},
                        {"unexplained", show_nanos(share.unexplained)}});
    return json;
}

Json explained_json(const Report& report) {
    Json json = Json::array();
    for (const Explained& explained : report.explained)
        json.push_back({{"month", explained.month},
                        {"currency", explained.currency},
                        {"share", to_string(explained)}});
    return json;
}

Json adjustments_json(const std::vector<Adjustment>& adjustments) {
    Json json = Json::array();
    for (const Adjustment& each : adjustments)
        json.push_back({{"day", each.day},
                        {"payer", each.payer},
                        {"amount", show_nanos(each.amount)},
                        {"currency", each.currency},
                        {"author", each.author},
                        {"reason", each.note}});
    return json;
}

} // namespace

std::string json_of(const Report& report) {
    const bool of_job = report.query.of == ReportOf::Job;
    Json lines = Json::array(), totals = Json::array();
    for (const ReportLine& line : report.lines)
        lines.push_back(line_json(line, of_job));
    for (const ReportLine& total : report.totals) {
        Json json{{"currency", total.currency}};
        json.update(amounts_json(total.amounts));
        totals.push_back(std::move(json));
    }
    const Json json{{"schema", "fairlead.cost-report/1"},
                    {"of", to_string(report.query.of)},
                    {"from", show_time(report.query.from)},
                    {"to", show_time(report.query.to)},
                    {"settled_until", show_time(report.query.as_of)},
                    {"state", report.closed() ? "closed" : "provisional"},
                    {"ledger", report.ledger ? Json{{"entries", report.ledger->entries},
                                                    {"head", report.ledger->head}}
                                             : Json()},
                    {"unpriced_runs", report.unpriced},
                    {"bill", bill_json(report)},
                    {"bill_explained", explained_json(report)},
                    {"lines", std::move(lines)},
                    {"totals", std::move(totals)},
                    {"instance_types", slices_json(report.types)},
                    {"days", slices_json(report.days)},
                    {"details", slices_json(report.details)},
                    {"adjustments", adjustments_json(report.adjustments)}};
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace fairlead::cost
