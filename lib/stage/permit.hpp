/// Who may read or write which part of which bucket: the section `staging` of the private file. The
/// nodes reach S3 with a role of their own, so that this map is what keeps one user's data from
/// another's job.
#pragma once

#include "stage/request.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace fairlead::stage {

/// Whoever a job runs as.
struct Who {
    std::string_view user;
    std::vector<std::string_view> groups; ///< Unix groups
    std::string_view account;             ///< Slurm's; empty where the job names none
};

struct Grant {
    std::string prefix; ///< s3://BUCKET/ or s3://BUCKET/PREFIX/; %u is the user
    /// "everyone", "user:NAME", "group:NAME", "account:NAME"
    std::vector<std::string> read{}, write{};
    std::string region{}; ///< of the bucket; empty for the cluster's
};

struct Permit {
    std::vector<Grant> buckets{};
    std::vector<std::string> regions{}; ///< beside the cluster's own; data may come from and go to
};

/// The map of the private file beside the configuration `config`; an empty one where there is no
/// such file. FL-X105, FL-X106, FL-X108.
Result<Permit> load_permit(const std::filesystem::path& config);

/// Whether the transfer's bucket is allowed for that user; of several prefixes that fit, the
/// longest counts, and a longer one within what the path stands for, as a tree or with the symbols
/// that are left in it, must be theirs as well. `region` is the cluster's, empty where it is not
/// known. FL-S103, and FL-S104 where the map is empty, or it is not known whether the bucket lies
/// in the cluster's region.
Result<void> allow(const Permit& permit, const Transfer& transfer, const Who& who,
                   std::string_view region);

/// For administrators: buckets that name a region need the cluster's. FL-S104.
Result<void> check_regions(const Permit& permit, std::string_view region);

/// The region of the bucket of a transfer that is allowed; empty for the cluster's.
std::string bucket_region(const Permit& permit, const Transfer& transfer, const Who& who);

} // namespace fairlead::stage
