/// The section `staging` of the configuration: what the site says of staging to everybody. Who may
/// use which bucket stands in the private file (lib/stage/permit.hpp).
#pragma once

#include "config/link.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace fairlead::config {

/// Large files are laid over several storage targets of Lustre, so that many nodes read them at
/// once.
struct Stripes {
    std::vector<std::string> folders{}; ///< in file systems of Lustre; none: nothing is striped
    int at_least = 1024;                ///< MiB that a file has
    int count = -1;                     ///< storage targets; -1 for all
};

struct Staging {
    int deadline = 1500; ///< seconds that staging in takes at most, below PrologEpilogTimeout
    int keep = 14;       ///< days that the records of a job's staging are kept
    /// Lines as they stand behind #STAGE, by the name that jobs give as profile=NAME; %j and its
    /// like are the job's.
    std::map<std::string, std::vector<std::string>, std::less<>> profiles{};
    std::string s3_endpoint{}; ///< empty for AWS's own of the region
    std::string kms_key{};     ///< that results are encrypted with; empty for the bucket's default
    std::vector<Link> links{};
    Stripes stripes{};
    std::string lfs = "/usr/bin/lfs"; ///< Lustre's command
    bool queued = false; ///< `fairlead stage import` stages for jobs that are still held
    /// What that service may read and write, without a slash at the end; nothing where it is empty.
    std::vector<std::string> import_folders{};
    /// File systems of the site's beside those that links, stripes and import_folders name: one
    /// that fails on a node is the node's fault.
    std::vector<std::string> file_systems{};
    int stall = 300; ///< seconds after which what does not go on is given up
};

/// Whether the service may copy for a job while it is held.
bool imports(const Staging& staging);

/// What the site has named as its own file systems, or folders in them.
std::vector<std::string> site_folders(const Staging& staging);

/// Whether a path is that folder or lies in it; both are absolute, without `..`.
bool lies_in(std::string_view path, std::string_view folder);

} // namespace fairlead::config
