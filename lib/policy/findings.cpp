#include "policy/findings.hpp"

#include "base/words.hpp"

#include <algorithm>
#include <map>

namespace fairlead::policy {
namespace {

using Op = Condition::Op;

template <class... Args>
void add(std::vector<Error>& findings, Code code, const Rule& rule,
         fmt::format_string<Args...> format, Args&&... args) {
    findings.push_back({code, fmt::format("{}: rule {} {}", rule.place, rule.name,
                                          fmt::format(format, std::forward<Args>(args)...))});
}

bool always_holds(const Condition& condition) {
    return condition.op == Op::All && condition.parts.empty();
}

bool refuses(const Rule& rule) {
    return std::ranges::any_of(rule.actions,
                               [](const Action& action) { return action.verb == Verb::Reject; });
}

/// `nodes` is put together from least_nodes and most_nodes.
bool reads(const Condition& condition, const FieldEntry& written) {
    bool found = false;
    for_each_field(condition, [&](const FieldRef& ref) {
        found = found || ref.field == &written ||
                (ref.field->special == Special::Nodes && written.name.ends_with("_nodes"));
    });
    return found;
}

/// Whether a rule changes what the condition reads, so that it may hold behind it only.
bool changes_what(const Condition& condition, const Rule& rule) {
    return std::ranges::any_of(rule.actions, [&](const Action& action) {
        return action.target.field && action.verb != Verb::Require &&
               reads(condition, *action.target.field);
    });
}

/// The tests that must hold together: those of nested `all`.
void collect(const Condition& condition, std::vector<const Condition*>& tests) {
    if (condition.op != Op::All) {
        tests.push_back(&condition);
        return;
    }
    for (const Condition& part : condition.parts)
        collect(part, tests);
}

bool within(const Ranges& narrow, const Ranges& wide) {
    return std::ranges::all_of(narrow.ranges, [&](const Range& one) {
        return std::ranges::any_of(wide.ranges, [&](const Range& other) {
            return other.low <= one.low && one.high <= other.high;
        });
    });
}

bool takes_any(const OneOf& test, const std::string& word) {
    return std::ranges::find(test.words, word) != test.words.end() ||
           std::ranges::any_of(test.globs,
                               [&](const auto& glob) { return glob_matches(glob, word); });
}

bool within(const OneOf& narrow, const OneOf& wide) {
    return (narrow.only || !wide.only) &&
           std::ranges::all_of(narrow.words,
                               [&](const auto& word) { return takes_any(wide, word); }) &&
           std::ranges::all_of(narrow.globs, [&](const auto& glob) {
               return std::ranges::find(wide.globs, glob) != wide.globs.end();
           });
}

/// Whether a test holds for set fields alone.
bool wants_set(const Matcher& test) {
    if (const auto* set = std::get_if<IsSet>(&test))
        return set->wanted;
    return !std::holds_alternative<IsFlag>(test);
}

/// Whether what meets `narrow` meets `wide`, as far as can be told from the text.
bool implies(const Condition& narrow, const Condition& wide) {
    if (show(narrow) == show(wide))
        return true;
    if (narrow.op != Op::Field || wide.op != Op::Field || !(narrow.ref == wide.ref))
        return false;
    if (const auto* set = std::get_if<IsSet>(&wide.matcher))
        return set->wanted && wants_set(narrow.matcher);
    if (const auto *x = std::get_if<Ranges>(&narrow.matcher),
        *y = std::get_if<Ranges>(&wide.matcher);
        x && y)
        return within(*x, *y);
    const auto *x = std::get_if<OneOf>(&narrow.matcher), *y = std::get_if<OneOf>(&wide.matcher);
    return x && y && within(*x, *y);
}

/// Whether the jobs of `later` are all jobs of `earlier`: each test of the one follows from a test
/// of the other.
bool covers(const Rule& earlier, const Rule& later) {
    std::vector<const Condition*> wide, narrow;
    collect(earlier.when, wide);
    collect(later.when, narrow);
    return std::ranges::all_of(wide, [&](const Condition* test) {
        return std::ranges::any_of(narrow,
                                   [&](const Condition* other) { return implies(*other, *test); });
    });
}

void find_unreached(std::span<const Rule> rules, std::size_t index, std::vector<Error>& findings) {
    const Rule& rule = rules[index];
    for (std::size_t i = index; i-- > 0;) {
        const Rule& earlier = rules[i];
        const bool same_jobs =
            always_holds(earlier.when) ||
            std::none_of(rules.begin() + static_cast<std::ptrdiff_t>(i),
                         rules.begin() + static_cast<std::ptrdiff_t>(index),
                         [&](const Rule& between) { return changes_what(rule.when, between); });
        if (earlier.observe || !(earlier.stop || refuses(earlier)) || !same_jobs ||
            !covers(earlier, rule))
            continue;
        add(findings, Code::A211, rule, "is never reached: rule {} ({}) {} {}", earlier.name,
            earlier.place, earlier.stop ? "stops" : "refuses",
            always_holds(earlier.when) ? "every job" : "the same jobs");
        return;
    }
}

bool overlap(const Ranges& a, const Ranges& b) {
    return std::ranges::any_of(a.ranges, [&](const Range& x) {
        return std::ranges::any_of(b.ranges, [&](const Range& y) {
            return std::max(x.low, y.low) <= std::min(x.high, y.high);
        });
    });
}

/// Two globs are taken to have a word in common.
bool overlap(const OneOf& a, const OneOf& b) {
    if (!a.globs.empty() && !b.globs.empty())
        return true;
    const auto in = [](const OneOf& test) {
        return [&test](const std::string& word) { return takes_any(test, word); };
    };
    return std::ranges::any_of(a.words, in(b)) || std::ranges::any_of(b.words, in(a));
}

/// Whether a test holds for an unset field.
bool holds_unset(const Matcher& test) {
    if (const auto* flag = std::get_if<IsFlag>(&test))
        return !flag->wanted;
    const auto* set = std::get_if<IsSet>(&test);
    return set && !set->wanted;
}

bool wants_unset(const Matcher& test) {
    const auto* set = std::get_if<IsSet>(&test);
    return set && !set->wanted;
}

bool exclude_each_other(const Condition& a, const Condition& b) {
    if (a.op == Op::Not || b.op == Op::Not)
        return (a.op == Op::Not && show(a.parts.front()) == show(b)) ||
               (b.op == Op::Not && show(b.parts.front()) == show(a));
    if (a.op != Op::Field || b.op != Op::Field || !(a.ref == b.ref))
        return false;
    if (wants_unset(a.matcher) || wants_unset(b.matcher))
        return !holds_unset(a.matcher) || !holds_unset(b.matcher);
    if (const auto *x = std::get_if<Ranges>(&a.matcher), *y = std::get_if<Ranges>(&b.matcher);
        x && y)
        return !overlap(*x, *y);
    if (const auto *x = std::get_if<IsFlag>(&a.matcher), *y = std::get_if<IsFlag>(&b.matcher);
        x && y)
        return x->wanted != y->wanted;
    const auto *x = std::get_if<OneOf>(&a.matcher), *y = std::get_if<OneOf>(&b.matcher);
    return x && y && a.ref.field->kind == Kind::Text && !overlap(*x, *y);
}

/// At most one finding of a conjunction, then those of the alternatives within it.
void find_contradictions(const Rule& rule, const Condition& condition,
                         std::vector<Error>& findings) {
    std::vector<const Condition*> tests;
    collect(condition, tests);
    for (std::size_t i = 0; i < tests.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            if (exclude_each_other(*tests[j], *tests[i]))
                return add(findings, Code::A212, rule,
                           "never holds: '{}' and '{}' exclude each other", show(*tests[j]),
                           show(*tests[i]));
    for (const Condition* test : tests)
        if (test->op == Op::Any)
            for (const Condition& part : test->parts)
                find_contradictions(rule, part, findings);
}

void find_costly(const Rule& rule, const Condition& condition, std::vector<Error>& findings) {
    constexpr std::size_t usual_text = 8 << 10; // bytes; few scripts have more
    for_each_test(condition, [&](const Condition& test) {
        std::size_t longest = usual_text;
        if (const auto* pattern = std::get_if<Pattern>(&test.matcher))
            longest = longest_text(pattern->size);
        if (const auto* texts = std::get_if<OneOf>(&test.matcher))
            for (const std::string& glob : texts->globs)
                longest = std::min(longest, most_glob_work / (glob.size() + 1));
        if (longest < usual_text)
            add(findings, Code::A213, rule,
                "has a costly pattern of {}: texts of more than {} bytes are refused; expected a "
                "pattern that can look at {}",
                test.ref.name(), longest, usual_text);
    });
}

void find_placeholders(const Rule& rule, std::vector<Error>& findings) {
    std::vector<std::string_view> names{"rule"};
    for (const FieldEntry& field : all_fields())
        names.push_back(field.name);
    const auto look = [&](const Message& message) {
        for (const std::string& unknown : message.unknown)
            add(findings, Code::A214, rule, "has an unknown placeholder {{{}}}{}",
                printable(unknown), suggestion(unknown, names));
    };
    for (const Action& action : rule.actions) {
        look(action.message);
        if (const auto* value = std::get_if<Message>(&action.value))
            look(*value);
    }
}

} // namespace

std::vector<Error> findings_of(std::span<const Rule> rules) {
    std::vector<Error> findings;
    for (std::size_t i = 0; i < rules.size(); ++i) {
        find_unreached(rules, i, findings);
        find_contradictions(rules[i], rules[i].when, findings);
        find_costly(rules[i], rules[i].when, findings);
        find_placeholders(rules[i], findings);
    }
    return findings;
}

} // namespace fairlead::policy
