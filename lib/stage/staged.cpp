#include "stage/staged.hpp"

#include "stage/plan.hpp"

#include <nlohmann/json.hpp>

namespace fairlead::stage {
namespace {

using Json = nlohmann::json;

/// Whether a file is as it was left; it is counted.
bool stands(const Json& entry, HandLane& hand, const Journal& journal, Tree& tree) {
    const auto path = entry.find("path");
    if (path == entry.end() || !path->is_string())
        return false;
    if (entry.contains("skipped")) {
        ++tree.skipped;
        return true;
    }
    const std::string name = path->get<std::string>();
    if (!name.starts_with('/'))
        return false;
    const auto state = hand.look(name);
    if (!state || state->kind != FileState::Kind::File ||
        !journal.has_left(name, version_of(*state)))
        return false;
    ++tree.files;
    tree.bytes += state->size;
    return true;
}

} // namespace

std::optional<Tree> still_there(const std::filesystem::path& folder, HandLane& hand,
                                const Journal& journal, Report& report) {
    std::ifstream manifest{folder / manifest_file};
    std::string line;
    if (!std::getline(manifest, line))
        return std::nullopt;
    Tree tree;
    while (std::getline(manifest, line)) {
        const Json entry = Json::parse(line, nullptr, false);
        if (!entry.is_object() || !stands(entry, hand, journal, tree))
            return std::nullopt;
        report.went_on();
    }
    return tree;
}

} // namespace fairlead::stage
