/// Which rules did something with a job: their names in its admin_comment, for people. Nothing is
/// decided from them.
#pragma once

#include "policy/evaluate.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fairlead::policy {

/// A rule's name and the sum of its text, with nothing in it that parts the words of a comment:
/// "no%20GPU:1f3a9c04" for "no GPU". A long name is cut.
std::string mark_of(std::string_view name, std::string_view text);

/// The name for people, as far as it was kept.
std::string name_in(std::string_view mark);

/// Whether the name may go on behind what was kept of it.
bool may_be_cut(std::string_view mark);

/// Whether both are of a rule of this name, whatever its text; as far as it was kept.
bool same_name(std::string_view mark, std::string_view other);

/// "fairlead-rules=short-jobs:1f3a9c04,gpu:00ab12ff and 3 more" of the rules that acted, in their
/// order; at most 256 bytes. Nothing where none did.
std::optional<Text> marks_of(std::span<const Rule> rules, std::span<const Fired> fired);

struct Marked {
    std::vector<std::string> marks;
    std::size_t more = 0; ///< rules of which there is the number alone
};

/// The last of them, which is the controller's: what rules or admins wrote stands before it.
Marked marked_in(std::string_view admin_comment);

} // namespace fairlead::policy
