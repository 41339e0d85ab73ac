/// fairlead pin plan: what --efa-pin would do, on this or any recorded machine

#include "cli/commands.hpp"
#include "config/paths.hpp"
#include "pin/report.hpp"
#include "topology/cache.hpp"

#include <memory>
#include <numeric>

namespace fairlead::cli {
namespace {

struct Options {
    std::string topology;
    std::string allowed;
    std::string pin;
    int ranks = 0;
    int cpus_per_task = 0;
    bool json = false;
};

Result<topology::Machine> machine_of(const Options& options, const Session& session) {
    if (!options.topology.empty())
        return topology::from_xml(options.topology);
    const auto config = config::load(session.config_path);
    return topology::this_machine(config.value_or(config::Config{}), config::run_dir);
}

Result<topology::CpuSet> allowed_of(const Options& options, const topology::Machine& machine) {
    if (options.allowed.empty())
        return machine.cpus;
    if (const auto set = topology::CpuSet::from_list(options.allowed))
        return *set;
    return fail(Code::X301, "--allowed is '{}'; expected a list of CPUs such as 0-15,32",
                options.allowed);
}

Result<std::string> plan_text(const Options& options, const Session& session) {
    const auto request = pin::parse_request(options.pin);
    if (!request)
        return std::unexpected(request.error());
    const auto machine = machine_of(options, session);
    if (!machine)
        return std::unexpected(machine.error());
    const auto allowed = allowed_of(options, *machine);
    if (!allowed)
        return std::unexpected(allowed.error());
    std::vector<std::uint32_t> ranks(static_cast<std::size_t>(options.ranks));
    std::iota(ranks.begin(), ranks.end(), 0u);
    const auto plan = pin::plan(*machine, {.step_cpus = *allowed,
                                           .ranks = std::move(ranks),
                                           .cpus_per_task = options.cpus_per_task,
                                           .policy = request->policy});
    if (!plan)
        return std::unexpected(plan.error());
    if (options.json)
        return pin::report_json(*machine, *plan);
    std::string text;
    for (const std::string& line : pin::report_lines(*machine, *plan))
        text += line + "\n";
    return text;
}

void print_plan(const Options& options, Session& session) {
    const auto text = plan_text(options, session);
    if (text)
        fmt::print("{}", *text);
    else
        session.report(text.error());
}

} // namespace

void add_pin(CLI::App& app, Session& session) {
    constexpr int most_ranks = 65536;
    auto options = std::make_shared<Options>();
    CLI::App* pin = app.add_subcommand("pin", "rank placement");
    pin->require_subcommand(1);
    CLI::App* plan =
        pin->add_subcommand("plan", "what --efa-pin would do with the ranks of a node");
    plan->add_option("--topology", options->topology, "hwloc XML of a machine (default: this one)");
    plan->add_option("--ntasks", options->ranks, "ranks on the node")
        ->required()
        ->check(CLI::Range(1, most_ranks));
    plan->add_option("--cpus-per-task", options->cpus_per_task, "CPUs a rank (default: its share)")
        ->check(CLI::Range(1, most_ranks));
    plan->add_option("--allowed", options->allowed, "CPUs of the step, 0-15,32 (default: all)");
    plan->add_option("--pin", options->pin,
                     fmt::format("what --efa-pin would get: {}", pin::grammar));
    add_format(*plan, options->json);
    plan->callback([options, &session] { print_plan(*options, session); });
}

} // namespace fairlead::cli
