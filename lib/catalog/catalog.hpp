/// EC2 instance types with EFA, by name.
#pragma once

#include "base/error.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace fairlead::catalog {

struct InstanceType {
    std::string name{};
    int vcpus = 0;
    int cores = 0;
    int threads_per_core = 0;
    std::optional<int> numa_nodes{}; ///< where published
    double memory_gib = 0;
    int efa_interfaces = 0; ///< the most that can be attached
    int network_cards = 0;
    std::optional<double> gbps{}; ///< peak of all network cards together
    int gpus = 0;
    std::string arch{}; ///< "x86_64" or "arm64"
};

/// The columns of the file, as its header line names them.
inline constexpr std::string_view header =
    "instance_type,vcpus,cores,threads_per_core,numa_nodes,memory_gib,efa_interfaces,"
    "network_cards,gbps,gpus,arch";

class Catalog {
  public:
    /// Rows of CSV after a header line; lines that begin with '#' are comments. `file` names the
    /// source in messages. FL-X109.
    static Result<Catalog> parse(std::string_view csv, std::string_view file);

    /// The installed catalog, with the rows of `site` (may be empty) taking precedence.
    static Result<Catalog> load(const std::filesystem::path& installed,
                                const std::filesystem::path& site);

    /// Null when the type is not listed, which for EC2 means that it has no EFA.
    const InstanceType* find(std::string_view name) const;

    const std::map<std::string, InstanceType, std::less<>>& types() const { return types_; }

  private:
    std::map<std::string, InstanceType, std::less<>> types_;
};

} // namespace fairlead::catalog
