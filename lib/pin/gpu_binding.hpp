/// Where Slurm gives every rank GPUs of its own: --gpu-bind, --gpus-per-task, --ntasks-per-gpu.
#pragma once

#include "base/error.hpp"
#include "pin/plan.hpp"

#include <string>
#include <string_view>

namespace fairlead::pin {

/// How it does, "single:1", from SLURMD_TRES_BIND ("gpu:single:1", and "gres/gpu:single:1" from
/// 24.11 on), fit to be printed; empty where it does not. Slurm sets the variable in a task alone.
std::string gpu_binding(std::string_view tres_bind);

/// What follows for a plan made before: a rank has other GPUs than the plan's, and those GPUs'
/// interfaces unless the user chose some. All ranks may then come to one interface; FL-P205 where
/// the request is strict and that is more than it carries. Nothing follows from an empty `binding`,
/// nor for a step without GPUs.
Result<void> follow_gpu_binding(const topology::Machine& machine, const Request& request,
                                std::string_view binding, Plan& plan);

} // namespace fairlead::pin
