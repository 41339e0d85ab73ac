#include "placement/picture.hpp"

#include "base/words.hpp"
#include "placement/hostlist.hpp"

#include <algorithm>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace fairlead::placement {
namespace {

using Json = nlohmann::ordered_json;

const Place* place_of(const Picture& picture, const std::string& node) {
    const auto entry = picture.snapshot.nodes.find(node);
    return entry == picture.snapshot.nodes.end() ? nullptr : &entry->second;
}

bool is_up(const Picture& picture, const std::string& node) {
    const auto entry = picture.cluster.nodes.find(node);
    return entry != picture.cluster.nodes.end() && entry->second;
}

const std::vector<std::string>& jobs_on(const Picture& picture, const std::string& node) {
    static const std::vector<std::string> none;
    const auto jobs = picture.jobs.find(node);
    return jobs == picture.jobs.end() ? none : jobs->second;
}

/// Why a node is not at its place, where it is not.
std::string_view remark(const Picture& picture, const std::string& node, const Place* place) {
    if (!is_up(picture, node))
        return "powered down";
    if (!place)
        return "place unknown";
    return place->path.empty() ? "no topology from EC2" : "";
}

/// "hpc7a.96xlarge, cluster group pg-a"
std::string describe(const Picture& picture, const std::string& node) {
    const Place* place = place_of(picture, node);
    std::vector<std::string> parts;
    if (const auto why = remark(picture, node, place); !why.empty())
        parts.emplace_back(why);
    if (place && is_up(picture, node)) {
        parts.insert(parts.begin(), printable(place->type));
        if (const std::string group = place->group.value_or(""); !group.empty())
            parts.push_back(fmt::format("{}{}group {}", printable(place->strategy),
                                        place->strategy.empty() ? "" : " ", printable(group)));
        if (!place->capacity_block.empty())
            parts.push_back("capacity block " + printable(place->capacity_block));
    }
    if (const auto& jobs = jobs_on(picture, node); !jobs.empty())
        parts.push_back(
            fmt::format("{} {}", jobs.size() == 1 ? "job" : "jobs", fmt::join(jobs, " ")));
    return fmt::format("{}", fmt::join(parts, ", "));
}

/// Nodes that have the same to be said of them share a line, in the order of the first of each.
std::vector<std::pair<std::string, std::string>> lines_of(const Picture& picture,
                                                          const Branch& branch) {
    std::vector<std::pair<std::string, std::vector<std::string>>> alike;
    for (const std::string& node : branch.nodes) {
        const std::string said = describe(picture, node);
        auto line = std::ranges::find(alike, said, [](const auto& entry) { return entry.first; });
        if (line == alike.end())
            line = alike.insert(line, {said, {}});
        line->second.push_back(node);
    }
    std::vector<std::pair<std::string, std::string>> lines;
    for (const auto& [said, nodes] : alike)
        lines.emplace_back(compress(nodes), said);
    return lines;
}

void draw_branch(const Picture& picture, const Branch& branch, const std::string& margin,
                 std::string& text) {
    const auto lines = lines_of(picture, branch);
    std::size_t left = branch.branches.size() + lines.size();
    for (const Branch& child : branch.branches) {
        const bool last = --left == 0;
        text += fmt::format("{}{} {}\n", margin, last ? "└─" : "├─", child.name);
        draw_branch(picture, child, margin + (last ? "   " : "│  "), text);
    }
    std::size_t width = 0;
    for (const auto& [nodes, said] : lines)
        width = std::max(width, nodes.size());
    for (const auto& [nodes, said] : lines)
        text +=
            fmt::format("{}{} {:<{}}  {}\n", margin, --left == 0 ? "└─" : "├─", nodes, width, said);
}

Json node_json(const Picture& picture, const std::string& node) {
    Json json{{"node", node}, {"up", is_up(picture, node)}, {"jobs", jobs_on(picture, node)}};
    if (const Place* place = place_of(picture, node))
        json.update({{"instance_id", place->instance},
                     {"instance_type", place->type},
                     {"network_nodes", place->path},
                     {"placement_group", place->group ? Json(*place->group) : Json()},
                     {"strategy", place->strategy},
                     {"availability_zone", place->zone},
                     {"capacity_block", place->capacity_block}});
    return json;
}

Json branch_json(const Picture& picture, const Branch& branch) {
    Json json{{"name", branch.name}, {"switches", Json::array()}, {"nodes", Json::array()}};
    for (const Branch& child : branch.branches)
        json["switches"].push_back(branch_json(picture, child));
    for (const std::string& node : branch.nodes)
        json["nodes"].push_back(node_json(picture, node));
    return json;
}

} // namespace

std::string draw_text(const Picture& picture) {
    std::string text =
        fmt::format("network of {}, as EC2 described it at {}\n",
                    printable(picture.snapshot.region), printable(picture.snapshot.taken));
    for (const Branch& root : picture.layout.roots) {
        text += root.name + "\n";
        draw_branch(picture, root, "", text);
    }
    return text;
}

std::string draw_json(const Picture& picture) {
    Json roots = Json::array();
    for (const Branch& root : picture.layout.roots)
        roots.push_back(branch_json(picture, root));
    const Json json{{"schema", "fairlead.network-tree/1"},
                    {"region", picture.snapshot.region},
                    {"taken", picture.snapshot.taken},
                    {"roots", std::move(roots)}};
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace fairlead::placement
