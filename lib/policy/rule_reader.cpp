#include "policy/rule_reader.hpp"

#include "base/files.hpp"
#include "base/words.hpp"
#include "policy/condition_reader.hpp"
#include "policy/rule_mark.hpp"
#include "policy/rule_text.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace fairlead::policy {
namespace {

namespace fs = std::filesystem;
using config::Key;
using config::Reader;

constexpr std::array<std::string_view, 2> schemas{"fairlead.config/1", "fairlead.policy/1"};
constexpr std::array<std::string_view, 2> truths{"false", "true"};
constexpr std::array<std::string_view, 2> rule_modes{"observe", "enforce"};
constexpr std::size_t longest_text = 1024;

bool takes(Verb verb, const FieldEntry& field) {
    switch (verb) {
    case Verb::Route:
        return field.name == "partition" || field.name == "qos";
    case Verb::Append:
        return appendable(field);
    case Verb::Cap:
        return writable(field) && field.kind == Kind::Number;
    case Verb::Require:
        return read_field(field.name).has_value();
    default:
        return writable(field);
    }
}

Result<std::string> short_text(const Reader& reader, const YAML::Node& node,
                               std::string_view where) {
    auto text = reader.text(node, where);
    if (text && text->size() > longest_text)
        return reader.error(Code::X106, node,
                            fmt::format("{} is longer than {} bytes", where, longest_text));
    return text;
}

/// Slurm's numbers have 32 bits, and their largest values have a meaning of their own.
Result<Value> read_number(const Reader& reader, const YAML::Node& node, const FieldEntry& field) {
    constexpr std::uint64_t most = 0xfffffff0;
    const auto text = reader.text(node, field.name);
    if (!text)
        return std::unexpected(text.error());
    const auto number = read_quantity(*text, field.unit);
    if (!number || (*number > most && *number != unlimited))
        return reader.error(Code::X106, node,
                            fmt::format("{} is '{}'; expected {}", field.name, printable(*text),
                                        forms_of(field.unit)));
    return *number;
}

Result<Value> read_value(const Reader& reader, const YAML::Node& node, const FieldEntry& field,
                         std::string_view rule) {
    if (field.kind == Kind::Number)
        return read_number(reader, node, field);
    if (field.kind == Kind::Flag) {
        const auto index = reader.word(node, field.name, truths);
        if (!index)
            return std::unexpected(index.error());
        return *index == 1;
    }
    auto text = short_text(reader, node, field.name);
    if (!text)
        return std::unexpected(text.error());
    Message message = read_message(*text, rule);
    const bool constant = std::ranges::none_of(
        message.pieces, [](const Piece& piece) { return piece.field.field != nullptr; });
    if (constant && message.unknown.empty())
        return std::move(*text);
    return message;
}

Result<Message> read_template(const Reader& reader, const YAML::Node& node, std::string_view where,
                              const Rule& rule) {
    const auto text = short_text(reader, node, where);
    if (!text)
        return std::unexpected(text.error());
    return read_message(*text, rule.name);
}

/// {field: value} of the verbs that change a job.
Result<void> read_changes(const Reader& reader, const YAML::Node& node, std::string_view where,
                          Verb verb, Rule& rule) {
    std::vector<Key> keys;
    for (const FieldEntry& field : all_fields())
        if (takes(verb, field))
            keys.push_back({field.name, [&](const YAML::Node& value) -> Result<void> {
                                auto read = read_value(reader, value, field, rule.name);
                                if (!read)
                                    return std::unexpected(read.error());
                                rule.actions.push_back({.verb = verb,
                                                        .target = {.field = &field},
                                                        .value = std::move(*read)});
                                return {};
                            }});
    return reader.map(node, where, keys);
}

Message usual_demand(const FieldEntry& field, std::string_view rule) {
    return read_message(fmt::format("{} must be given ({})", field.name, field.meaning), rule);
}

Result<void> read_required_list(const Reader& reader, const YAML::Node& node, Rule& rule) {
    std::vector<std::string_view> names;
    for (const FieldEntry& field : all_fields())
        if (takes(Verb::Require, field))
            names.push_back(field.name);
    for (const auto& item : node) {
        const auto index = reader.word(item, "require", names);
        if (!index)
            return std::unexpected(index.error());
        const FieldEntry& field = *find_field(names.at(*index));
        rule.actions.push_back({.verb = Verb::Require,
                                .target = {.field = &field},
                                .message = usual_demand(field, rule.name)});
    }
    return {};
}

Result<void> read_required_map(const Reader& reader, const YAML::Node& node, Rule& rule) {
    std::vector<Key> keys;
    for (const FieldEntry& field : all_fields())
        if (takes(Verb::Require, field))
            keys.push_back({field.name, [&](const YAML::Node& value) -> Result<void> {
                                auto message = read_template(reader, value, field.name, rule);
                                if (!message)
                                    return std::unexpected(message.error());
                                rule.actions.push_back({.verb = Verb::Require,
                                                        .target = {.field = &field},
                                                        .message = std::move(*message)});
                                return {};
                            }});
    return reader.map(node, "require", keys);
}

Key change_key(const Reader& reader, std::string_view name, Verb verb, Rule& rule) {
    return {name, [&reader, name, verb, &rule](const YAML::Node& node) {
                return read_changes(reader, node, name, verb, rule);
            }};
}

Key message_key(const Reader& reader, std::string_view name, Verb verb, Rule& rule) {
    return {name, [&reader, name, verb, &rule](const YAML::Node& node) -> Result<void> {
                auto message = read_template(reader, node, name, rule);
                if (!message)
                    return std::unexpected(message.error());
                rule.actions.push_back({.verb = verb, .message = std::move(*message)});
                return {};
            }};
}

Key truth_key(const Reader& reader, std::string_view name, std::function<void(bool)> take) {
    return {name, [&reader, name, take = std::move(take)](const YAML::Node& node) -> Result<void> {
                const auto index = reader.word(node, name, truths);
                if (!index)
                    return std::unexpected(index.error());
                take(*index == 1);
                return {};
            }};
}

Key when_key(const Reader& reader, Rule& rule) {
    return {"when", [&reader, &rule](const YAML::Node& node) -> Result<void> {
                auto condition = read_condition(reader, node);
                if (!condition)
                    return std::unexpected(condition.error());
                rule.when = std::move(*condition);
                return {};
            }};
}

/// Messages name the rule, so its name is read before all else.
Result<std::string> name_of(const Reader& reader, const YAML::Node& node) {
    if (!node.IsMap())
        return reader.error(Code::X106, node, "a rule must be a map with a name");
    const YAML::Node name = node["name"];
    if (!name)
        return reader.error(Code::X106, node, "the rule has no name; expected `name: WORD`");
    return short_text(reader, name, "name");
}

std::string place_of(const fs::path& file, const YAML::Node& node) {
    return fmt::format("{}:{}:{}", file.native(), node.Mark().line + 1, node.Mark().column + 1);
}

Result<Rule> read_rule(const Reader& reader, const YAML::Node& node, const fs::path& file) {
    const auto name = name_of(reader, node);
    if (!name)
        return std::unexpected(name.error());
    Rule rule{.name = printable(*name), .place = place_of(file, node)};
    const Key keys[] = {
        {"name", [](const YAML::Node&) { return Result<void>{}; }},
        when_key(reader, rule),
        change_key(reader, "default", Verb::Default, rule),
        change_key(reader, "set", Verb::Set, rule),
        change_key(reader, "route", Verb::Route, rule),
        change_key(reader, "append", Verb::Append, rule),
        change_key(reader, "cap", Verb::Cap, rule),
        {"require",
         [&](const YAML::Node& value) {
             return value.IsSequence() ? read_required_list(reader, value, rule)
                                       : read_required_map(reader, value, rule);
         }},
        truth_key(reader, "hold",
                  [&](bool on) {
                      if (on)
                          rule.actions.push_back({.verb = Verb::Hold});
                  }),
        message_key(reader, "warn", Verb::Warn, rule),
        message_key(reader, "reject", Verb::Reject, rule),
        truth_key(reader, "stop", [&](bool on) { rule.stop = on; }),
        {"mode",
         [&](const YAML::Node& value) -> Result<void> {
             const auto index = reader.word(value, "mode", rule_modes);
             if (!index)
                 return std::unexpected(index.error());
             rule.observe = *index == 0;
             return {};
         }},
    };
    if (auto done = reader.map(node, "rule " + rule.name, keys); !done)
        return std::unexpected(done.error());
    if (rule.actions.empty() && !rule.stop)
        return reader.error(Code::X106, node, fmt::format("rule {} does nothing", rule.name));
    std::ranges::stable_sort(rule.actions, {}, &Action::verb);
    rule.text = text_of_rule(node);
    rule.mark = mark_of(rule.name, rule.text);
    return rule;
}

Result<void> read_list(const Reader& reader, const YAML::Node& node, const fs::path& file,
                       Rules& rules) {
    if (!node.IsSequence())
        return reader.error(Code::X106, node, "policy must be a list of rules");
    for (const auto& item : node) {
        auto rule = read_rule(reader, item, file);
        if (!rule)
            return std::unexpected(rule.error());
        rules.push_back(std::move(*rule));
    }
    return {};
}

Result<std::size_t> schema_of(const Reader& reader, const YAML::Node& root) {
    if (!root.IsMap() || !root["schema"])
        return reader.error(Code::X106, root,
                            "key 'schema' is missing; expected `schema: fairlead.policy/1`");
    return reader.word(root["schema"], "schema", schemas);
}

Result<void> check_names(const Rules& rules) {
    std::map<std::string_view, std::string_view> places;
    for (const Rule& rule : rules)
        if (const auto [first, fresh] = places.emplace(rule.name, rule.place); !fresh)
            return fail(Code::X106, "{}: rule {} is already at {}; give it another name",
                        rule.place, rule.name, first->second);
    return {};
}

} // namespace

Result<std::vector<fs::path>> rule_files(const fs::path& config) {
    std::vector<fs::path> files;
    std::error_code error;
    const fs::path folder = config.parent_path() / "policy.d";
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error))
        // A name that begins with a dot is an editor's: Emacs has a link '.#NAME' beside each file.
        if (entry->path().extension() == ".yaml" &&
            !entry->path().filename().native().starts_with('.'))
            files.push_back(entry->path());
    if (error && error != std::errc::no_such_file_or_directory)
        return fail(Code::X103, "{}: {}", folder.native(), error.message());
    std::ranges::sort(files);
    files.insert(files.begin(), config);
    return files;
}

Result<Rules> parse_rules(std::string_view text, const fs::path& path) {
    const Reader reader{path, schemas.back()};
    const auto root = reader.parse(text);
    if (!root)
        return std::unexpected(root.error());
    const auto schema = schema_of(reader, *root);
    if (!schema)
        return std::unexpected(schema.error());
    Rules rules;
    const auto read = [&](const YAML::Node& node) { return read_list(reader, node, path, rules); };
    Result<void> done;
    if (*schema == 1) {
        const Key keys[] = {{"schema", [](const YAML::Node&) { return Result<void>{}; }},
                            {"policy", read}};
        done = reader.map(*root, "the file of rules", keys);
    } else if (const YAML::Node list = (*root)["policy"]) {
        done = read(list);
    }
    if (done)
        done = check_names(rules);
    if (!done)
        return std::unexpected(done.error());
    return rules;
}

Result<Rules> load_rules(std::span<const fs::path> files) {
    Rules all;
    for (const fs::path& file : files) {
        const auto text = read_file(file);
        if (!text)
            return std::unexpected(text.error());
        auto rules = parse_rules(*text, file);
        if (!rules)
            return rules;
        std::ranges::move(*rules, std::back_inserter(all));
    }
    if (auto unique = check_names(all); !unique)
        return std::unexpected(unique.error());
    return all;
}

Result<Rules> load_rules(const fs::path& config) {
    const auto files = rule_files(config);
    if (!files)
        return std::unexpected(files.error());
    return load_rules(*files);
}

} // namespace fairlead::policy
