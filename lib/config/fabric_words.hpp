/// What a job or a partition says of the fabric, and the words it says it with: the options --efa,
/// --efa-interfaces, --placement, --max-layer and --same-az. The SPANK plugin, job_submit and the
/// prologs read them with the same code.
#pragma once

#include "base/error.hpp"

#include <array>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace fairlead::config {

enum class EfaNeed { Off, Preferred, Required };

/// How EC2 places the instances of a job, in its own words; a capacity block needs no group.
enum class Placement { Any, Cluster, Partition, Spread, CapacityBlock };

/// Their words, and those of a layer, in the order of their values.
inline constexpr std::array<std::string_view, 3> efa_needs{"off", "preferred", "required"};
inline constexpr std::array<std::string_view, 5> placements{"any", "cluster", "partition", "spread",
                                                            "capacity-block"};
inline constexpr std::array<std::string_view, 4> layers{"any", "1", "2", "3"};

std::string_view to_string(EfaNeed need);
std::string_view to_string(Placement placement);
std::optional<EfaNeed> parse_efa_need(std::string_view word);
std::optional<Placement> parse_placement(std::string_view word);

inline constexpr int most_efa_interfaces = 64; ///< on one node; EC2 attaches 32 at most today

/// A job's own words; empty where it says nothing.
struct FabricRequest {
    std::optional<EfaNeed> efa{};
    std::optional<int> efa_interfaces{}; ///< least on each node
    std::optional<Placement> placement{};
    std::optional<int> max_layer{}; ///< as FabricDemand's
    std::optional<bool> same_az{};

    bool operator==(const FabricRequest&) const = default;
};

/// One option: its name without dashes and how its value is read into a request. P102 for a value
/// that the option does not take, with what it takes.
struct FabricOption {
    std::string_view name;
    Result<void> (*take)(std::string_view value, FabricRequest& request);
};

/// "efa" first.
std::span<const FabricOption> fabric_options();

/// Who asks for interfaces, and says nothing of EFA, requires it.
FabricRequest completed(FabricRequest request);

/// The completed request in entries as Slurm stores options of a SPANK plugin: `value_of` gives
/// what stands under "fairlead_efa_interfaces" and the like. P102 for the first value that cannot
/// be read.
Result<FabricRequest> read_fabric_request(
    const std::function<std::optional<std::string_view>(std::string_view)>& value_of);

/// What holds for the nodes of a job in the end.
struct FabricDemand {
    EfaNeed efa = EfaNeed::Off;
    int efa_interfaces = 0; ///< least on each node; 0 for all that its type has
    Placement placement = Placement::Any;
    std::string group{}; ///< name of the placement group; empty where any will do
    /// How many layers of network nodes may lie above the job's nodes: 1 is one leaf (the network
    /// node that instances are attached to), 2 one network node above the leaves, 3 the next; 0 is
    /// any number.
    int max_layer = 0;
    bool same_az = false;

    bool operator==(const FabricDemand&) const = default;
    /// Whether it asks for anything of where the nodes lie.
    bool placed() const {
        return placement != Placement::Any || !group.empty() || max_layer > 0 || same_az;
    }
};

} // namespace fairlead::config
