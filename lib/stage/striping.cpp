#include "stage/striping.hpp"

#include "base/log.hpp"
#include "base/words.hpp"

#include <algorithm>

namespace fairlead::stage {

bool is_striped(const config::Stripes& stripes, std::string_view path, std::uint64_t size) {
    constexpr std::uint64_t mib = 1024 * 1024;
    return size >= static_cast<std::uint64_t>(stripes.at_least) * mib &&
           std::ranges::any_of(stripes.folders,
                               [&](const std::string& folder) { return path.starts_with(folder); });
}

Staged<void> stripe(const Item& item, const std::string& temporary, HandLane& hand,
                    const config::Staging& site) {
    constexpr auto wait = std::chrono::seconds(30);
    constexpr std::size_t shown = 300;
    const std::string& path = item.destination.path;
    if (!is_striped(site.stripes, path, item.size))
        return {};
    const std::string folder = path.substr(0, path.rfind('/'));
    if (auto made = hand.make_folder(folder); !made)
        return made;
    const auto ended = hand.run({site.lfs, "setstripe", "--stripe-count",
                                 fmt::format("{}", site.stripes.count), folder + "/" + temporary},
                                wait);
    if (!ended)
        return std::unexpected(ended.error());
    if (ended->status != 0)
        log::write(log::Level::Info,
                   fmt::format("{} is not striped: {}", printable(path, shown),
                               printable(std::string(trimmed(ended->output)), shown)));
    return {};
}

} // namespace fairlead::stage
