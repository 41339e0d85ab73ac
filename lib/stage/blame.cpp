#include "stage/blame.hpp"

#include "base/words.hpp"

#include <algorithm>

namespace fairlead::stage {
namespace {

/// "/a\040b" of mountinfo (proc(5)): a blank, a tab, a line end and a backslash are octal.
std::string plain(std::string_view text) {
    constexpr std::size_t digits = 3;
    std::string whole;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\' || i + digits >= text.size()) {
            whole += text[i];
            continue;
        }
        int value = 0;
        for (std::size_t digit = 1; digit <= digits; ++digit)
            value = value * 8 + (text[i + digit] - '0');
        whole += static_cast<char>(value);
        i += digits;
    }
    return whole;
}

/// The id of the mount that a path is on: of the deepest, and of two at one place the later.
std::string_view mount_of(std::string_view mounts, std::string_view path) {
    constexpr std::size_t id = 0, place = 4;
    std::string_view found;
    std::size_t deepest = 0;
    for (const std::string_view line : split(mounts, '\n')) {
        const auto words = split(line, ' ');
        if (words.size() <= place)
            continue;
        const std::string point = plain(words[place]);
        if (point.size() < deepest || !config::lies_in(path, point))
            continue;
        found = words[id];
        deepest = point.size();
    }
    return found;
}

} // namespace

bool is_sites(const config::Staging& site, std::string_view mounts, std::string_view path,
              MountId failed) {
    const std::string mount =
        failed != unknown_mount ? std::to_string(failed) : std::string(mount_of(mounts, path));
    return std::ranges::any_of(config::site_folders(site), [&](const std::string& folder) {
        return config::lies_in(path, folder) && mount == mount_of(mounts, folder);
    });
}

Fault blamed(const Fault& fault, const config::Staging& site, std::string_view mounts,
             std::span<const std::string> paths, MountId failed) {
    const auto sites = [&](const std::string& path) {
        return is_sites(site, mounts, path, failed);
    };
    const bool sites_own = failed != unknown_mount
                               ? std::ranges::any_of(paths, sites)
                               : !paths.empty() && std::ranges::all_of(paths, sites);
    // Without the mounts nothing is known.
    if (fault.outcome != Outcome::NodeFault || (sites_own && !mounts.empty()))
        return fault;
    return {Outcome::DataFault, {Code::S126, fault.error.message}};
}

} // namespace fairlead::stage
