/// Which files Lustre itself brings from S3 and takes there, because their folder is linked to the
/// very prefix that a job names.
#pragma once

#include "config/staging.hpp"
#include "stage/plan.hpp"

namespace fairlead::stage {

/// The path of an item that is a file, where one end is an object.
const std::string& file_of(const Item& item);
const Place& object_of(const Item& item);

/// The link by which the item's object is its file; null where there is none, and for a path that
/// does not fit into a line of output.
const config::Link* link_of(const std::vector<config::Link>& links, const Item& item);

} // namespace fairlead::stage
