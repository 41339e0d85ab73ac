/// Which EC2 instance this is, without asking the network: what the firmware tells the kernel.
#pragma once

#include <filesystem>
#include <string>

namespace fairlead::fabric {

struct Instance {
    std::string type; ///< "hpc7a.96xlarge" from DMI product_name; empty when unknown
    std::string id;   ///< "i-..." from DMI board_asset_tag; empty outside EC2
};

/// Reads /sys/devices/virtual/dmi/id below `root` (sources: aws-ofi-nccl's platform lookup reads
/// product_name, libfabric's efa provider reads board_asset_tag).
Instance this_instance(const std::filesystem::path& root);

} // namespace fairlead::fabric
