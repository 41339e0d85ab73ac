#include "state/node_record.hpp"

#include "base/files.hpp"
#include "base/host_list.hpp"
#include "base/words.hpp"
#include "state/record.hpp"

namespace fairlead::state {
namespace {

constexpr Schema schema{"fairlead.node", 1};

Json or_null(const std::optional<std::string>& text) { return text ? Json(*text) : Json(nullptr); }

std::optional<std::string> optional_text(const Json& record, const char* name) {
    const auto field = record.find(name);
    if (field == record.end() || !field->is_string())
        return std::nullopt;
    return field->get<std::string>();
}

Result<void> write_in(const std::filesystem::path& folder, const std::string& name,
                      const std::string& text) {
    if (auto made = make_folders(folder, 0755); !made)
        return made;
    return write_atomic(folder / name, text, 0644);
}

} // namespace

std::string encode(const NodeRecord& record) {
    Json efa = Json::array();
    for (const auto& device : record.efa)
        efa.push_back({{"name", device.name}, {"pci", device.pci}});
    const Json json{{"schema", to_string(schema)},
                    {"node", record.node},
                    {"boot_id", record.boot_id},
                    {"instance_id", record.instance.id},
                    {"instance_type", record.instance.type},
                    {"availability_zone", or_null(record.availability_zone)},
                    {"lifecycle", or_null(record.lifecycle)},
                    {"launch_time", or_null(record.launch_time)},
                    {"efa", efa},
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
    record.availability_zone = optional_text(*json, "availability_zone");
    record.lifecycle = optional_text(*json, "lifecycle");
    record.launch_time = optional_text(*json, "launch_time");
    record.scanned = optional_text(*json, "scanned").value_or("");
    const Json devices = json->value("efa", Json::array());
    for (const Json& device : devices)
        if (device.is_object())
            record.efa.push_back({optional_text(device, "name").value_or(""),
                                  optional_text(device, "pci").value_or("")});
    return record;
}

Result<void> write_node_record(const std::filesystem::path& run,
                               const std::filesystem::path& state_dir, const NodeRecord& record) {
    if (!is_host_name(record.node))
        return fail(Code::X203, "'{}' is not a node name", printable(record.node));
    const std::string text = encode(record);
    if (auto written = write_in(run, "node.json", text); !written)
        return written;
    std::error_code error;
    if (!std::filesystem::is_directory(state_dir, error))
        return fail(Code::X201, "state_dir {} does not exist; mount or create it",
                    state_dir.native());
    return write_in(state_dir / "nodes", record.node + ".json", text);
}

} // namespace fairlead::state
