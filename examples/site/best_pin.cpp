// Extends the planner: of several values of --efa-pin, which lets the fewest ranks span NUMA nodes?
//
// usage: best_pin MACHINE.xml RANKS [CPUS_PER_TASK]
#include <fairlead/planner.hpp>

#include <cstdlib>
#include <iostream>
#include <optional>

namespace api = fairlead::api;

namespace {

struct Choice {
    std::string pin;
    api::Plan plan;
};

/// By the site's own measure: ranks that span NUMA nodes, then cores without a rank.
bool is_better(const api::Plan& one, const api::Plan& other) {
    return std::pair(one.crossings, one.idle_cores) < std::pair(other.crossings, other.idle_cores);
}

api::Result<Choice> best_of(const api::Machine& machine, api::Step step) {
    std::optional<Choice> best;
    for (const char* pin : {"by:numa", "by:l3", "by:compact", "by:spread"}) {
        step.pin = pin;
        auto plan = api::plan(machine, step);
        if (!plan)
            return std::unexpected(plan.error());
        if (!best || is_better(*plan, best->plan))
            best = Choice{pin, *plan};
    }
    return *best;
}

api::Result<Choice> answer(const char* file, const api::Step& step) {
    const auto machine = api::Machine::from_xml(file);
    if (!machine)
        return std::unexpected(machine.error());
    return best_of(*machine, step);
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 3 || argc > 4) {
        std::cerr << "usage: best_pin MACHINE.xml RANKS [CPUS_PER_TASK]\n";
        return 2;
    }
    const api::Step step{.ranks = std::atoi(argv[2]),
                         .cpus_per_task = argc == 4 ? std::atoi(argv[3]) : 0};
    const auto best = answer(argv[1], step);
    if (!best) {
        std::cerr << best.error().message << " [" << best.error().code << "]\n";
        return 1;
    }
    const api::Plan& plan = best->plan;
    std::cout << "--efa-pin=" << best->pin << ": " << plan.crossings << " ranks span NUMA nodes, "
              << plan.idle_cores << " cores idle\n";
    for (std::size_t rank = 0; rank < plan.ranks.size(); ++rank)
        for (const std::string& efa : plan.ranks[rank].efas)
            std::cout << "rank " << rank << " near " << efa << "\n";
    return 0;
}
