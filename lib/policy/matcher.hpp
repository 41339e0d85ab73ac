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

/// A text that is one of these, or matches one of the globs. Of several words one is enough, or
/// there is one and all do.
struct OneOf {
    std::vector<std::string> words, globs;
    bool only = false;
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

/// Found anywhere in the text.
struct Pattern {
    std::shared_ptr<const re2::RE2> expression;
    std::size_t size = 1; ///< RE2's instructions; a plain pattern has a few dozen
};

/// slurmctld waits while a text is looked through, and a script has up to 4 MB. RE2 takes at most
/// some 40 ns for a byte and an instruction, where a hostile text makes it leave its automaton
/// (seen), a glob a nanosecond for a byte and a character; so neither takes more than 0.2 s.
inline constexpr std::size_t most_pattern_work = std::size_t{4} << 20,
                             most_glob_work = std::size_t{64} << 20;

/// Bytes of the longest text that a pattern of so many instructions looks through.
constexpr std::size_t longest_text(std::size_t instructions) {
    return most_pattern_work / (instructions == 0 ? 1 : instructions);
}

using Matcher = std::variant<IsSet, OneOf, Ranges, IsFlag, Pattern>;

/// Unknown where an update does not name the field, and where a text is too long to look through.
Truth matches(const Matcher& matcher, const View& view, const FieldRef& ref);

/// `*` stands for any text, `?` for one character. Time is bounded by the product of both lengths.
bool glob_matches(std::string_view glob, std::string_view text);

/// The same for the same test: "[a,b*]", "4..8", "unset".
std::string show(const Matcher& matcher, Unit unit);

} // namespace fairlead::policy
