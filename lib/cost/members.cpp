#include "cost/members.hpp"

#include "base/words.hpp"
#include "cost/names.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace fairlead::cost {

std::vector<Members> members_of(std::string_view associations) {
    std::map<std::string, std::set<std::string_view>> all;
    for (const std::string_view line : split(associations, '\n'))
        if (const auto words = split(line, '|'); words.size() == 2 && !words[0].empty()) {
            auto& users = all[in_small_letters(words[0])];
            if (!words[1].empty())
                users.insert(words[1]);
        }
    std::vector<Members> members;
    for (const auto& [account, users] : all)
        members.push_back({account, {users.begin(), users.end()}});
    return members;
}

bool may_name(const std::vector<Members>& all, std::string_view account, std::string_view user) {
    if (all.empty() || account.empty() || user.empty())
        return true;
    const auto found = std::ranges::lower_bound(all, account, {}, &Members::account);
    return found != all.end() && found->account == account &&
           std::ranges::binary_search(found->users, user);
}

} // namespace fairlead::cost
