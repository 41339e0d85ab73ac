#include "pin/gpu_binding.hpp"

#include "base/words.hpp"
#include "pin/nics.hpp"

#include <algorithm>

namespace fairlead::pin {
namespace {

bool has_gpus(const Plan& plan) {
    return std::ranges::any_of(plan.ranks, [](const RankPlan& rank) { return !rank.gpus.empty(); });
}

bool may_crowd(const topology::Machine& machine, const Request& request, const Plan& plan) {
    return follow_gpus(request) && !machine.efas.empty() &&
           plan.ranks.size() > static_cast<std::size_t>(plan.ranks_per_nic);
}

} // namespace

std::string gpu_binding(std::string_view tres_bind) {
    constexpr std::string_view name = "gpu:";
    for (const std::string_view one : split(tres_bind, '+')) {
        const auto at = one.find(name);
        if (at == std::string_view::npos)
            continue;
        std::string_view kind = one.substr(at + name.size());
        for (const std::string_view talk : {"verbose,", "v,"})
            if (kind.starts_with(talk))
                kind.remove_prefix(talk.size());
        return kind == "none" ? "" : printable(kind);
    }
    return {};
}

Result<void> follow_gpu_binding(const topology::Machine& machine, const Request& request,
                                std::string_view binding, Plan& plan) {
    if (binding.empty() || !has_gpus(plan))
        return {};
    plan.warnings.push_back(
        fmt::format("Slurm gives each rank GPUs of its own as it starts ({}): a rank has those, "
                    "and their interfaces, in place of the ones shown here",
                    binding));
    if (!may_crowd(machine, request, plan))
        return {};
    const std::string sentence =
        fmt::format("all {} ranks may come to one interface, whose limit is {}, because Slurm "
                    "gives each GPUs of its own ({}); use fewer ranks a node, or leave out "
                    "--gpu-bind and --gpus-per-task and let by:gpu share the GPUs",
                    plan.ranks.size(), plan.ranks_per_nic, binding);
    if (request.strict)
        return fail(Code::P205, "--efa-pin=strict: {}", sentence);
    plan.broken.push_back(sentence);
    plan.warnings.push_back(sentence);
    return {};
}

} // namespace fairlead::pin
