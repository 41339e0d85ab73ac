#include "policy/condition_reader.hpp"

#include "base/words.hpp"

#include <array>
#include <re2/re2.h>
#include <utility>

namespace fairlead::policy {
namespace {

using config::Key;
using config::Reader;
using Op = Condition::Op;

constexpr std::array<std::string_view, 2> truths{"false", "true"};
constexpr int deepest = 16, most_parts = 256;

/// How deep a part of a condition is, and how many of them have been read. Aliases of YAML make a
/// short text a condition of any size.
struct Level {
    int depth = 0;
    int& parts;

    Level below() const { return {depth + 1, parts}; }
};

Result<void> count_part(const Reader& reader, const YAML::Node& node, const Level& level) {
    if (level.depth > deepest)
        return reader.error(Code::X106, node, "the condition is nested too deeply");
    if (++level.parts > most_parts)
        return reader.error(Code::X106, node,
                            fmt::format("the condition has more than {} parts", most_parts));
    return {};
}

Result<Condition> read_map(const Reader& reader, const YAML::Node& node, const Level& level);

Condition test_of(const FieldRef& ref, Matcher matcher) {
    return {.op = Op::Field, .ref = ref, .matcher = std::move(matcher)};
}

/// Both ends as text, with whether they belong to the range.
struct Ends {
    std::string_view low, high;
    bool with_low = true, with_high = true;
};

Ends ends_of(std::string_view text) {
    const auto behind = [&](std::size_t size) { return trimmed(text.substr(size)); };
    if (text.starts_with(">="))
        return {.low = behind(2), .high = {}};
    if (text.starts_with("<="))
        return {.low = {}, .high = behind(2)};
    if (text.starts_with('>'))
        return {.low = behind(1), .high = {}, .with_low = false};
    if (text.starts_with('<'))
        return {.low = {}, .high = behind(1), .with_high = false};
    if (const std::size_t dots = text.find(".."); dots != std::string_view::npos)
        return {.low = trimmed(text.substr(0, dots)), .high = behind(dots + 2)};
    return {.low = text, .high = text};
}

/// Nothing where it is no range, or holds no number.
std::optional<Range> range_of(std::string_view text, Unit unit) {
    const Ends ends = ends_of(trimmed(text));
    if (ends.low.empty() && ends.high.empty())
        return std::nullopt;
    Range range;
    if (!ends.low.empty()) {
        const auto low = read_quantity(ends.low, unit);
        if (!low || (!ends.with_low && *low == unlimited))
            return std::nullopt;
        range.low = ends.with_low ? *low : *low + 1;
    }
    if (!ends.high.empty()) {
        const auto high = read_quantity(ends.high, unit);
        if (!high || (!ends.with_high && *high == 0))
            return std::nullopt;
        range.high = ends.with_high ? *high : *high - 1;
    }
    return range.low <= range.high ? std::optional(range) : std::nullopt;
}

Result<Matcher> read_ranges(const Reader& reader, const YAML::Node& node, const FieldRef& ref,
                            std::span<const std::string> values) {
    Ranges ranges;
    for (const std::string& value : values) {
        const auto range = range_of(value, ref.field->unit);
        if (!range)
            return reader.error(Code::X106, node,
                                fmt::format("{} is '{}'; expected {}, with >, >=, <, <= before it, "
                                            "or a range of two: 4..8",
                                            ref.name(), printable(value),
                                            forms_of(ref.field->unit)));
        ranges.ranges.push_back(*range);
    }
    return ranges;
}

/// The folder `/x/*` is meant where `/x` itself is the folder of the job.
std::optional<std::string> own_folder(std::string_view value, const FieldEntry& field) {
    if (field.name != "work_dir" || !value.ends_with("/*") || value.size() == 2)
        return std::nullopt;
    value.remove_suffix(2);
    return value.find_first_of("*?") == std::string_view::npos ? std::optional(std::string(value))
                                                               : std::nullopt;
}

Matcher one_of(std::span<const std::string> values, const FieldEntry& field) {
    OneOf test;
    for (const std::string& value : values) {
        (value.find_first_of("*?") == std::string::npos ? test.words : test.globs)
            .push_back(folded(field, value));
        if (auto folder = own_folder(value, field))
            test.words.push_back(std::move(*folder));
    }
    return test;
}

Result<Matcher> read_values(const Reader& reader, const YAML::Node& node, const FieldRef& ref) {
    const bool list = node.IsSequence() && node.size() > 0;
    std::vector<std::string> values;
    if (list) {
        auto all = reader.texts(node, ref.name());
        if (!all)
            return std::unexpected(all.error());
        values = std::move(*all);
    } else {
        auto single = reader.text(node, ref.name());
        if (!single)
            return std::unexpected(single.error());
        if (*single == "unset" || *single == "set")
            return IsSet{*single == "set"};
        values.push_back(std::move(*single));
    }
    if (ref.field->kind == Kind::Number)
        return read_ranges(reader, node, ref, values);
    if (ref.field->kind != Kind::Flag)
        return one_of(values, *ref.field);
    const auto index = reader.word(node, ref.name(), truths);
    if (!index)
        return std::unexpected(index.error());
    return IsFlag{*index == 1};
}

/// Only texts have words of which all can be asked.
Result<Matcher> read_only(const Reader& reader, const YAML::Node& node, const FieldRef& ref) {
    if (ref.field->kind == Kind::Number || ref.field->kind == Kind::Flag)
        return reader.error(Code::X106, node, fmt::format("{} is no text", ref.name()));
    auto matcher = read_values(reader, node, ref);
    if (matcher)
        if (auto* test = std::get_if<OneOf>(&*matcher))
            test->only = true;
    return matcher;
}

/// Latin-1 takes every byte as a character, and scripts hold any bytes. The memory bounds both the
/// program and the states that matching keeps; the first match makes what all later ones need.
Result<Matcher> read_regex(const Reader& reader, const YAML::Node& node, const FieldRef& ref) {
    constexpr std::int64_t memory = 4 << 20;
    constexpr std::size_t largest = 1024;
    const auto text = reader.text(node, ref.name() + ".regex");
    if (!text)
        return std::unexpected(text.error());
    if (ref.field->kind == Kind::Number || ref.field->kind == Kind::Flag)
        return reader.error(Code::X106, node, fmt::format("{} is no text", ref.name()));
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_encoding(re2::RE2::Options::EncodingLatin1);
    options.set_max_mem(memory);
    options.set_case_sensitive(!ref.field->caseless);
    auto expression = std::make_shared<const re2::RE2>(*text, options);
    if (!expression->ok())
        return reader.error(Code::X106, node,
                            fmt::format("{} is no regular expression of RE2: {}", ref.name(),
                                        printable(expression->error(), 128)));
    const auto size = static_cast<std::size_t>(std::max(expression->ProgramSize(), 1));
    if (size > largest)
        return reader.error(Code::X106, node,
                            fmt::format("{} has a pattern of {} instructions; expected at most {}, "
                                        "so a shorter one or smaller numbers in braces",
                                        ref.name(), size, largest));
    re2::RE2::PartialMatch("", *expression);
    return Pattern{std::move(expression), size};
}

Result<Condition> read_test(const Reader& reader, const YAML::Node& node, const FieldRef& ref,
                            const Level& level) {
    if (auto counted = count_part(reader, node, level); !counted)
        return std::unexpected(counted.error());
    if (!node.IsMap()) {
        auto matcher = read_values(reader, node, ref);
        if (!matcher)
            return std::unexpected(matcher.error());
        return test_of(ref, std::move(*matcher));
    }
    Condition all;
    const Key keys[] = {
        {"not",
         [&](const YAML::Node& value) -> Result<void> {
             auto part = read_test(reader, value, ref, level.below());
             if (!part)
                 return std::unexpected(part.error());
             all.parts.push_back({.op = Op::Not, .parts = {std::move(*part)}});
             return {};
         }},
        {"only",
         [&](const YAML::Node& value) -> Result<void> {
             auto matcher = read_only(reader, value, ref);
             if (!matcher)
                 return std::unexpected(matcher.error());
             all.parts.push_back(test_of(ref, std::move(*matcher)));
             return {};
         }},
        {"regex",
         [&](const YAML::Node& value) -> Result<void> {
             auto matcher = read_regex(reader, value, ref);
             if (!matcher)
                 return std::unexpected(matcher.error());
             all.parts.push_back(test_of(ref, std::move(*matcher)));
             return {};
         }},
    };
    if (auto done = reader.map(node, ref.name(), keys); !done)
        return std::unexpected(done.error());
    if (all.parts.size() != 1)
        return reader.error(Code::X106, node,
                            fmt::format("{} must have one key: not, only or regex", ref.name()));
    return std::move(all.parts.front());
}

Result<Condition> read_list(const Reader& reader, const YAML::Node& node, Op op,
                            const Level& level) {
    if (!node.IsSequence() || node.size() == 0)
        return reader.error(Code::X106, node, "all and any take a list of conditions: [{...}]");
    Condition list{.op = op};
    for (const auto& item : node) {
        auto part = read_map(reader, item, level.below());
        if (!part)
            return part;
        list.parts.push_back(std::move(*part));
    }
    return list;
}

Result<Condition> read_not(const Reader& reader, const YAML::Node& node, const Level& level) {
    auto part = read_map(reader, node, level.below());
    if (!part)
        return part;
    Condition negation{.op = Op::Not};
    negation.parts.push_back(std::move(*part));
    return negation;
}

Key part_key(std::string_view name, Condition& all,
             std::function<Result<Condition>(const YAML::Node&)> read) {
    return {name, [&all, read = std::move(read)](const YAML::Node& node) -> Result<void> {
                auto part = read(node);
                if (!part)
                    return std::unexpected(part.error());
                all.parts.push_back(std::move(*part));
                return {};
            }};
}

Key field_key(const Reader& reader, std::string_view name, const FieldRef& ref, const Level& level,
              Condition& all) {
    return part_key(name, all, [&reader, ref, level](const YAML::Node& node) {
        return read_test(reader, node, ref, level);
    });
}

/// Every field without a key, and those with one that the map names.
std::vector<Key> field_keys(const Reader& reader, const YAML::Node& node, const Level& level,
                            Condition& all) {
    std::vector<Key> keys;
    for (const FieldEntry& field : all_fields())
        if (const auto ref = read_field(field.name))
            keys.push_back(field_key(reader, field.name, *ref, level, all));
    for (const auto& entry : node) {
        if (!entry.first.IsScalar())
            continue;
        const auto ref = read_field(entry.first.Scalar());
        if (ref && !ref->key.empty())
            keys.push_back(field_key(reader, entry.first.Scalar(), *ref, level, all));
    }
    return keys;
}

Result<Condition> read_map(const Reader& reader, const YAML::Node& node, const Level& level) {
    if (!node.IsMap() || node.size() == 0)
        return reader.error(Code::X106, node, "a condition must be a map: {partition: gpu}");
    if (auto counted = count_part(reader, node, level); !counted)
        return std::unexpected(counted.error());
    Condition all;
    std::vector<Key> keys = field_keys(reader, node, level, all);
    keys.push_back(part_key("all", all, [&](const YAML::Node& list) {
        return read_list(reader, list, Op::All, level);
    }));
    keys.push_back(part_key("any", all, [&](const YAML::Node& list) {
        return read_list(reader, list, Op::Any, level);
    }));
    keys.push_back(
        part_key("not", all, [&](const YAML::Node& map) { return read_not(reader, map, level); }));
    if (auto done = reader.map(node, "when", keys); !done)
        return std::unexpected(done.error());
    return all;
}

} // namespace

Result<Condition> read_condition(const Reader& reader, const YAML::Node& node) {
    int parts = 0;
    return read_map(reader, node, {.parts = parts});
}

} // namespace fairlead::policy
