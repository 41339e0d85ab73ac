/// Words of a grammar: splitting a value and proposing the nearest valid word.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fairlead {

/// "a,b,,c" split at ',' gives {"a", "b", "", "c"}; an empty text gives {""}.
std::vector<std::string_view> split(std::string_view text, char separator);

/// The same without spaces, tabs and line ends at both sides.
std::string_view trimmed(std::string_view text);

/// The candidate with the fewest edits (insert, delete, change, swap neighbours); the first of
/// equals; empty when nothing is closer than half of the word.
std::string_view nearest_word(std::string_view word, std::span<const std::string_view> candidates);

/// ", did you mean 'nic'?" or, where nothing is near, "; expected one of: a, b, c".
std::string suggestion(std::string_view word, std::span<const std::string_view> candidates);

/// A hostile text made fit for a terminal or a log: control characters shown as '?', "..." after
/// `limit` bytes.
std::string printable(std::string_view text, std::size_t limit = 64);

} // namespace fairlead
