#include "api/failure.hpp"
#include "base/words.hpp"
#include "policy/evaluate.hpp"
#include "policy/message.hpp"
#include "policy/rule_reader.hpp"
#include "submit/field_values.hpp"

#include <fairlead/policy.hpp>

#include <algorithm>

namespace fairlead::api {

struct Rules::Parts {
    policy::Rules rules;
};

namespace {

/// A request whose environment points into what is beside it, so it stays where it is.
struct Request {
    policy::JobRequest job{.partition = {},
                           .features = {},
                           .fabric = config::FabricRequest{},
                           .least_nodes = {},
                           .most_nodes = {},
                           .tasks = {},
                           .tasks_per_node = {},
                           .switches = {},
                           .switch_wait = {}};
    std::vector<std::string> environment{};
    std::vector<const char*> pointers{};
};

std::string fields_like(std::string_view name) {
    std::vector<std::string_view> names;
    for (const policy::FieldEntry& field : policy::all_fields())
        names.push_back(field.name);
    return suggestion(name, names);
}

fairlead::Result<policy::FieldRef> field_of(std::string_view name) {
    if (auto field = policy::read_field(name))
        return std::move(*field);
    return fail(Code::X105, "unknown field '{}'{}", printable(name), fields_like(name));
}

/// `request` borrows from the fields.
void fill(const std::vector<std::pair<std::string, std::string>>& fields, Request& request) {
    for (const auto& [name, value] : fields)
        if (const auto field = policy::read_field(name))
            submit::set_field(*field, value, request.job, request.environment);
    for (const std::string& entry : request.environment)
        request.pointers.push_back(entry.c_str());
    request.job.environment = request.pointers;
    if (!request.job.interactive && !request.job.modify)
        request.job.interactive = false;
}

std::vector<Change> outside(const std::vector<policy::Change>& changes) {
    std::vector<Change> list;
    for (const policy::Change& change : changes)
        list.push_back({std::string(change.field), change.before, change.after});
    return list;
}

std::vector<Error> outside(const std::vector<fairlead::Error>& errors) {
    std::vector<Error> list;
    std::ranges::transform(errors, std::back_inserter(list), seen_outside);
    return list;
}

} // namespace

Result<Rules> Rules::parse(std::string_view yaml, const std::filesystem::path& name) {
    auto rules = policy::parse_rules(yaml, name);
    if (!rules)
        return failed(rules.error());
    return Rules(std::make_shared<const Parts>(std::move(*rules)));
}

Result<Rules> Rules::load(const std::filesystem::path& configuration) {
    auto rules = policy::load_rules(configuration);
    if (!rules)
        return failed(rules.error());
    return Rules(std::make_shared<const Parts>(std::move(*rules)));
}

std::vector<std::string> Rules::names() const {
    std::vector<std::string> names;
    for (const policy::Rule& rule : parts_->rules)
        names.push_back(rule.name);
    return names;
}

Result<void> Job::set(std::string_view field, std::string_view value) {
    const auto ref = field_of(field);
    if (!ref)
        return failed(ref.error());
    Request scratch;
    const std::string text(value);
    if (!submit::set_field(*ref, text, scratch.job, scratch.environment))
        return failed(fairlead::Error{Code::X106, fmt::format("{} is '{}'; expected {}",
                                                              ref->name(), printable(text),
                                                              policy::forms_of(ref->field->unit))});
    std::erase_if(fields_, [&](const auto& known) { return known.first == field; });
    fields_.emplace_back(field, text);
    return {};
}

Outcome evaluate(const Rules& rules, const Job& job) {
    Request request;
    fill(job.fields(), request);
    const policy::Rules& asked = rules.parts_->rules;
    const policy::Outcome found = policy::evaluate(asked, request.job);
    Outcome outcome;
    for (const policy::Fired& fired : found.fired)
        outcome.fired.push_back(asked.at(fired.rule).name);
    outcome.changes = outside(policy::changes_of({request.job, policy::JobPatch{}}, found.patch));
    outcome.hold = found.patch.hold;
    outcome.refusals = outside(found.refusals);
    outcome.warnings = found.warnings;
    outcome.observed = outside(found.would_have);
    return outcome;
}

} // namespace fairlead::api
