/// Whose fault it is that a file system fails: the node's where it is one of the site's, else the
/// user's, who may have mounted it there, and whose dead mount must drain no node.
#pragma once

#include "config/staging.hpp"
#include "stage/fault.hpp"

#include <span>
#include <string>
#include <string_view>

namespace fairlead::stage {

/// Whether a path lies in a folder of the site's and on the very mount that the folder is on.
/// `mounts` is as /proc/self/mountinfo.
bool is_sites(const config::Staging& site, std::string_view mounts, std::string_view path);

/// The fault as it is where all that it may be about is the site's; else of the request, FL-S126.
Fault blamed(const Fault& fault, const config::Staging& site, std::string_view mounts,
             std::span<const std::string> paths);

} // namespace fairlead::stage
