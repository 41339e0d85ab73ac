/// Who may name which account, as slurmdbd has it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fairlead::cost {

/// An account with those who may name it.
struct Members {
    std::string account;
    std::vector<std::string> users{}; ///< in the order of their letters
};

/// Of lines "account|user", as sacctmgr prints associations, in any order and as often as they
/// come. One without a user is of the account itself.
std::vector<Members> members_of(std::string_view associations);

/// `all` in the order of members_of(). Of none, as without an account or a user, nothing is known,
/// and then anybody may.
bool may_name(const std::vector<Members>& all, std::string_view account, std::string_view user);

} // namespace fairlead::cost
