#include "doctor/plugstack_findings.hpp"

#include "base/files.hpp"
#include "setup/plugstack.hpp"

#include <algorithm>
#include <fmt/ranges.h>

namespace fairlead::doctor {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view area = "plugstack";

struct Place {
    fs::path file;
    setup::PlugstackLine line;
    bool read; ///< Slurm comes to the file
};

std::string shown(const Place& place) {
    return fmt::format("{}:{}", place.file.native(), place.line.number);
}

std::vector<fs::path> files_beside(const fs::path& plugstack) {
    std::vector<fs::path> files;
    std::error_code error;
    for (const auto& entry :
         fs::directory_iterator(plugstack.parent_path() / "plugstack.conf.d", error))
        if (entry.path().extension() == ".conf")
            files.push_back(entry.path());
    std::ranges::sort(files);
    return files;
}

Result<std::vector<Place>> places_in(const fs::path& plugstack) {
    std::vector<Place> places;
    const auto main = read_file(plugstack);
    if (!main && main.error().code != Code::X101)
        return std::unexpected(main.error());
    if (main)
        if (const auto line = setup::find_line(*main))
            places.push_back({plugstack, *line, true});
    for (const fs::path& file : files_beside(plugstack)) {
        const auto text = read_file(file);
        if (!text)
            return std::unexpected(text.error());
        if (const auto line = setup::find_line(*text))
            places.push_back({file, *line, main && setup::includes(*main, file)});
    }
    return places;
}

Finding finding_of(const Place& place, const fs::path& plugstack) {
    Finding finding{.area = std::string(area), .health = Health::Problem, .what = {}};
    if (!place.read) {
        finding.what = fmt::format("{} names the plugin, but {} does not include the file",
                                   shown(place), plugstack.native());
        finding.fix = fmt::format("add to {}: include {}/*.conf", plugstack.native(),
                                  place.file.parent_path().native());
    } else if (!place.line.required) {
        finding.what = fmt::format("{} says optional: a step that the plugin refuses would run "
                                   "all the same",
                                   shown(place));
        finding.fix = "write required";
    } else if (std::ranges::find(place.line.arguments, setup::off_word) !=
               place.line.arguments.end()) {
        finding.health = Health::Advice;
        finding.what = fmt::format("{} has it switched off", shown(place));
        finding.fix = "run `fairlead enable --spank`";
    } else {
        return good(area, fmt::format("{} loads the SPANK plugin", shown(place)));
    }
    return finding;
}

std::string all_of(const std::vector<Place>& places) {
    std::vector<std::string> all;
    for (const Place& place : places)
        all.push_back(shown(place));
    return fmt::format("{}", fmt::join(all, ", "));
}

} // namespace

PlugstackLook look_at_plugstack(const fs::path& plugstack) {
    const auto places = places_in(plugstack);
    if (!places)
        return {{from_error(area, Health::Problem, places.error())}, false};
    if (places->empty())
        return {{{std::string(area), Health::Advice,
                  fmt::format("no line of {} names the SPANK plugin: its options do not exist here",
                              plugstack.native()),
                  "run `fairlead enable --spank`, first on login nodes, then on compute nodes"}},
                false};
    if (places->size() > 1)
        return {{{std::string(area), Health::Problem,
                  fmt::format("{} each name the plugin, and Slurm runs it once for each",
                              all_of(*places)),
                  "leave one of the lines"}},
                true};
    return {{finding_of(places->front(), plugstack)}, places->front().read};
}

} // namespace fairlead::doctor
