#include "state/network_json.hpp"

#include "base/host_list.hpp"
#include "state/record.hpp"

#include <algorithm>
#include <array>

namespace fairlead::state {
namespace {

using fabric::DeviceDelta;
using fabric::NetworkPart;
using fabric::NodePlace;

constexpr Schema start_schema{"fairlead.network-start", 1};
constexpr Schema part_schema{"fairlead.network-part", 1};
constexpr Schema report_schema{"fairlead.network-report", 1};
constexpr std::array<std::string_view, 3> seen_words{"throughout", "before", "after"};
constexpr std::size_t most_devices = 256, most_counters = 512;

std::string dumped(const Json& json, int indent = -1) {
    return json.dump(indent, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json counters_json(const fabric::Counters& counters) {
    Json json = Json::object();
    for (const auto& [name, value] : counters)
        json[name] = value;
    return json;
}

Json device_json(const DeviceDelta& device) {
    return {{"name", device.name},
            {"pci", device.pci},
            {"seen", seen_words.at(static_cast<std::size_t>(device.seen))},
            {"reset", device.reset},
            {"delta", counters_json(device.delta)},
            {"missing", device.missing}};
}

Json devices_json(const NetworkPart& part) {
    Json devices = Json::array();
    for (const DeviceDelta& device : part.devices)
        devices.push_back(device_json(device));
    return devices;
}

std::string text_in(const Json& record, const char* name) {
    constexpr std::size_t longest = 64 * 1024;
    const auto field = record.find(name);
    if (field == record.end() || !field->is_string())
        return {};
    return field->get_ref<const std::string&>().substr(0, longest);
}

/// 0 where it is no number, or below 0.
std::int64_t number_in(const Json& record, const char* name, std::int64_t most = INT32_MAX) {
    const auto field = record.find(name);
    if (field == record.end() || !field->is_number_unsigned())
        return 0;
    return static_cast<std::int64_t>(
        std::min(field->get<std::uint64_t>(), static_cast<std::uint64_t>(most)));
}

bool truth_in(const Json& record, const char* name) {
    const auto field = record.find(name);
    return field != record.end() && field->is_boolean() && field->get<bool>();
}

const Json& list_in(const Json& record, const char* name) {
    static const Json empty = Json::array();
    const auto field = record.find(name);
    return field != record.end() && field->is_array() ? *field : empty;
}

fabric::Counters counters_in(const Json& record, const char* name) {
    fabric::Counters counters;
    const auto field = record.find(name);
    if (field == record.end() || !field->is_object())
        return counters;
    for (const auto& [key, value] : field->items())
        if (fabric::is_counter_name(key) && value.is_number_unsigned() &&
            counters.size() < most_counters)
            counters.emplace(key, value.get<std::uint64_t>());
    return counters;
}

DeviceDelta device_in(const Json& json) {
    DeviceDelta device{text_in(json, "name"),   text_in(json, "pci"),       {},
                       truth_in(json, "reset"), counters_in(json, "delta"), {}};
    const auto* const seen = std::ranges::find(seen_words, text_in(json, "seen"));
    if (seen != seen_words.end())
        device.seen = static_cast<fabric::Seen>(seen - seen_words.begin());
    for (const Json& name : list_in(json, "missing"))
        if (name.is_string() && fabric::is_counter_name(name.get_ref<const std::string&>()) &&
            device.missing.size() < most_counters)
            device.missing.push_back(name.get<std::string>());
    return device;
}

Json totals_json(const fabric::NetworkReport& report) {
    const auto total = [&](const char* counter) {
        const auto found = report.totals.find(counter);
        return found == report.totals.end() ? Json(nullptr) : Json(found->second);
    };
    return {{"sent_bytes", total("tx_bytes")},
            {"received_bytes", total("rx_bytes")},
            {"rdma_read_bytes", total("rdma_read_bytes")},
            {"rdma_write_bytes", total("rdma_write_bytes")},
            {"retransmitted_bytes", total("retrans_bytes")},
            {"retransmitted_packets", total("retrans_pkts")},
            {"dropped_packets", total("rx_drops")}};
}

Json errors_json(const fabric::NetworkReport& report) {
    Json errors = Json::array();
    for (const fabric::NetworkError& error : report.errors)
        errors.push_back({{"counter", error.counter},
                          {"count", error.count},
                          {"nodes", error.nodes},
                          {"cause", error.cause},
                          {"action", error.action}});
    return errors;
}

/// What is known of it.
Json place_json(const NodePlace& place) {
    Json json = Json::object();
    if (!place.availability_zone.empty())
        json["availability_zone"] = place.availability_zone;
    if (!place.zone_id.empty())
        json["zone_id"] = place.zone_id;
    if (place.group)
        json["group"] = *place.group;
    if (!place.strategy.empty())
        json["strategy"] = place.strategy;
    if (place.partition)
        json["partition"] = *place.partition;
    if (place.path)
        json["path"] = *place.path;
    return json;
}

/// Names in it are short, and a path has four network nodes at most.
NodePlace place_in(const Json& json) {
    constexpr std::size_t longest = 255, deepest = 8;
    const auto name = [&](const char* field) { return text_in(json, field).substr(0, longest); };
    NodePlace place{.availability_zone = name("availability_zone"),
                    .zone_id = name("zone_id"),
                    .strategy = name("strategy")};
    if (json.contains("group"))
        place.group = name("group");
    if (json.contains("partition"))
        place.partition = static_cast<int>(number_in(json, "partition"));
    if (!json.contains("path"))
        return place;
    place.path.emplace();
    for (const Json& node : list_in(json, "path"))
        if (node.is_string() && place.path->size() < deepest)
            place.path->push_back(node.get_ref<const std::string&>().substr(0, longest));
    return place;
}

const Json& object_in(const Json& record, const char* name) {
    static const Json empty = Json::object();
    const auto field = record.find(name);
    return field != record.end() && field->is_object() ? *field : empty;
}

Json spread_json(const fabric::Spread& spread) {
    return {{"groups", spread.groups},
            {"zones", spread.zones},
            {"network_nodes", spread.network_nodes},
            {"max_layer", spread.max_layer ? Json(*spread.max_layer) : Json(nullptr)},
            {"unknown_nodes", spread.unknown_nodes}};
}

Json node_json(const NetworkPart& part) {
    return {{"node", part.node},
            {"instance_type", part.instance_type},
            {"shared", part.shared},
            {"placement", place_json(part.place)},
            {"start", part.start},
            {"end", part.end},
            {"devices", devices_json(part)}};
}

} // namespace

std::string encode(const NetworkStart& start) {
    Json devices = Json::array();
    for (const auto& [device, values] : start.devices)
        devices.push_back(
            {{"name", device.name}, {"pci", device.pci}, {"counters", counters_json(values)}});
    return dumped({{"schema", to_string(start_schema)},
                   {"spool", start.spool.native()},
                   {"make_spool", start.make_spool},
                   {"root", start.root.native()},
                   {"state_dir", start.state_dir.native()},
                   {"restart", start.restart},
                   {"start", start.start},
                   {"devices", devices}});
}

Result<NetworkStart> decode_network_start(std::string_view text, std::string_view source) {
    const auto json = parse_record(text, start_schema, source);
    if (!json)
        return std::unexpected(json.error());
    NetworkStart start{.spool = text_in(*json, "spool"),
                       .make_spool = truth_in(*json, "make_spool"),
                       .root = text_in(*json, "root"),
                       .state_dir = text_in(*json, "state_dir"),
                       .restart = static_cast<int>(number_in(*json, "restart")),
                       .start = number_in(*json, "start", INT64_MAX),
                       .devices = {}};
    if (!start.spool.is_absolute() || !start.root.is_absolute() || !start.state_dir.is_absolute())
        return fail(Code::X203, "{} names no spool, no root or no state_dir", source);
    for (const Json& device : list_in(*json, "devices"))
        if (device.is_object())
            start.devices.push_back({{text_in(device, "name"), text_in(device, "pci")},
                                     counters_in(device, "counters")});
    return start;
}

std::string encode(const NodePlace& place) { return dumped(place_json(place)); }

NodePlace decode_node_place(std::string_view text) {
    const Json json = Json::parse(text, nullptr, false);
    return json.is_object() ? place_in(json) : NodePlace{};
}

std::string encode(const NetworkPart& part) {
    return dumped({{"schema", to_string(part_schema)},
                   {"job", part.job.value},
                   {"user_id", part.uid},
                   {"restart", part.restart},
                   {"cluster", part.cluster},
                   {"partition", part.partition},
                   {"node", part.node},
                   {"node_list", part.node_list},
                   {"nodes", part.nodes},
                   {"instance_type", part.instance_type},
                   {"placement", place_json(part.place)},
                   {"shared", part.shared},
                   {"start", part.start},
                   {"end", part.end},
                   {"devices", devices_json(part)}});
}

Result<NetworkPart> decode_network_part(std::string_view text, std::string_view source) {
    const auto json = parse_record(text, part_schema, source);
    if (!json)
        return std::unexpected(json.error());
    // Half of the range, so that sums with these do not overflow.
    constexpr std::int64_t latest = INT64_MAX / 2;
    NetworkPart part{.job = {static_cast<std::uint32_t>(number_in(*json, "job", UINT32_MAX))},
                     .uid = static_cast<std::uint32_t>(number_in(*json, "user_id", UINT32_MAX)),
                     .restart = static_cast<int>(number_in(*json, "restart")),
                     .cluster = text_in(*json, "cluster"),
                     .partition = text_in(*json, "partition"),
                     .node = text_in(*json, "node"),
                     .node_list = text_in(*json, "node_list"),
                     .nodes = static_cast<int>(number_in(*json, "nodes", most_hosts)),
                     .instance_type = text_in(*json, "instance_type"),
                     .place = place_in(object_in(*json, "placement")),
                     .shared = truth_in(*json, "shared"),
                     .start = number_in(*json, "start", latest),
                     .end = number_in(*json, "end", latest),
                     .devices = {}};
    if (!is_host_name(part.node))
        return fail(Code::X203, "{} names no node", source);
    for (const Json& device : list_in(*json, "devices"))
        if (device.is_object() && part.devices.size() < most_devices)
            part.devices.push_back(device_in(device));
    return part;
}

std::string report_json(const fabric::NetworkReport& report) {
    const NetworkPart& part = report.parts.front();
    Json nodes = Json::array();
    for (const NetworkPart& each : report.parts)
        nodes.push_back(node_json(each));
    return dumped({{"schema", to_string(report_schema)},
                   {"job", part.job.value},
                   {"user_id", part.uid},
                   {"cluster", part.cluster},
                   {"partition", part.partition},
                   {"restart", part.restart},
                   {"earlier_runs", report.earlier_runs},
                   {"start", report.start},
                   {"end", report.end},
                   {"verdict", to_string(report.verdict)},
                   {"reasons", report.reasons},
                   {"shared", report.shared},
                   {"nodes_expected", report.nodes},
                   {"missing_nodes", report.missing_nodes},
                   {"idle_nodes", report.idle_nodes},
                   {"totals", totals_json(report)},
                   {"errors", errors_json(report)},
                   {"placement", spread_json(report.spread)},
                   {"nodes", nodes}},
                  2);
}

} // namespace fairlead::state
