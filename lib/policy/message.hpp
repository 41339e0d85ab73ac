/// A message of a rule with placeholders: "partition {partition} takes at most 4 nodes".
#pragma once

#include "policy/fields.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace fairlead::policy {

struct Piece {
    std::string text{}; ///< as it stands, where there is no field
    FieldRef field{};
};

struct Message {
    std::vector<Piece> pieces;
    std::vector<std::string> unknown; ///< placeholders that name no field; they stay as they are
};

/// `{rule}` is the name of the rule, any other word in braces a field. A brace without its partner
/// is text.
Message read_message(std::string_view text, std::string_view rule);

/// Values are a user's: made printable and cut short.
std::string render(const Message& message, const View& view);

/// The same for an admin_comment, where values begin no part that Fairlead reads again: a ';' in
/// them is a ',', and a part that a value begins, and that looks like one of ours, has a '-' before
/// it.
std::string render_part(const Message& message, const View& view);

/// A field by its name in a rule; none where the name is unknown, or a key is missing or too much.
std::optional<FieldRef> read_field(std::string_view name);

} // namespace fairlead::policy
