#include "cost/instances.hpp"

#include "base/files.hpp"
#include "base/host_list.hpp"
#include "base/words.hpp"
#include "cost/csv.hpp"

#include <algorithm>
#include <array>

namespace fairlead::cost {
namespace {

constexpr std::array<std::string_view, 4> needed{"instance", "node", "launched", "ended"};
constexpr std::array<std::string_view, 2> optional_columns{"ready", "state_reason"};
constexpr std::size_t largest_list = 64 * 1024 * 1024;

/// An empty field is not known.
Result<std::optional<Time>> read_moment(const CsvRow& row, std::string_view column,
                                        std::string_view file) {
    const std::string& text = row[column];
    if (text.empty())
        return std::nullopt;
    if (const auto time = read_time(text))
        return *time;
    return fail(Code::C110, "{}:{}: {} is '{}'; expected a time such as 2026-06-01T08:00:00Z", file,
                row.line(), column, printable(text));
}

bool is_instance_id(std::string_view text) {
    constexpr std::size_t longest = 64;
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    };
    return !text.empty() && text.size() <= longest && std::ranges::all_of(text, allowed);
}

Result<Instance> read_instance(const CsvRow& row, std::string_view file) {
    if (!is_instance_id(row["instance"]) || !is_host_name(row["node"]))
        return fail(Code::C110, "{}:{}: '{}' and '{}'; expected the id of an instance and a node",
                    file, row.line(), printable(row["instance"]), printable(row["node"]));
    const auto launched = read_moment(row, "launched", file);
    const auto ready = read_moment(row, "ready", file);
    const auto ended = read_moment(row, "ended", file);
    for (const auto* time : {&launched, &ready, &ended})
        if (!*time)
            return std::unexpected(time->error());
    if (!*launched)
        return fail(Code::C110, "{}:{}: launched is empty", file, row.line());
    if ((*ended && **ended < **launched) || (*ready && **ready < **launched))
        return fail(Code::C110, "{}:{}: {} ended, or was ready, before it was launched", file,
                    row.line(), row["instance"]);
    const std::string& reason = row["state_reason"];
    return Instance{.id = row["instance"],
                    .node = row["node"],
                    .launched = **launched,
                    .ready = *ready,
                    .ended = *ended,
                    .reclaimed = reason == "Server.SpotInstanceTermination" ||
                                 reason == "Server.SpotInstanceShutdown"};
}

} // namespace

Result<void> Instances::add(const CsvRow& row, std::string_view file) {
    auto instance = read_instance(row, file);
    if (!instance)
        return std::unexpected(instance.error());
    if (!ids_.emplace(instance->id, all_.size()).second)
        return fail(Code::C110, "{}:{}: {} stands there twice", file, row.line(), instance->id);
    of_node_[instance->node].push_back(all_.size());
    all_.push_back(std::move(*instance));
    return {};
}

/// Nodes have their instances one behind the other.
Result<void> Instances::sort(std::string_view file) {
    for (auto& [node, list] : of_node_) {
        std::ranges::sort(list, {}, [&](std::size_t i) { return all_[i].launched; });
        for (std::size_t i = 0; i + 1 < list.size(); ++i) {
            const Instance &one = all_[list[i]], &next = all_[list[i + 1]];
            if (!one.ended || *one.ended > next.launched)
                return fail(Code::C110, "{}: node {} is {} and {} at the same time, from {} on",
                            file, node, one.id, next.id, show_time(next.launched));
        }
    }
    return {};
}

Result<Instances> Instances::parse(std::string_view csv, std::string_view file) {
    CsvFile rows;
    if (auto done = read_csv(csv, file, Code::C110, needed, optional_columns, rows); !done)
        return std::unexpected(done.error());
    Instances instances;
    for (const CsvRow& row : rows.rows)
        if (auto done = instances.add(row, file); !done)
            return std::unexpected(done.error());
    if (auto done = instances.sort(file); !done)
        return std::unexpected(done.error());
    return instances;
}

Result<Instances> Instances::load(const std::filesystem::path& file) {
    const auto text = read_file(file, largest_list);
    if (!text)
        return std::unexpected(text.error());
    return parse(*text, file.native());
}

std::optional<std::size_t> Instances::at(std::string_view node, Time from, Time to) const {
    const auto list = of_node_.find(node);
    if (list == of_node_.end())
        return std::nullopt;
    std::optional<std::size_t> best;
    std::chrono::seconds longest(0);
    const auto is_over = [&](std::size_t i) { return all_[i].ended && *all_[i].ended <= from; };
    for (auto next = std::ranges::partition_point(list->second, is_over);
         next != list->second.end() && all_[*next].launched < to; ++next) {
        const Instance& instance = all_[*next];
        const auto together =
            std::min(to, instance.ended.value_or(to)) - std::max(from, instance.launched);
        if (together > longest) {
            best = *next;
            longest = together;
        }
    }
    return best;
}

} // namespace fairlead::cost
