/// The configuration every part of Fairlead reads: /etc/fairlead/fairlead.yaml, world-readable,
/// without a secret.
#pragma once

#include "base/error.hpp"
#include "config/fabric_words.hpp"
#include "config/node_checks.hpp"
#include "config/paths.hpp"
#include "config/staging.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fairlead::config {

/// What an enforcement does: nothing; log and count; act.
enum class Mode { Off, Observe, Enforce };

/// Whose word a node takes: the job's own request, re-checked; or the controller's admitted record,
/// which is trustworthy only where job_submit_fairlead strips forged ones.
enum class Admission { Node, Controller };

/// What a job may ask less of than its partition demands.
enum class Relaxable { Efa, EfaInterfaces, Placement, MaxLayer, SameAz };

/// Which jobs get a network report: none; those that ask for EFA, or whose partition does; all that
/// run on nodes with EFA.
enum class NetworkReports { Off, Efa, All };

/// What happens to a job whose nodes' place in the network is unknown, also after asking EC2.
enum class UnknownPlacement { Run, Hold };

struct PartitionRules {
    Mode mode = Mode::Observe;
    FabricDemand fabric;
    std::vector<std::string> instance_types{}; ///< what the partition's nodes are
    std::vector<Relaxable> relax{};            ///< what a job may ask less of
    UnknownPlacement unknown_placement = UnknownPlacement::Hold;
};

bool relaxes(const PartitionRules& rules, Relaxable aspect);

/// What satisfies both; of two placements, or two names of a group, the first.
FabricDemand stricter(const FabricDemand& first, const FabricDemand& second);

/// What the nodes of a job must be: what it asks for, what its partition demands, and of both the
/// stricter, but the job's word where the partition lets it relax. A partition that does not
/// `count` demands nothing.
FabricDemand demand_of(const FabricRequest& request, const PartitionRules& rules, bool counts);

/// How the rules of the site (`policy`, policy.d) are taken; lib/policy reads the rules themselves.
struct PolicySettings {
    Mode mode = Mode::Observe;
    std::vector<std::string> exempt{"root"}; ///< users whom no rule concerns
    /// What slurmctld does with jobs when it begins with rules or a configuration it cannot read.
    bool refuse_when_broken = true;
};

/// Makes a node look like another machine, for tests on hardware without EFA.
struct Testing {
    std::filesystem::path sysfs_root; ///< holds sys/...; marked by a file .fairlead-test-root
    std::filesystem::path hwloc_xml;  ///< read instead of the live topology; empty for live
    std::string imds_endpoint;        ///< http://127.0.0.1:PORT; empty for the real one
    std::string aws_endpoint{};       ///< the same for EC2's API
    /// Folder of libfabric providers that fairlead-fabric-probe loads; libfabric knows nothing of a
    /// fake sysfs, so without this it is not asked there.
    std::filesystem::path fabric_providers{};
};

struct Config {
    Admission admission = Admission::Node;
    std::filesystem::path state_dir = "/var/lib/fairlead";
    NetworkReports network_report = NetworkReports::Efa;
    std::filesystem::path spool;   ///< of network reports; empty for the default, see spool_of()
    std::filesystem::path catalog; ///< empty for the catalog that is installed
    std::string region{};          ///< of AWS; empty for the one that IMDS names
    std::filesystem::path scontrol = scontrol_path;
    std::optional<std::string> default_partition;
    int ranks_per_nic = 128; ///< ranks on one EFA interface; more are refused at submission
    int switch_wait = 86400; ///< seconds that a job waits for nodes under one leaf
    NodeChecks node_checks;
    Brake brake;
    PolicySettings policy;
    Staging staging;
    PartitionRules defaults;
    std::map<std::string, PartitionRules, std::less<>> partitions;
    std::optional<Testing> testing;
};

inline constexpr const char* default_path = "/etc/fairlead/fairlead.yaml";

/// Reads and checks one file. FL-X101 to FL-X107; the messages carry file:line:column.
Result<Config> load(const std::filesystem::path& path);

/// The configuration that root acts on, so only root may have written it (FL-X110): the named file,
/// or, where `path` is null, the default one, or the built-in defaults where that does not exist,
/// because a site may install the SPANK plugin alone.
Result<Config> load_for_node(const char* path);

/// `state_dir` of a configuration that may be bad in other places, so that a pause holds all the
/// same. `path` as for load_for_node().
std::filesystem::path state_dir_of(const char* path);

/// Whether jobs are refused (FL-A205) for a configuration that may be bad in any place: where its
/// rules are enforced, or cannot be told to be, because the file is there and cannot be read; not
/// with `policy_broken: accept`. `path` as for load_for_node().
bool refuses_when_broken(const char* path);

/// The same from text; `path` names the file in messages and decides whether `testing` is accepted.
Result<Config> parse(std::string_view text, const std::filesystem::path& path);

/// The rules of a partition, or the defaults where it has none of its own.
const PartitionRules& rules_for(const Config& config, std::string_view partition);

/// Where network reports go: `spool`, or state_dir/reports.
std::filesystem::path spool_of(const Config& config);

std::string_view to_string(Mode mode);

/// The directory of sysfs to read: "/" or the fake root of a test.
std::filesystem::path system_root(const Config& config);

} // namespace fairlead::config
