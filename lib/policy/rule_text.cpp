#include "policy/rule_text.hpp"

#include <algorithm>
#include <utility>

namespace fairlead::policy {
namespace {

bool is_plain(char c) {
    constexpr std::string_view others = "-_./+@<>=%*:";
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           others.contains(c);
}

void write_text(const std::string& text, std::string& line) {
    if (!text.empty() && std::ranges::all_of(text, is_plain)) {
        line += text;
        return;
    }
    line += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\')
            line += '\\';
        line += c == '\n' ? ' ' : c;
    }
    line += '"';
}

void write(const YAML::Node& node, std::string& line);

void write_entry(const YAML::Node& key, const YAML::Node& value, std::string& line) {
    write(key, line);
    line += ": ";
    write(value, line);
}

void write_map(const YAML::Node& node, std::string& line) {
    std::string_view before = "{";
    for (const auto& entry : node) {
        line += std::exchange(before, ", ");
        write_entry(entry.first, entry.second, line);
    }
    line += before == "{" ? "{}" : "}";
}

void write_list(const YAML::Node& node, std::string& line) {
    std::string_view before = "[";
    for (const auto& item : node) {
        line += std::exchange(before, ", ");
        write(item, line);
    }
    line += before == "[" ? "[]" : "]";
}

void write(const YAML::Node& node, std::string& line) {
    if (node.IsMap())
        write_map(node, line);
    else if (node.IsSequence())
        write_list(node, line);
    else if (node.IsScalar())
        write_text(node.Scalar(), line);
}

} // namespace

std::string text_of_rule(const YAML::Node& rule) {
    std::string line;
    for (const auto& entry : rule) {
        if (entry.first.Scalar() == "name")
            continue;
        line += line.empty() ? "" : ", ";
        write_entry(entry.first, entry.second, line);
    }
    return line;
}

} // namespace fairlead::policy
