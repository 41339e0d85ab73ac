/// Random rules over random jobs, against a reference that knows nothing of fields, patches or
/// YAML: it holds a job as a map of words and does what the rule says.

#include "policy/evaluate.hpp"
#include "policy/rule_reader.hpp"

#include "dice.hpp"

#include <fmt/ranges.h>
#include <fmt/std.h>
#include <gtest/gtest.h>
#include <map>
#include <set>

namespace fairlead::policy {
namespace policy_evaluate_random_test {

using test::Dice;
/// Numbers are written as digits, so one map does for all.
using Job = std::map<std::string, std::string>;

const std::vector<std::string> text_fields{"account", "qos", "wckey"},
    number_fields{"tasks", "time_limit", "memory"}, words{"a", "b", "ab"};

std::string any_field(Dice& dice) {
    return dice.pick(dice.one_in(2) ? text_fields : number_fields);
}
bool is_number(const std::string& field) {
    return std::ranges::find(number_fields, field) != number_fields.end();
}
std::string any_value(Dice& dice, const std::string& field) {
    return is_number(field) ? std::to_string(dice.roll(1, 5)) : dice.pick(words);
}

struct Test {
    std::string field, kind, value; ///< kind: is, not, set, unset, over, glob

    bool holds(const Job& job) const {
        const auto found = job.find(field);
        const bool set = found != job.end();
        if (kind == "set" || kind == "unset")
            return set == (kind == "set");
        if (kind == "not")
            return !set || found->second != value;
        if (!set)
            return false;
        if (kind == "over")
            return std::stoi(found->second) > std::stoi(value);
        return kind == "glob" ? found->second.starts_with(value) : found->second == value;
    }

    std::string yaml() const {
        if (kind == "set" || kind == "unset")
            return fmt::format("{{{}: {}}}", field, kind);
        if (kind == "not")
            return fmt::format("{{{}: {{not: {}}}}}", field, value);
        return fmt::format("{{{}: \"{}{}{}\"}}", field, kind == "over" ? "> " : "", value,
                           kind == "glob" ? "*" : "");
    }
};

struct Step {
    std::string verb, field, value;

    void run(Job& job, std::string& said) const {
        const bool set = job.contains(field);
        if (verb == "reject")
            said += "no;";
        else if (verb == "require")
            said += set ? "" : "needs " + field + ";";
        else if (verb == "set" || (verb == "default" && !set))
            job[field] = value;
        else if (verb == "cap" && set && std::stoi(job[field]) > std::stoi(value))
            job[field] = value;
    }

    std::string yaml() const {
        if (verb == "reject")
            return "reject: \"no\"";
        if (verb == "require")
            return fmt::format("require: {{{0}: \"needs {0}\"}}", field);
        return fmt::format("{}: {{{}: {}}}", verb, field, value);
    }
};

struct Spec {
    std::vector<Test> tests;
    bool any, negated, stop;
    Step step;

    bool holds(const Job& job) const {
        const auto one = [&](const Test& test) { return test.holds(job); };
        const bool held = any ? std::ranges::any_of(tests, one) : std::ranges::all_of(tests, one);
        return held != negated;
    }

    std::string yaml(std::size_t number) const {
        std::vector<std::string> parts;
        for (const Test& test : tests)
            parts.push_back(test.yaml());
        std::string when = fmt::format("{{{}: [{}]}}", any ? "any" : "all", fmt::join(parts, ", "));
        if (negated)
            when = fmt::format("{{not: {}}}", when);
        return fmt::format("- {{name: r{}, when: {}, {}{}}}\n", number, when, step.yaml(),
                           stop ? ", stop: true" : "");
    }
};

Test random_test(Dice& dice) {
    const std::string field = any_field(dice);
    std::vector<std::string> kinds{"is", "not", "set", "unset"};
    kinds.emplace_back(is_number(field) ? "over" : "glob");
    return {field, dice.pick(kinds), any_value(dice, field)};
}

Step random_step(Dice& dice) {
    const std::string verb =
        dice.pick(std::vector<std::string>{"set", "default", "cap", "require", "reject"});
    const std::string field = verb == "cap" ? dice.pick(number_fields) : any_field(dice);
    return {verb, field, any_value(dice, field)};
}

Spec random_spec(Dice& dice) {
    Spec spec{.tests = {},
              .any = dice.one_in(2),
              .negated = dice.one_in(4),
              .stop = dice.one_in(8),
              .step = random_step(dice)};
    for (int left = dice.roll(1, 3); left > 0; --left)
        spec.tests.push_back(random_test(dice));
    return spec;
}

Job random_job(Dice& dice) {
    Job job;
    for (const auto& fields : {text_fields, number_fields})
        for (const std::string& field : fields)
            if (dice.one_in(2))
                job[field] = any_value(dice, field);
    return job;
}

Job updated(Job job, const Job& delta) {
    for (const auto& [field, value] : delta)
        if (value.empty())
            job.erase(field);
        else
            job[field] = value;
    return job;
}

JobRequest request_of(const Job& job) {
    const auto text = [&](const char* name) {
        return job.contains(name) ? std::optional(job.at(name)) : std::nullopt;
    };
    const auto number = [&](const char* name) {
        return job.contains(name) ? std::optional(std::uint64_t(std::stoi(job.at(name))))
                                  : std::nullopt;
    };
    JobRequest request;
    request.account = text("account");
    request.qos = text("qos");
    request.wckey = text("wckey");
    if (const auto tasks = number("tasks"))
        request.tasks = static_cast<std::uint32_t>(*tasks);
    request.time_limit = number("time_limit");
    request.memory = number("memory");
    return request;
}

Job job_of(const JobRequest& request, const JobPatch& patch) {
    Job job;
    const auto add = [&](const char* name, const auto& changed, const auto& asked) {
        if (const auto& value = changed ? changed : asked)
            job[name] = fmt::format("{}", *value);
    };
    add("account", patch.account, request.account);
    add("qos", patch.qos, request.qos);
    add("wckey", patch.wckey, request.wckey);
    add("tasks", patch.tasks, request.tasks);
    add("time_limit", patch.time_limit, request.time_limit);
    add("memory", patch.memory, request.memory);
    return job;
}

struct Expected {
    Job job;
    std::string said;
    std::vector<std::size_t> fired;
    std::set<std::pair<std::size_t, std::string>> refused; ///< rules and what each says
    std::set<std::string> bound; ///< fields that `set` and `cap` wrote last
};

Expected reference(const std::vector<Spec>& specs, Job job) {
    Expected expected{std::move(job), {}, {}, {}, {}};
    for (std::size_t i = 0; i < specs.size(); ++i) {
        if (!specs[i].holds(expected.job))
            continue;
        expected.fired.push_back(i);
        const Step& step = specs[i].step;
        const Job was = expected.job;
        std::string says;
        step.run(expected.job, says);
        expected.said += says;
        if (!says.empty())
            expected.refused.emplace(i, says);
        if (was != expected.job && step.verb == "default")
            expected.bound.erase(step.field);
        else if (was != expected.job)
            expected.bound.insert(step.field);
        if (specs[i].stop)
            break;
    }
    return expected;
}

std::string said(const Outcome& outcome) {
    std::string text;
    for (const Error& refusal : outcome.refusals)
        text += refusal.message.substr(0, refusal.message.find(" (rule")) + ";";
    return text;
}

TEST(PolicyEvaluateRandom, IsWhatTheReferenceDoes) {
    Dice dice(5);
    constexpr int sets = 100, jobs = 50;
    std::size_t fired = 0, refused = 0;
    for (int set = 0; set < sets; ++set) {
        std::vector<Spec> specs;
        std::string yaml = "schema: fairlead.policy/1\npolicy:\n";
        for (int left = dice.roll(1, 12); left > 0; --left) {
            specs.push_back(random_spec(dice));
            yaml += specs.back().yaml(specs.size());
        }
        const auto rules = parse_rules(yaml, "random.yaml");
        ASSERT_TRUE(rules) << to_string(rules.error()) << "\n" << yaml;
        for (int number = 0; number < jobs; ++number) {
            const Job job = random_job(dice);
            const JobRequest request = request_of(job);
            const Outcome outcome = evaluate(*rules, request);
            const Expected expected = reference(specs, job);
            std::vector<std::size_t> indexes;
            for (const Fired& one : outcome.fired)
                indexes.push_back(one.rule);
            ASSERT_EQ(job_of(request, outcome.patch), expected.job) << yaml;
            ASSERT_EQ(said(outcome), expected.said) << yaml;
            ASSERT_EQ(indexes, expected.fired) << yaml;
            fired += indexes.size();
            refused += outcome.refusals.size();
        }
    }
    EXPECT_GT(fired, 5000u);
    EXPECT_GT(refused, 1000u);
}

/// Half of them name something, and of those some take a text away.
Job random_update(Dice& dice) {
    Job delta;
    for (const auto& fields : {text_fields, number_fields})
        for (const std::string& field : fields)
            if (dice.one_in(3))
                delta[field] = !is_number(field) && dice.one_in(5) ? "" : any_value(dice, field);
    return delta;
}

JobRequest update_of(const Job& delta) {
    JobRequest update = request_of(delta);
    update.modify = true;
    update.names_memory_for_a_gpu = true;
    return update;
}

/// A refusal of the job as it would be that the job as it was did not meet.
bool is_new_refusal(const Expected& before, const Expected& after) {
    return std::ranges::any_of(
        after.refused, [&](const auto& refusal) { return !before.refused.contains(refusal); });
}

/// A field that rules bind in the job as it would be, and that the update neither changes so nor
/// leaves as it was before, bound by them already. Behind a stop that cannot be decided a rule may
/// set more.
std::string left_unbound(const Job& stored, const Job& target, const Job& result,
                         const Expected& before, const Expected& after, const JobPatch& patch) {
    const Job patched = job_of({}, patch);
    for (const auto& [field, value] : after.job) {
        const auto old = [&](const Job& job) {
            return job.contains(field) ? job.at(field) : std::string{};
        };
        if (value == old(target) || !after.bound.contains(field) || value == old(result))
            continue;
        const bool as_before = value == old(before.job) && old(stored) == old(target);
        if (!as_before && !patched.contains(field))
            return field;
    }
    return {};
}

/// Whatever the job was when it was taken: an update that is taken leaves a job that could have
/// been submitted so, or that the rules objected to in the same words before.
TEST(PolicyEvaluateRandom, NoUpdateGetsPastTheRules) {
    Dice dice(6);
    constexpr int sets = 200, updates = 40;
    std::size_t refused = 0, taken = 0, changed = 0;
    for (int set = 0; set < sets; ++set) {
        std::vector<Spec> specs;
        std::string yaml = "schema: fairlead.policy/1\npolicy:\n";
        for (int left = dice.roll(1, 6); left > 0; --left) {
            specs.push_back(random_spec(dice));
            specs.back().stop = dice.one_in(4);
            yaml += specs.back().yaml(specs.size());
        }
        const auto rules = parse_rules(yaml, "random.yaml");
        ASSERT_TRUE(rules) << yaml;
        for (int number = 0; number < updates; ++number) {
            const Expected submitted = reference(specs, random_job(dice));
            if (!submitted.said.empty())
                continue;
            const Job stored = submitted.job, delta = random_update(dice),
                      target = updated(stored, delta);
            const Outcome outcome = evaluate(*rules, update_of(delta));
            if (!outcome.refusals.empty()) {
                ++refused;
                continue;
            }
            const Expected before = reference(specs, stored), after = reference(specs, target);
            const Job result = updated(target, job_of({}, outcome.patch));
            const auto all = [&] { // made where it is told alone
                return fmt::format("{}job {} update {}", yaml, fmt::join(stored, " "),
                                   fmt::join(delta, " "));
            };
            ASSERT_FALSE(is_new_refusal(before, after)) << all();
            ASSERT_EQ(left_unbound(stored, target, result, before, after, outcome.patch), "")
                << all();
            ++taken;
            changed += result != target;
        }
    }
    EXPECT_GT(refused, 500u);
    EXPECT_GT(taken, 500u);
    EXPECT_GT(changed, 50u);
}

} // namespace policy_evaluate_random_test
} // namespace fairlead::policy
