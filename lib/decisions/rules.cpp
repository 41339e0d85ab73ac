#include "decisions/rules.hpp"

#include "base/words.hpp"
#include "policy/rule_mark.hpp"

#include <algorithm>

namespace fairlead::decisions {
namespace {

constexpr std::size_t longest = 1024;

/// The very same rule, else what has its name now; two long names may be cut alike.
const policy::Rule* find(const policy::Rules& rules, std::string_view mark) {
    auto found = std::ranges::find(rules, mark, &policy::Rule::mark);
    if (found == rules.end() && !policy::may_be_cut(mark))
        found = std::ranges::find_if(
            rules, [&](const policy::Rule& rule) { return policy::same_name(rule.mark, mark); });
    return found == rules.end() ? nullptr : &*found;
}

Decision of_rule(const std::string& mark, const Result<policy::Rules>& present) {
    const std::string name = policy::name_in(mark);
    if (!present)
        return {"rules", fmt::format("{} acted on it; what it says cannot be read here", name),
                present.error().code, present.error().message, name};
    const policy::Rule* rule = find(*present, mark);
    if (!rule)
        return {"rules",
                fmt::format("{} acted on it, and {}is not among the rules any more", name,
                            policy::may_be_cut(mark) ? "was changed since or " : ""),
                {},
                {},
                name};
    const std::string text = printable(rule->text, longest);
    if (rule->mark != mark)
        return {"rules",
                fmt::format("{} acted on it, and was changed since; now it says: {}", name, text),
                {},
                rule->place,
                name};
    return {"rules", fmt::format("{} acted on it: {}", name, text), {}, rule->place, name};
}

Decision none(const config::PolicySettings& settings) {
    const std::string why = settings.mode == config::Mode::Enforce ? ""
                            : settings.mode == config::Mode::Observe
                                ? "; here they only observe (policy_mode: observe), and what they "
                                  "would do is in slurmctld's log"
                                : "; here they are off (policy_mode: off)";
    return {"rules",
            "its AdminComment names none: none changed or held it or warned, or an admin wrote "
            "over it" +
                why,
            {},
            "`fairlead policy explain -- sbatch ...` tries the same submission"};
}

} // namespace

Decisions by_rules(std::string_view admin_comment, const config::PolicySettings& settings,
                   const Result<policy::Rules>& present) {
    const policy::Marked marked = policy::marked_in(admin_comment);
    Decisions decisions;
    for (const std::string& mark : marked.marks)
        decisions.push_back(of_rule(mark, present));
    if (marked.more > 0)
        decisions.push_back(
            {"rules", fmt::format("{} more acted on it, whose names had no room", marked.more)});
    if (decisions.empty())
        decisions.push_back(none(settings));
    return decisions;
}

} // namespace fairlead::decisions
