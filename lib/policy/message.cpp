#include "policy/message.hpp"

#include "base/words.hpp"

#include <algorithm>

namespace fairlead::policy {

namespace {

/// As a part of an admin_comment that Fairlead reads again: "fairlead-hold=", "FL-S: ", a record.
bool begins_as_ours(std::string_view part) {
    return part.starts_with("fairlead") || part.starts_with("FL-") || part.starts_with('{');
}

} // namespace

std::optional<FieldRef> read_field(std::string_view name) {
    const std::size_t dot = name.find('.');
    FieldRef ref{.field = find_field(name.substr(0, dot))};
    if (!ref.field)
        return std::nullopt;
    const bool keyed =
        ref.field->special == Special::Tres || ref.field->special == Special::Environment;
    const bool has_key = dot != std::string_view::npos && dot + 1 < name.size();
    if (keyed != has_key || (!keyed && dot != std::string_view::npos))
        return std::nullopt;
    if (!keyed)
        return ref;
    ref.key = name.substr(dot + 1);
    if (ref.field->special == Special::Environment)
        return ref;
    if (const std::size_t colon = ref.key.find(':'); colon != std::string::npos) {
        ref.type = ref.key.substr(colon + 1);
        ref.key.resize(colon);
    }
    return ref;
}

Message read_message(std::string_view text, std::string_view rule) {
    Message message;
    const auto add = [&](std::string_view literal) {
        if (!literal.empty())
            message.pieces.push_back({.text = std::string(literal)});
    };
    for (;;) {
        const std::size_t open = text.find('{');
        const std::size_t close = text.find('}', open);
        if (open == std::string_view::npos || close == std::string_view::npos)
            break;
        add(text.substr(0, open));
        const std::string_view name = text.substr(open + 1, close - open - 1);
        if (const auto field = read_field(name)) {
            message.pieces.push_back({.field = *field});
        } else if (name == "rule") {
            add(rule);
        } else {
            message.unknown.emplace_back(name);
            add(text.substr(open, close - open + 1));
        }
        text.remove_prefix(close + 1);
    }
    add(text);
    return message;
}

std::string render(const Message& message, const View& view) {
    std::string text;
    for (const Piece& piece : message.pieces)
        text += piece.field.field ? shown(view, piece.field) : piece.text;
    return text;
}

std::string render_part(const Message& message, const View& view) {
    std::string text;
    std::vector<bool> of_value; // of each byte, whether the site did not write it itself
    for (const Piece& piece : message.pieces) {
        std::string value = piece.field.field ? shown(view, piece.field) : piece.text;
        if (piece.field.field)
            std::ranges::replace(value, ';', ',');
        text += value;
        of_value.resize(text.size(), piece.field.field != nullptr);
    }
    std::string marked;
    std::size_t at = 0;
    for (const std::string_view part : split(text, ';')) {
        const std::string_view bare = trimmed(part);
        marked += at > 0 ? ";" : "";
        if (begins_as_ours(bare) && of_value[at + part.find(bare)])
            marked += '-';
        marked += part;
        at += part.size() + 1;
    }
    return marked;
}

} // namespace fairlead::policy
