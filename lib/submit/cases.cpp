#include "submit/cases.hpp"

#include "base/words.hpp"
#include "config/reader.hpp"
#include "policy/decide.hpp"
#include "policy/message.hpp"
#include "submit/directives.hpp"
#include "submit/field_values.hpp"
#include "submit/submission.hpp"
#include "submit/update.hpp"

#include <algorithm>
#include <array>
#include <fmt/ranges.h>
#include <re2/re2.h>

namespace fairlead::submit {
namespace {

namespace fs = std::filesystem;
using config::Key;
using config::Reader;
using policy::JobRequest;

constexpr std::string_view schema = "fairlead.policy-test/1";
constexpr std::array<std::string_view, 2> truths{"false", "true"};

/// "a", or [a, b] as "a,b".
Result<std::string> text_of(const Reader& reader, const YAML::Node& node, std::string_view where) {
    if (!node.IsSequence())
        return reader.text(node, where);
    const auto all = reader.texts(node, where);
    if (!all)
        return std::unexpected(all.error());
    return fmt::format("{}", fmt::join(*all, ","));
}

Key text_key(const Reader& reader, std::string_view name, std::string& into) {
    return {name, [&reader, name, &into](const YAML::Node& node) -> Result<void> {
                auto text = text_of(reader, node, name);
                if (!text)
                    return std::unexpected(text.error());
                into = std::move(*text);
                return {};
            }};
}

Key list_key(const Reader& reader, std::string_view name, std::vector<std::string>& into) {
    return {name, [&reader, name, &into](const YAML::Node& node) -> Result<void> {
                auto all = reader.texts(node, name);
                if (!all)
                    return std::unexpected(all.error());
                into = std::move(*all);
                return {};
            }};
}

Key truth_key(const Reader& reader, std::string_view name, bool& into) {
    return {name, [&reader, name, &into](const YAML::Node& node) -> Result<void> {
                const auto index = reader.word(node, name, truths);
                if (!index)
                    return std::unexpected(index.error());
                into = *index == 1;
                return {};
            }};
}

/// {field: value}, each value in the form of messages.
Result<std::vector<FieldValue>> read_fields(const Reader& reader, const YAML::Node& node,
                                            std::string_view where) {
    std::vector<FieldValue> fields;
    auto done = reader.entries(
        node, where, [&](const std::string& name, const YAML::Node& value) -> Result<void> {
            const auto ref = policy::read_field(name);
            if (!ref) {
                std::vector<std::string_view> names;
                for (const policy::FieldEntry& field : policy::all_fields())
                    names.push_back(field.name);
                return reader.error(Code::X105, value,
                                    fmt::format("unknown field '{}' in {}{}", printable(name),
                                                where, suggestion(name, names)));
            }
            auto text = text_of(reader, value, name);
            if (!text)
                return std::unexpected(text.error());
            JobRequest scratch{};
            std::vector<std::string> environment;
            if (*text != "unset" && !set_field(*ref, *text, scratch, environment))
                return reader.error(Code::X106, value,
                                    fmt::format("{} is '{}'; expected {}", name, printable(*text),
                                                policy::forms_of(ref->field->unit)));
            fields.emplace_back(*ref, std::move(*text));
            return {};
        });
    if (!done)
        return std::unexpected(done.error());
    return fields;
}

Key fields_key(const Reader& reader, std::string_view name, std::vector<FieldValue>& into) {
    return {name, [&reader, name, &into](const YAML::Node& node) -> Result<void> {
                auto fields = read_fields(reader, node, name);
                if (!fields)
                    return std::unexpected(fields.error());
                into = std::move(*fields);
                return {};
            }};
}

Key warn_key(const Reader& reader, Expectation& expect) {
    return {"warn", [&](const YAML::Node& node) -> Result<void> {
                const auto text = reader.text(node, "warn");
                if (!text)
                    return std::unexpected(text.error());
                auto expression = std::make_shared<const re2::RE2>(*text, re2::RE2::Quiet);
                if (!expression->ok())
                    return reader.error(Code::X106, node, "warn is no regular expression of RE2");
                expect.warn = std::move(expression);
                return {};
            }};
}

Key expect_key(const Reader& reader, Expectation& expect) {
    return {"expect", [&reader, &expect](const YAML::Node& node) -> Result<void> {
                bool accept = true, hold = false;
                const Key keys[] = {
                    truth_key(reader, "accept", accept), text_key(reader, "refuse", expect.refuse),
                    truth_key(reader, "hold", hold), fields_key(reader, "set", expect.set),
                    warn_key(reader, expect)};
                auto done = reader.map(node, "expect", keys);
                if (done && !accept && expect.refuse.empty())
                    return reader.error(Code::X106, node,
                                        "accept is false; say by what: `refuse: RULE or CODE`");
                if (done && node["accept"] && accept && !expect.refuse.empty())
                    return reader.error(Code::X106, node, "expect takes accept or refuse");
                if (done && node["hold"])
                    expect.hold = hold;
                return done;
            }};
}

Result<Case> read_case(const Reader& reader, const YAML::Node& node, const fs::path& file) {
    Case one;
    one.place =
        fmt::format("{}:{}:{}", file.native(), node.Mark().line + 1, node.Mark().column + 1);
    const Key keys[] = {text_key(reader, "name", one.name),
                        text_key(reader, "submit", one.line),
                        fields_key(reader, "fields", one.fields),
                        text_key(reader, "user", one.user),
                        list_key(reader, "groups", one.groups),
                        text_key(reader, "script", one.script),
                        list_key(reader, "environment", one.environment),
                        truth_key(reader, "modify", one.modify),
                        expect_key(reader, one.expect)};
    if (auto done = reader.map(node, "the case", keys); !done)
        return std::unexpected(done.error());
    if (one.name.empty() || !node["expect"])
        return reader.error(Code::X106, node, "a case has a name and what to expect");
    if (one.line.empty() == one.fields.empty())
        return reader.error(Code::X106, node, "a case has either `submit` or `fields`");
    return one;
}

Call call_of(const Case& one, std::uint32_t release) {
    return {.words = words_of(one.line),
            .environment = one.environment,
            .folder = "/home/" + one.user,
            .host = "login",
            .now = std::time(nullptr),
            .release = release,
            .read = [&one](const fs::path&) { return Result<std::string>(one.script); }};
}

/// The job or its components; a request borrows from what is kept beside it.
struct Jobs {
    Submission submission;
    std::vector<std::string> environment;
    std::vector<const char*> pointers;
};

void fill(const Case& one, Jobs& jobs) {
    JobRequest request{.partition = {},
                       .features = {},
                       .fabric = config::FabricRequest{},
                       .least_nodes = {},
                       .most_nodes = {},
                       .tasks = {},
                       .tasks_per_node = {},
                       .switches = {},
                       .switch_wait = {}};
    jobs.environment = one.environment;
    for (const auto& [field, text] : one.fields)
        set_field(field, text, request, jobs.environment);
    for (const std::string& entry : jobs.environment)
        jobs.pointers.push_back(entry.c_str());
    request.environment = jobs.pointers;
    request.modify = request.modify || one.modify;
    if (!request.interactive && !request.modify)
        request.interactive = false;
    jobs.submission.jobs.push_back(std::move(request));
}

Result<void> build(const Case& one, std::uint32_t release, Jobs& jobs) {
    if (one.line.empty()) {
        fill(one, jobs);
        return {};
    }
    const Call call = call_of(one, release);
    if (call.words.empty())
        return fail(Code::A221, "submit has no command; expected sbatch, srun, salloc or scontrol");
    if (one.modify || call.words.front() == "scontrol") {
        auto update = read_update(call.words, call.now, release);
        if (!update)
            return std::unexpected(update.error());
        jobs.submission.jobs.push_back(std::move(*update));
        return {};
    }
    auto submission = read_submission(call);
    if (!submission)
        return std::unexpected(submission.error());
    jobs.submission = std::move(*submission);
    return {};
}

bool is_of(const Error& refusal, const std::string& expected) {
    return id_of(refusal.code) == expected ||
           refusal.message.ends_with(fmt::format("(rule {})", expected));
}

std::string shown(const std::string& value) {
    return value.empty() ? "unset" : fmt::format("'{}'", value);
}

/// What came of one component, or of all together.
struct Found {
    std::vector<Error> refusals;
    std::vector<std::string> warnings;
};

void compare_fields(const Expectation& expect, const JobRequest& request,
                    const policy::JobPatch& patch, std::vector<std::string>& differences) {
    for (const auto& [field, text] : expect.set) {
        const std::string wanted = usual_form(field, text);
        const std::string is = policy::shown({request, patch}, field);
        if (is != wanted)
            differences.push_back(
                fmt::format("{} is {}; expected {}", field.name(), shown(is), shown(wanted)));
    }
    if (expect.hold && *expect.hold != patch.hold)
        differences.emplace_back(patch.hold ? "the job is held; expected it not to be"
                                            : "the job is not held; expected it to be");
}

void compare(const Expectation& expect, const Found& found, std::vector<std::string>& differences) {
    if (expect.refuse.empty()) {
        for (const Error& refusal : found.refusals)
            differences.push_back(
                fmt::format("refused: {}; expected it to be accepted", to_string(refusal)));
    } else if (std::ranges::none_of(found.refusals, [&](const Error& refusal) {
                   return is_of(refusal, expect.refuse);
               })) {
        std::vector<std::string> all;
        for (const Error& refusal : found.refusals)
            all.push_back(to_string(refusal));
        differences.push_back(
            fmt::format("{}; expected it to be refused by {}",
                        all.empty() ? "accepted" : fmt::format("refused: {}", fmt::join(all, "; ")),
                        expect.refuse));
    }
    if (expect.warn && std::ranges::none_of(found.warnings, [&](const std::string& warning) {
            return re2::RE2::PartialMatch(warning, *expect.warn);
        }))
        differences.push_back(fmt::format("warnings are '{}'; expected one like '{}'",
                                          fmt::join(found.warnings, "; "), expect.warn->pattern()));
}

} // namespace

Result<CaseFile> parse_cases(std::string_view text, const fs::path& path) {
    const Reader reader{path, schema};
    const auto root = reader.parse(text);
    if (!root)
        return std::unexpected(root.error());
    CaseFile file;
    std::vector<std::string> rules;
    const std::array<std::string_view, 1> schemas{schema};
    const Key keys[] = {{"schema",
                         [&](const YAML::Node& node) -> Result<void> {
                             const auto index = reader.word(node, "schema", schemas);
                             return index ? Result<void>{} : std::unexpected(index.error());
                         }},
                        list_key(reader, "rules", rules),
                        {"cases", [&](const YAML::Node& node) -> Result<void> {
                             if (!node.IsSequence())
                                 return reader.error(Code::X106, node, "cases must be a list");
                             for (const auto& item : node) {
                                 auto one = read_case(reader, item, path);
                                 if (!one)
                                     return std::unexpected(one.error());
                                 file.cases.push_back(std::move(*one));
                             }
                             return {};
                         }}};
    if (auto done = reader.map(*root, "the file of cases", keys); !done)
        return std::unexpected(done.error());
    if (!(*root)["schema"] || file.cases.empty())
        return reader.error(Code::X106, *root,
                            "expected `schema: fairlead.policy-test/1` and cases");
    for (const std::string& name : rules)
        file.rules.push_back(path.parent_path() / name);
    return file;
}

std::vector<std::string> judge(const Case& one, const policy::Snapshot& snapshot,
                               std::uint32_t release) {
    policy::Snapshot enforced = snapshot;
    enforced.config.policy.mode = config::Mode::Enforce;
    enforced.paused = false;
    Jobs jobs;
    if (auto built = build(one, release, jobs); !built)
        return {to_string(built.error())};
    std::vector<std::string> differences;
    Found found;
    for (JobRequest& request : jobs.submission.jobs) {
        if (!request.user)
            request.user = one.user;
        if (request.groups.empty())
            request.groups.assign(one.groups.begin(), one.groups.end());
        request.default_partition = snapshot.config.default_partition;
        policy::Decision decision = policy::decide(request, enforced);
        std::ranges::move(decision.refusals, std::back_inserter(found.refusals));
        std::ranges::move(decision.warnings, std::back_inserter(found.warnings));
        if (&request == &jobs.submission.jobs.front())
            compare_fields(one.expect, request, decision.patch, differences);
    }
    compare(one.expect, found, differences);
    return differences;
}

} // namespace fairlead::submit
