#include "prolog/bucket_check.hpp"

#include "stage/permit.hpp"

namespace fairlead::prolog {

Result<void> check_buckets(const config::Config& config, const std::filesystem::path& file,
                           const JobOwner& owner, std::string_view account,
                           std::vector<stage::Transfer>& transfers) {
    const auto permit = stage::load_permit(file);
    if (!permit)
        return std::unexpected(permit.error());
    const stage::Who who{.user = owner.name,
                         .groups = {owner.group_names.begin(), owner.group_names.end()},
                         .account = account};
    for (stage::Transfer& transfer : transfers) {
        if (auto fine = stage::allow(*permit, transfer, who, config.region); !fine)
            return fine;
        transfer.region = stage::bucket_region(*permit, transfer, who);
    }
    return {};
}

} // namespace fairlead::prolog
