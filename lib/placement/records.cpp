#include "placement/records.hpp"

#include "base/files.hpp"
#include "base/host_list.hpp"
#include "state/record.hpp"

#include <algorithm>

namespace fairlead::placement {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t largest_record = 64 * 1024;
constexpr const char* suffix = ".json";

/// "i-0123456789abcdef0", or eight digits of instances of old
bool is_instance_id(std::string_view id) {
    constexpr std::size_t shortest = 10, longest = 32;
    return id.size() >= shortest && id.size() <= longest && id.starts_with("i-") &&
           id.find_first_not_of("0123456789abcdef", 2) == std::string_view::npos;
}

/// The file's name is the node's; a record that says otherwise was put there by hand.
std::optional<state::NodeRecord> read_record(const fs::path& folder, const std::string& node) {
    const auto text = is_host_name(node) ? read_file(folder / (node + suffix), largest_record)
                                         : fail(Code::X203, "'{}' is no name", node);
    if (!text)
        return std::nullopt;
    auto record = state::decode_node_record(*text, node);
    if (!record || record->node != node || !is_instance_id(record->instance.id))
        return std::nullopt;
    return std::move(*record);
}

/// A clock that was set right just after the boot moves both times.
bool is_former(const state::NodeRecord& record, std::int64_t boot) {
    constexpr std::int64_t slack = 60;
    return boot > slack && !record.scanned.empty() &&
           record.scanned < state::utc(static_cast<std::time_t>(boot - slack));
}

/// Of an instance without a topology nobody knows the group but itself.
void complete(Place& told, Place&& own) {
    if (told.lifecycle.empty())
        told.lifecycle = std::move(own.lifecycle);
    if (told.zone.empty() && told.zone_id.empty())
        told.zone = std::move(own.zone);
    if (!told.path.empty() || !own.group || own.group == told.group)
        return;
    told.group = std::move(own.group);
    told.strategy = std::move(own.strategy);
}

} // namespace

Records read_records(const fs::path& state_dir, const std::vector<std::string>& nodes) {
    Records found;
    for (const std::string& node : nodes)
        if (auto record = read_record(state_dir / "nodes", node))
            found.records.push_back(std::move(*record));
        else
            found.without.push_back(node);
    return found;
}

Records read_records(const fs::path& state_dir) {
    std::vector<std::string> nodes;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(state_dir / "nodes", error))
        if (entry.path().extension() == suffix)
            nodes.push_back(entry.path().stem());
    std::ranges::sort(nodes);
    return read_records(state_dir, nodes);
}

Snapshot present(Snapshot places, const Records& records) {
    Snapshot now = current(std::move(places), instances_of(records));
    for (const state::NodeRecord& record : records.records) {
        const auto [entry, alone] = now.nodes.try_emplace(record.node, recorded_place(record));
        if (!alone)
            complete(entry->second, recorded_place(record));
    }
    return now;
}

void forget_former(Snapshot& places, const Records& records, const Boots& boots) {
    std::erase_if(places.nodes, [&](const auto& entry) { return !boots.contains(entry.first); });
    for (const state::NodeRecord& record : records.records)
        if (const auto boot = boots.find(record.node);
            boot != boots.end() && is_former(record, boot->second))
            places.nodes.erase(record.node);
}

Instances instances_of(const Records& records) {
    Instances instances;
    for (const state::NodeRecord& record : records.records)
        instances.emplace(record.node, record.instance.id);
    return instances;
}

} // namespace fairlead::placement
