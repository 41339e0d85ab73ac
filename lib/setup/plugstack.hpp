/// plugstack.conf, as far as it concerns Fairlead: which line of it names the SPANK plugin.
///
/// Format: plugstack.conf(5): `required|optional PLUGIN ARGUMENTS` or `include PATTERN`, `#` begins
/// a comment.
#pragma once

#include "base/error.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fairlead::setup {

inline constexpr std::string_view spank_object = "spank_fairlead.so";

/// The argument with which the plugin takes its options and does nothing else.
inline constexpr std::string_view off_word = "off";

struct PlugstackLine {
    std::size_t number; ///< from 1
    bool required;
    std::vector<std::string> arguments;
};

/// The first line that names our plugin, by whatever path.
std::optional<PlugstackLine> find_line(std::string_view text);

/// Whether an `include` of the text reads `file`.
bool includes(std::string_view text, const std::filesystem::path& file);

/// Our own file with the plugin switched on or off. The arguments that someone added are kept; an
/// empty text gives the file as it is written first. FL-X106 where the line says `optional`.
Result<std::string> switched(std::string_view text, bool on);

} // namespace fairlead::setup
