/// The layout of a large file on Lustre, which a file has from its beginning.
#pragma once

#include "config/staging.hpp"
#include "stage/fault.hpp"
#include "stage/hand.hpp"
#include "stage/plan.hpp"

#include <string>

namespace fairlead::stage {

/// Whether the site wants a file of that size there over several storage targets.
bool is_striped(const config::Stripes& stripes, std::string_view path, std::uint64_t size);

/// Has Lustre make the temporary file beside the item's destination with its layout, as the user.
/// Where it does not, the file will have the layout of its folder.
Staged<void> stripe(const Item& item, const std::string& temporary, HandLane& hand,
                    const config::Staging& site);

} // namespace fairlead::stage
