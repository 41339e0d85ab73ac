#include "cost/account_tree.hpp"

#include "base/words.hpp"
#include "cost/names.hpp"

#include <algorithm>
#include <fmt/ranges.h>
#include <map>
#include <vector>

namespace fairlead::cost {
namespace {

constexpr std::string_view root = "root";

using Parents = std::map<std::string, std::string, std::less<>>;

/// The first of an account in several clusters counts.
Parents parents_in(std::string_view associations) {
    Parents parents;
    for (const std::string_view line : split(associations, '\n'))
        if (const auto words = split(line, '|'); words.size() == 3 && words[2].empty())
            if (!words[0].empty() && words[0] != root)
                parents.emplace(in_small_letters(words[0]), in_small_letters(words[1]));
    return parents;
}

/// The account below root that it belongs to.
std::string top_of(std::string account, const Parents& parents) {
    for (std::size_t i = 0; i < parents.size(); ++i) { // more steps go in a circle
        const auto above = parents.find(account);
        if (above == parents.end() || above->second.empty() || above->second == root ||
            !parents.contains(above->second))
            break;
        account = above->second;
    }
    return account;
}

/// As YAML reads it back.
std::string quoted(const std::string& name) {
    const auto plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    };
    if (std::ranges::all_of(name, plain) && !name.starts_with('-') && name != "null")
        return name;
    std::string text = "'";
    for (const char c : printable(name))
        text += c == '\'' ? "''" : std::string(1, c);
    return text + "'";
}

} // namespace

std::string groups_yaml_of(std::string_view associations) {
    const Parents parents = parents_in(associations);
    std::map<std::string, std::vector<std::string>> groups;
    for (const auto& [account, parent] : parents)
        groups[top_of(account, parents)].push_back(quoted(account));
    std::string text = "schema: fairlead.groups/1\ngroups:\n";
    for (const auto& [name, accounts] : groups)
        text += fmt::format("  {}: {{accounts: [{}]}}\n", quoted(name), fmt::join(accounts, ", "));
    return text;
}

} // namespace fairlead::cost
