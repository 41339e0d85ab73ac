#include "cost/node_list.hpp"

#include "cost/csv.hpp"
#include "placement/hostlist.hpp"

#include <algorithm>
#include <array>
#include <fmt/ranges.h>
#include <map>

namespace fairlead::cost {
namespace {

constexpr std::string_view header = "nodes,instance_type,purchase,region,az,cpus,memory_mb,gpus\n";

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

/// "hpc7a.96xlarge": a family, a dot and a size.
bool is_instance_type(std::string_view word) {
    constexpr std::array<std::string_view, 6> sizes{"large", "medium", "small",
                                                    "micro", "nano",   "metal"};
    const std::size_t dot = word.find('.');
    if (dot == std::string_view::npos || dot == 0 || word[0] < 'a' || word[0] > 'z')
        return false;
    const std::string_view family = word.substr(0, dot), size = word.substr(dot + 1);
    const auto plain = [](char c) { return is_letter_or_digit(c) || c == '-'; };
    return std::ranges::all_of(family, plain) && std::ranges::all_of(size, plain) &&
           std::ranges::any_of(sizes, [&](std::string_view end) {
               return size.ends_with(end) || size.starts_with("metal-");
           });
}

std::string type_in(const std::vector<std::string>& features) {
    const auto found = std::ranges::find_if(features, is_instance_type);
    return found == features.end() ? std::string{} : *found;
}

/// The option that a feature names, in the words of a price book.
std::string purchase_in(const std::vector<std::string>& features) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 7> words{
        {{"spot", "spot"},
         {"on-demand", "on-demand"},
         {"ondemand", "on-demand"},
         {"reserved", "reserved"},
         {"savings-plan", "savings-plan"},
         {"capacity-block", "capacity-block"},
         {"capacityblock", "capacity-block"}}};
    for (const auto& [feature, purchase] : words)
        if (std::ranges::find(features, feature) != features.end())
            return std::string(purchase);
    return {};
}

std::string count(std::int64_t value) { return value > 0 ? std::to_string(value) : ""; }

const state::NodeRecord* record_of(const placement::Records& records, const std::string& node) {
    const auto found = std::ranges::find(records.records, node, &state::NodeRecord::node);
    return found == records.records.end() ? nullptr : &*found;
}

} // namespace

NodeList list_nodes(const std::vector<setup::SlurmNode>& nodes, const placement::Records& records,
                    const std::string& region) {
    NodeList list{.csv = std::string(header)};
    std::map<std::string, std::vector<std::string>> rows; // by what stands behind the names
    for (const setup::SlurmNode& node : nodes) {
        const state::NodeRecord* record = record_of(records, node.name);
        std::string type = record ? record->instance.type : "";
        if (type.empty())
            type = type_in(node.features);
        if (type.empty()) {
            list.unknown.push_back(node.name);
            continue;
        }
        std::string purchase = record ? record->facts.lifecycle.value_or("") : "";
        if (purchase.empty())
            purchase = purchase_in(node.features);
        if (purchase.empty()) {
            purchase = "on-demand";
            list.assumed.push_back(node.name);
        }
        const std::string zone = record ? record->facts.availability_zone.value_or("") : "";
        const std::array<std::string, 7> cells{
            csv_cell(type),   csv_cell(purchase),    csv_cell(region), csv_cell(zone),
            count(node.cpus), count(node.memory_mb), count(node.gpus)};
        rows[fmt::format("{}\n", fmt::join(cells, ","))].push_back(node.name);
    }
    for (const auto& [cells, names] : rows)
        list.csv += fmt::format("{},{}", csv_cell(placement::compress(names)), cells);
    return list;
}

} // namespace fairlead::cost
