/// Whose fault it is that a file system fails: the node's where it is one of the site's, else the
/// user's, who may have mounted it there, and whose dead mount must drain no node.
#pragma once

#include "config/staging.hpp"
#include "stage/fault.hpp"
#include "stage/mount_id.hpp"

#include <span>
#include <string>
#include <string_view>

namespace fairlead::stage {

/// Whether a path lies in a folder of the site's and on the very mount that the folder is on.
/// `mounts` is as /proc/self/mountinfo; `failed` is the path's own where it is known.
bool is_sites(const config::Staging& site, std::string_view mounts, std::string_view path,
              MountId failed = unknown_mount);

/// The fault as it is where the mount that failed is the site's, or, where that is not known, all
/// that it may be about; else of the request, FL-S126.
Fault blamed(const Fault& fault, const config::Staging& site, std::string_view mounts,
             std::span<const std::string> paths, MountId failed = unknown_mount);

} // namespace fairlead::stage
