/// What a job asks for, as the controller sees it: values, no pointers, nothing unset but empty.
#pragma once

#include "config/fabric_words.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace fairlead::policy {

struct JobRequest {
    std::optional<std::string> partition; ///< comma list as the user gave it
    std::optional<std::string> features;  ///< --constraint
    Result<config::FabricRequest> fabric; ///< the options of the SPANK plugin
    std::optional<std::uint32_t> least_nodes, most_nodes;
    std::optional<std::uint32_t> tasks, tasks_per_node;
    std::optional<std::uint32_t> switches;    ///< most leaf switches (--switches)
    std::optional<std::uint32_t> switch_wait; ///< seconds to wait for them
};

/// What admission changes. Fields that are empty stay as they are.
struct JobPatch {
    std::optional<std::string> features;
    std::optional<std::uint32_t> switches, switch_wait;
    std::optional<std::string> record; ///< the admitted record
};

} // namespace fairlead::policy
