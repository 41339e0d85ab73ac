/// Tests of one field of a job, and the logic of conditions whose answer may be unknown.
#pragma once

#include "policy/fields.hpp"

#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace re2 {
class RE2;
}

namespace fairlead::policy {

/// Kleene's logic: `all` is the least, `any` the largest.
enum class Truth { No, Unknown, Yes };

constexpr Truth truth(bool holds) { return holds ? Truth::Yes : Truth::No; }
constexpr Truth negated(Truth value) {
    return value == Truth::Unknown ? value : truth(value == Truth::No);
}

struct IsSet {
    bool wanted;
};

/// A text that is one of these, or matches one of the globs.
struct OneOf {
    std::vector<std::string> words, globs;
};

/// Both ends belong to it; low above high holds nothing.
struct Range {
    std::uint64_t low = 0, high = unlimited;
    bool operator==(const Range&) const = default;
};

struct Ranges {
    std::vector<Range> ranges;
};

struct IsFlag {
    bool wanted;
};

/// Found anywhere in the text. RE2 takes time linear in it, whatever the pattern.
struct Pattern {
    std::shared_ptr<const re2::RE2> expression;
};

using Matcher = std::variant<IsSet, OneOf, Ranges, IsFlag, Pattern>;

/// Unknown where an update does not name the field.
Truth matches(const Matcher& matcher, const View& view, const FieldRef& ref);

/// `*` stands for any text, `?` for one character. Time is bounded by the product of both lengths.
bool glob_matches(std::string_view glob, std::string_view text);

/// The same for the same test: "[a,b*]", "4..8", "unset".
std::string show(const Matcher& matcher, Unit unit);

} // namespace fairlead::policy
