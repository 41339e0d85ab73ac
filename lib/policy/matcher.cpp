#include "policy/matcher.hpp"

#include "policy/sizes.hpp"

#include <algorithm>
#include <fmt/ranges.h>
#include <re2/re2.h>

namespace fairlead::policy {
namespace {

Truth glob_test(std::string_view glob, std::string_view text) {
    if (text.size() > most_glob_work / (glob.size() + 1))
        return Truth::Unknown;
    return truth(glob_matches(glob, text));
}

Truth is_one(const OneOf& test, std::string_view word) {
    if (std::ranges::find(test.words, word) != test.words.end())
        return Truth::Yes;
    Truth best = Truth::No;
    for (const std::string& glob : test.globs)
        best = std::max(best, glob_test(glob, word));
    return best;
}

struct Test {
    const View& view;
    const FieldRef& ref;

    Truth operator()(const IsSet& test) const { return truth(is_set(view, ref) == test.wanted); }

    Truth operator()(const OneOf& test) const { return test.only ? all_are(test) : one_is(test); }

    Truth operator()(const Ranges& test) const {
        const auto number = number_of(view, ref);
        return truth(number && std::ranges::any_of(test.ranges, [&](const Range& range) {
                         return range.low <= *number && *number <= range.high;
                     }));
    }

    Truth operator()(const IsFlag& test) const {
        return truth(flag_of(view, ref).value_or(false) == test.wanted);
    }

    Truth operator()(const Pattern& test) const {
        return most([&](std::string_view word) {
            if (word.size() > longest_text(test.size))
                return Truth::Unknown;
            return truth(re2::RE2::PartialMatch(re2::StringPiece(word.data(), word.size()),
                                                *test.expression));
        });
    }

  private:
    /// The most of what `each` says of the words.
    template <class Each>
    Truth most(Each&& each) const {
        Truth best = Truth::No;
        any_word(view, ref, [&](std::string_view word) {
            best = std::max(best, each(word));
            return best == Truth::Yes;
        });
        return best;
    }

    Truth one_is(const OneOf& test) const {
        return most([&](std::string_view word) { return is_one(test, word); });
    }

    Truth all_are(const OneOf& test) const {
        if (!is_set(view, ref))
            return Truth::No;
        return negated(most([&](std::string_view word) { return negated(is_one(test, word)); }));
    }
};

/// What is known of a size of which only a part is: that it is no less.
Truth of_the_least(const Matcher& matcher, const View& view, const FieldRef& ref) {
    const auto least = view.request.modify ? at_least(view, *ref.field) : std::nullopt;
    if (!least)
        return Truth::Unknown;
    if (const auto* test = std::get_if<IsSet>(&matcher))
        return truth(test->wanted);
    const auto* test = std::get_if<Ranges>(&matcher);
    if (!test)
        return Truth::Unknown;
    if (std::ranges::any_of(test->ranges, [&](const Range& range) {
            return range.low <= *least && range.high == unlimited;
        }))
        return Truth::Yes;
    const bool below =
        std::ranges::all_of(test->ranges, [&](const Range& range) { return range.high < *least; });
    return below ? Truth::No : Truth::Unknown;
}

std::string show_range(const Range& range, Unit unit) {
    if (range.low == range.high)
        return show_quantity(range.low, unit);
    return fmt::format("{}..{}", range.low == 0 ? "" : show_quantity(range.low, unit),
                       range.high == unlimited ? "" : show_quantity(range.high, unit));
}

struct Show {
    Unit unit;

    std::string operator()(const IsSet& test) const { return test.wanted ? "set" : "unset"; }
    std::string operator()(const OneOf& test) const {
        std::vector<std::string> all = test.words;
        all.insert(all.end(), test.globs.begin(), test.globs.end());
        std::ranges::sort(all);
        return fmt::format("{}[{}]", test.only ? "only " : "", fmt::join(all, ","));
    }
    std::string operator()(const Ranges& test) const {
        std::vector<std::string> all;
        for (const Range& range : test.ranges)
            all.push_back(show_range(range, unit));
        std::ranges::sort(all);
        return fmt::format("[{}]", fmt::join(all, ","));
    }
    std::string operator()(const IsFlag& test) const { return test.wanted ? "true" : "false"; }
    std::string operator()(const Pattern& test) const {
        return "regex " + test.expression->pattern();
    }
};

} // namespace

/// A flag that a submission does not give is false; one that an update does not name is unknown.
Truth matches(const Matcher& matcher, const View& view, const FieldRef& ref) {
    if (!is_known(view, ref))
        return of_the_least(matcher, view, ref);
    return std::visit(Test{view, ref}, matcher);
}

bool glob_matches(std::string_view glob, std::string_view text) {
    std::size_t g = 0, t = 0, star = std::string_view::npos, resume = 0;
    while (t < text.size()) {
        if (g < glob.size() && glob[g] == '*') {
            star = g++;
            resume = t;
        } else if (g < glob.size() && (glob[g] == '?' || glob[g] == text[t])) {
            ++g;
            ++t;
        } else if (star != std::string_view::npos) {
            g = star + 1;
            t = ++resume;
        } else {
            return false;
        }
    }
    return glob.find_first_not_of('*', g) == std::string_view::npos;
}

std::string show(const Matcher& matcher, Unit unit) { return std::visit(Show{unit}, matcher); }

} // namespace fairlead::policy
