#include "config/reader.hpp"

#include "base/words.hpp"

#include <algorithm>
#include <charconv>
#include <set>

namespace fairlead::config {

std::string Reader::at(const YAML::Mark& mark) const {
    if (mark.is_null())
        return file_;
    return fmt::format("{}:{}:{}", file_, mark.line + 1, mark.column + 1);
}

std::unexpected<Error> Reader::error(Code code, const YAML::Node& node,
                                     std::string_view message) const {
    return fail(code, "{}: {}", at(node.Mark()), message);
}

Result<YAML::Node> Reader::parse(std::string_view text) const {
    try {
        YAML::Node root = YAML::Load(std::string(text));
        if (root.IsDefined() && !root.IsNull())
            return root;
    } catch (const YAML::ParserException& fault) {
        return fail(Code::X104, "{}: {}", at(fault.mark), fault.msg);
    }
    return fail(Code::X102, "{} is empty; expected at least `schema: {}`", file_, schema_);
}

Result<void> Reader::entries(
    const YAML::Node& node, std::string_view where,
    const std::function<Result<void>(const std::string&, const YAML::Node&)>& read) const {
    if (!node.IsMap())
        return error(Code::X106, node, fmt::format("{} must be a map of keys and values", where));
    std::set<std::string> seen;
    for (const auto& entry : node) {
        if (!entry.first.IsScalar())
            return error(Code::X106, entry.first, fmt::format("a key of {} must be a word", where));
        const std::string& name = entry.first.Scalar();
        if (!seen.insert(name).second)
            return error(Code::X106, entry.first,
                         fmt::format("key '{}' appears twice in {}", printable(name), where));
        if (auto done = read(name, entry.second); !done)
            return done;
    }
    return {};
}

Result<void> Reader::map(const YAML::Node& node, std::string_view where,
                         std::span<const Key> keys) const {
    return entries(node, where, [&](const std::string& name, const YAML::Node& value) {
        const auto known = std::ranges::find(keys, name, &Key::name);
        if (known != keys.end())
            return known->read(value);
        std::vector<std::string_view> names;
        std::ranges::transform(keys, std::back_inserter(names), &Key::name);
        for (const auto& entry : node)
            if (entry.first.Scalar() == name)
                return Result<void>(error(Code::X105, entry.first,
                                          fmt::format("unknown key '{}' in {}{}", printable(name),
                                                      where, suggestion(name, names))));
        return Result<void>{};
    });
}

Result<std::string> Reader::text(const YAML::Node& node, std::string_view where) const {
    if (!node.IsScalar() || node.Scalar().empty())
        return error(Code::X106, node, fmt::format("{} must be one word or text", where));
    return node.Scalar();
}

Result<std::filesystem::path> Reader::absolute_path(const YAML::Node& node,
                                                    std::string_view where) const {
    const auto value = text(node, where);
    if (!value)
        return std::unexpected(value.error());
    if (!std::filesystem::path(*value).is_absolute())
        return error(
            Code::X106, node,
            fmt::format("{} is '{}'; expected an absolute path", where, printable(*value)));
    return std::filesystem::path(*value);
}

Result<std::vector<std::string>> Reader::texts(const YAML::Node& node,
                                               std::string_view where) const {
    if (!node.IsSequence())
        return error(Code::X106, node, fmt::format("{} must be a list: [a, b]", where));
    std::vector<std::string> values;
    for (const auto& item : node) {
        auto value = text(item, where);
        if (!value)
            return std::unexpected(value.error());
        values.push_back(std::move(*value));
    }
    return values;
}

Result<int> Reader::number(const YAML::Node& node, std::string_view where, int least,
                           int most) const {
    const auto value = text(node, where);
    if (!value)
        return std::unexpected(value.error());
    int number = 0;
    const char* end = value->data() + value->size();
    const auto [stop, error_code] = std::from_chars(value->data(), end, number);
    if (error_code != std::errc{} || stop != end || number < least || number > most)
        return error(Code::X106, node,
                     fmt::format("{} is '{}'; expected a number from {} to {}", where,
                                 printable(*value), least, most));
    return number;
}

Result<std::size_t> Reader::word(const YAML::Node& node, std::string_view where,
                                 std::span<const std::string_view> words) const {
    const auto value = text(node, where);
    if (!value)
        return std::unexpected(value.error());
    const auto found = std::ranges::find(words, *value);
    if (found == words.end())
        return error(
            Code::X106, node,
            fmt::format("{} is '{}'{}", where, printable(*value), suggestion(*value, words)));
    return static_cast<std::size_t>(found - words.begin());
}

} // namespace fairlead::config
