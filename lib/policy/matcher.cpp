#include "policy/matcher.hpp"

#include <algorithm>
#include <fmt/ranges.h>
#include <re2/re2.h>

namespace fairlead::policy {
namespace {

struct Test {
    const View& view;
    const FieldRef& ref;

    bool operator()(const IsSet& test) const { return is_set(view, ref) == test.wanted; }

    bool operator()(const OneOf& test) const {
        return any_word(view, ref, [&](std::string_view word) {
            return std::ranges::find(test.words, word) != test.words.end() ||
                   std::ranges::any_of(test.globs,
                                       [&](const auto& glob) { return glob_matches(glob, word); });
        });
    }

    bool operator()(const Ranges& test) const {
        const auto number = number_of(view, ref);
        return number && std::ranges::any_of(test.ranges, [&](const Range& range) {
                   return range.low <= *number && *number <= range.high;
               });
    }

    bool operator()(const IsFlag& test) const {
        return flag_of(view, ref).value_or(false) == test.wanted;
    }

    bool operator()(const Pattern& test) const {
        return any_word(view, ref, [&](std::string_view word) {
            return re2::RE2::PartialMatch(re2::StringPiece(word.data(), word.size()),
                                          *test.expression);
        });
    }
};

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
        return fmt::format("[{}]", fmt::join(all, ","));
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
        return Truth::Unknown;
    return truth(std::visit(Test{view, ref}, matcher));
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
