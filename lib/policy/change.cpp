#include "policy/change.hpp"

#include "policy/sizes.hpp"

#include <type_traits>

namespace fairlead::policy {
namespace {

/// Stores a value of the kind that the rule reader made for the field.
void store(JobPatch& patch, const FieldEntry& field, const Value& value) {
    const auto into = [&](auto pointer) {
        if constexpr (!std::is_same_v<decltype(pointer), std::monostate>) {
            auto& member = patch.*pointer;
            using Held = typename std::remove_reference_t<decltype(member)>::value_type;
            if constexpr (std::is_same_v<Held, std::uint32_t>)
                member = static_cast<std::uint32_t>(std::get<std::uint64_t>(value));
            else if constexpr (std::is_same_v<Held, Text>)
                member = std::get<std::string>(value);
            else
                member = std::get<Held>(value);
        }
    };
    std::visit(into, field.patch);
}

bool differs(const View& view, const FieldRef& ref, const Value& value) {
    if (const auto* number = std::get_if<std::uint64_t>(&value))
        return number_of(view, ref) != *number;
    if (const auto* flag = std::get_if<bool>(&value))
        return flag_of(view, ref) != *flag;
    return text_of(view, ref) != std::string_view(std::get<std::string>(value));
}

/// The nodes that a job names or needs at least are nodes that it has.
bool over(const View& view, const FieldRef& ref, const Value& cap) {
    const auto number = ref.field->name == "most_nodes" ? nodes_of(view) : number_of(view, ref);
    return number.value_or(0) > std::get<std::uint64_t>(cap);
}

/// The piece may have separators within.
bool has_piece(std::string_view text, std::string_view piece, char separator) {
    const auto is_end = [&](std::size_t at) { return at >= text.size() || text[at] == separator; };
    for (std::size_t at = text.find(piece); at != std::string_view::npos;
         at = text.find(piece, at + 1))
        if ((at == 0 || is_end(at - 1)) && is_end(at + piece.size()))
            return true;
    return false;
}

char joint(const FieldEntry& field) {
    if (field.kind == Kind::Text)
        return ';';
    return field.name == "features" ? '&' : ',';
}

/// The words of a constraint that hold whatever is chosen: slurmctld reads `&` and `|` from left to
/// right (seen on 22.05 and 24.11), so they are those that `&` adds behind the last choice and the
/// last bracket. It refuses what it cannot put beside brackets.
std::string_view sure_words(std::string_view constraint) {
    const std::size_t last = constraint.find_last_of("|[](){}");
    if (last == std::string_view::npos)
        return constraint;
    const std::size_t added = constraint.find('&', last);
    return added == std::string_view::npos ? "" : constraint.substr(added + 1);
}

/// A licence of a server is another than that of the cluster.
std::string_view license_name(std::string_view word) {
    return word.substr(0, first_of(word, ":=("));
}

/// Whether the job is sure to have the licence: Slurm adds up what is named twice, and chooses
/// where there is a '|'.
bool names_license(const View& view, const FieldRef& ref, std::string_view name) {
    for (const Tres& tres : view.request.tres)
        if (tres.name.starts_with(license) && tres.name.substr(license.size()) == name)
            return true;
    const std::string_view text = text_of(view, ref).value_or("");
    return !text.contains('|') &&
           any_piece(text, ",;", [&](std::string_view word) { return license_name(word) == name; });
}

std::string unnamed_licenses(const View& view, const FieldRef& ref, std::string_view list) {
    std::string rest;
    any_piece(list, ",;", [&](std::string_view word) {
        if (!word.empty() && !names_license(view, ref, license_name(word)))
            rest += (rest.empty() ? "" : ",") + std::string(word);
        return false;
    });
    return rest;
}

/// What is to be appended of a value; empty where all of it is there.
std::string lacking(const View& view, const FieldRef& ref, const Value& value) {
    const std::string& piece = std::get<std::string>(value);
    if (ref.field->name == "licenses")
        return unnamed_licenses(view, ref, piece);
    const std::string_view text = text_of(view, ref).value_or("");
    const char separator = joint(*ref.field);
    return has_piece(separator == '&' ? sure_words(text) : text, piece, separator) ? "" : piece;
}

std::string with_piece(const View& view, const FieldRef& ref, const Value& value) {
    std::string piece = lacking(view, ref, value);
    const auto text = text_of(view, ref);
    if (!text || text->empty())
        return piece;
    std::string whole(*text);
    whole += joint(*ref.field);
    whole += piece;
    return whole;
}

} // namespace

const Value& filled(const Action& action, const View& view, Value& made) {
    const auto* message = std::get_if<Message>(&action.value);
    if (!message)
        return action.value;
    const bool for_admins = action.target.field->name == "admin_comment";
    return made = for_admins ? render_part(*message, view) : render(*message, view);
}

bool is_missing(const View& view, const FieldRef& ref) {
    return is_known(view, ref) && !is_set(view, ref);
}

bool binds(const Action& action) {
    const bool comment = action.verb == Verb::Append && action.target.field->kind == Kind::Text;
    return action.verb != Verb::Default && action.verb != Verb::Warn && !comment;
}

bool changes(const Action& action, const Value& value, const View& view) {
    const bool named = !view.request.modify || is_asked(view, action.target);
    switch (action.verb) {
    case Verb::Default:
        return is_missing(view, action.target);
    case Verb::Set:
    case Verb::Route:
        return named && (is_undecided(view, action.target) || differs(view, action.target, value));
    case Verb::Append:
        return named && !lacking(view, action.target, value).empty();
    case Verb::Cap:
        return over(view, action.target, value);
    default:
        return false;
    }
}

bool change(const Action& action, bool whatever_is_named, const View& view, JobPatch& patch) {
    Value made;
    const Value& value = filled(action, view, made);
    if (!changes(action, value, view) &&
        !(whatever_is_named && differs(view, action.target, value)))
        return false;
    if (action.verb == Verb::Append)
        store(patch, *action.target.field, with_piece(view, action.target, value));
    else
        store(patch, *action.target.field, value);
    return true;
}

} // namespace fairlead::policy
