/// All that one job asks for: its options, its #STAGE lines and the site's profiles as one request.
#pragma once

#include "config/staging.hpp"
#include "stage/request.hpp"

#include <optional>
#include <string_view>

namespace fairlead::stage {

/// What asks: the entry of the user's side, and the script; either may be missing.
struct Orders {
    std::optional<std::string_view> options{};
    std::string_view script{};

    bool any() const;
};

/// The id is the user's; profiles are spelt out, what is asked for twice is there once. FL-S101 to
/// FL-S102; FL-S101 names the nearest profile where one is not known.
Result<Request> gather(const Orders& orders, const config::Staging& site);

/// Whether the site's profiles can be read. FL-S101 with the name of the profile.
Result<void> check_profiles(const config::Staging& site);

} // namespace fairlead::stage
