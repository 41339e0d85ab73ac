/// Which GPUs of the node a step or a task may see, from what Slurm put into its environment.
#pragma once

#include "topology/machine.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fairlead::pin {

/// CUDA_VISIBLE_DEVICES's word for a GPU.
struct VisibleGpu {
    std::string word; ///< "0", "GPU-8932f937..."
    int gpu;          ///< index into Machine::gpus
};

struct VisibleGpus {
    std::vector<VisibleGpu> gpus{};
    std::size_t unknown = 0; ///< words that name no GPU of the node: MIG-..., another's UUID
    bool none = false;       ///< Slurm says that there are none
    std::vector<std::string> warnings{};

    std::size_t words() const { return gpus.size() + unknown; }
};

/// `cuda` is CUDA_VISIBLE_DEVICES: UUIDs, abbreviated ones too, or numbers. Numbers count within
/// the step where a cgroup hides the other GPUs; `step` (SLURM_STEP_GPUS) then has the node's
/// numbers, in the same order. The node's numbers are the driver's minor numbers, or the order of
/// PCI addresses where the driver does not say. A word that names no GPU of the node, or
/// abbreviates several, gives a warning.
VisibleGpus visible_gpus(const topology::Machine& machine, std::string_view cuda,
                         std::string_view step);

/// The node's GPUs that a task's own CUDA_VISIBLE_DEVICES names, by the words of its step. Empty
/// where that cannot be told: a word is none that the step knows, or the numbers are 0 to n-1 and
/// fewer than the step's, because Slurm counts from 0 for every task where a cgroup hides the
/// others from it.
std::optional<std::vector<int>> task_gpus(const VisibleGpus& step, std::string_view cuda);

std::vector<int> indices(const VisibleGpus& visible);

} // namespace fairlead::pin
