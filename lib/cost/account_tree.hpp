/// Groups from the accounts that slurmdbd has.
#pragma once

#include <string>
#include <string_view>

namespace fairlead::cost {

/// A groups.yaml to go on from: each account below root is a group with all accounts below it. Of
/// lines "account|parent|user" as sacctmgr prints associations; those with a user are left out.
std::string groups_yaml_of(std::string_view associations);

} // namespace fairlead::cost
