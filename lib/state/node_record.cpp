#include "state/node_record.hpp"

#include "base/boot.hpp"
#include "base/files.hpp"
#include "base/host_list.hpp"
#include "base/words.hpp"
#include "state/record.hpp"

namespace fairlead::state {
namespace {

constexpr Schema schema{"fairlead.node", 1};
constexpr const char* file_name = "node.json";

template <class T>
Json or_null(const std::optional<T>& value) {
    return value ? Json(*value) : Json(nullptr);
}

std::optional<std::string> optional_text(const Json& record, const char* name) {
    const auto field = record.find(name);
    if (field == record.end() || !field->is_string())
        return std::nullopt;
    return field->get<std::string>();
}

std::optional<int> optional_number(const Json& record, const char* name) {
    const auto field = record.find(name);
    if (field == record.end() || !field->is_number_integer())
        return std::nullopt;
    return field->get<int>();
}

std::optional<std::vector<std::string>> optional_texts(const Json& record, const char* name) {
    const auto field = record.find(name);
    if (field == record.end() || !field->is_array())
        return std::nullopt;
    std::vector<std::string> texts;
    for (const Json& text : *field)
        if (text.is_string())
            texts.push_back(text.get<std::string>());
    return texts;
}

std::optional<std::vector<int>> optional_numbers(const Json& record, const char* name) {
    const auto field = record.find(name);
    if (field == record.end() || !field->is_array())
        return std::nullopt;
    std::vector<int> numbers;
    for (const Json& number : *field)
        if (number.is_number_integer())
            numbers.push_back(number.get<int>());
    return numbers;
}

Json probe_json(const fabric::ProbeAnswer& probe) {
    return {{"libfabric", probe.libfabric},
            {"library", probe.library},
            {"modified", probe.modified},
            {"provider_version", probe.provider_version},
            {"devices", probe.pci}};
}

std::optional<fabric::ProbeAnswer> probe_of(const Json& record) {
    const auto field = record.find("libfabric");
    if (field == record.end() || !field->is_object())
        return std::nullopt;
    auto answer = fabric::parse_probe(field->dump());
    return answer ? std::optional(std::move(*answer)) : std::nullopt;
}

aws::InstanceFacts facts_of(const Json& record) {
    return {.instance_id = optional_text(record, "metadata_id"),
            .instance_type = optional_text(record, "metadata_type"),
            .availability_zone = optional_text(record, "availability_zone"),
            .zone_id = optional_text(record, "zone_id"),
            .lifecycle = optional_text(record, "lifecycle"),
            .launch_time = optional_text(record, "launch_time"),
            .placement_group = optional_text(record, "placement_group"),
            .partition_number = optional_number(record, "partition_number"),
            .network_cards = optional_numbers(record, "network_cards")};
}

Result<void> write_in(const std::filesystem::path& folder, const std::string& name,
                      const NodeRecord& record) {
    if (!is_host_name(record.node))
        return fail(Code::X203, "'{}' is not a node name", printable(record.node));
    if (auto made = make_folders(folder, 0755); !made)
        return made;
    return write_atomic(folder / name, encode(record), 0644);
}

} // namespace

std::string encode(const NodeRecord& record) {
    Json efa = Json::array();
    for (const auto& device : record.efa)
        efa.push_back({{"name", device.name}, {"pci", device.pci}});
    const aws::InstanceFacts& facts = record.facts;
    const Json json{{"schema", to_string(schema)},
                    {"node", record.node},
                    {"boot_id", record.boot_id},
                    {"instance_id", record.instance.id},
                    {"instance_type", record.instance.type},
                    {"metadata_id", or_null(facts.instance_id)},
                    {"metadata_type", or_null(facts.instance_type)},
                    {"availability_zone", or_null(facts.availability_zone)},
                    {"zone_id", or_null(facts.zone_id)},
                    {"lifecycle", or_null(facts.lifecycle)},
                    {"launch_time", or_null(facts.launch_time)},
                    {"placement_group", or_null(facts.placement_group)},
                    {"partition_number", or_null(facts.partition_number)},
                    {"network_cards", or_null(facts.network_cards)},
                    {"efa", efa},
                    {"libfabric", record.probe ? probe_json(*record.probe) : Json(nullptr)},
                    {"hwloc", or_null(record.hwloc)},
                    {"scanned", record.scanned}};
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<NodeRecord> decode_node_record(std::string_view text, std::string_view source) {
    const auto json = parse_record(text, schema, source);
    if (!json)
        return std::unexpected(json.error());
    NodeRecord record;
    record.node = optional_text(*json, "node").value_or("");
    record.boot_id = optional_text(*json, "boot_id").value_or("");
    record.instance.id = optional_text(*json, "instance_id").value_or("");
    record.instance.type = optional_text(*json, "instance_type").value_or("");
    record.facts = facts_of(*json);
    record.probe = probe_of(*json);
    record.hwloc = optional_texts(*json, "hwloc");
    record.scanned = optional_text(*json, "scanned").value_or("");
    const Json devices = json->value("efa", Json::array());
    for (const Json& device : devices)
        if (device.is_object())
            record.efa.push_back({optional_text(device, "name").value_or(""),
                                  optional_text(device, "pci").value_or("")});
    return record;
}

Result<NodeRecord> read_node_record(const std::filesystem::path& run) {
    const auto path = run / file_name;
    // Asked for first: a missing file is no untrusted one.
    const auto text = read_file(path);
    if (!text)
        return std::unexpected(text.error());
    if (auto trusted = check_trusted(path); !trusted)
        return std::unexpected(trusted.error());
    auto record = decode_node_record(*text, path.native());
    if (record && record->boot_id != boot_id())
        return fail(Code::X203, "{} is of another boot", path.native());
    return record;
}

Result<void> write_node_record(const std::filesystem::path& run, const NodeRecord& record) {
    return write_in(run, file_name, record);
}

Result<void> keep_node_record(const std::filesystem::path& state_dir, const NodeRecord& record) {
    std::error_code error;
    if (!std::filesystem::is_directory(state_dir, error))
        return fail(Code::X201, "state_dir {} does not exist; mount or create it",
                    state_dir.native());
    return write_in(state_dir / "nodes", record.node + ".json", record);
}

} // namespace fairlead::state
