/// AWS's price list (version 2017-10-15), as much of it as Fairlead asks.
#pragma once

#include "aws/client.hpp"

#include <string>
#include <vector>

namespace fairlead::aws {

/// The products that are an instance of that type on demand in that region: Linux, shared tenancy,
/// no other software. Each is a JSON document with "product" and "terms". None where the list does
/// not have it. FL-X205 to FL-X208.
Result<std::vector<std::string>> on_demand_products(Client& client, const std::string& region,
                                                    const std::string& type);

} // namespace fairlead::aws
