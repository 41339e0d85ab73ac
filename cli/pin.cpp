/// fairlead pin plan: what --efa-pin would do, on this or any recorded machine

#include "base/words.hpp"
#include "cli/commands.hpp"
#include "config/paths.hpp"
#include "pin/drawing.hpp"
#include "pin/gpu_binding.hpp"
#include "pin/launchers.hpp"
#include "pin/report.hpp"
#include "topology/cache.hpp"

#include <fmt/ranges.h>
#include <memory>
#include <numeric>

namespace fairlead::cli {
namespace {

struct Options {
    std::string topology;
    std::string allowed;
    std::string pin;
    std::string gpus;
    std::string gpu_binding;
    std::string format; ///< empty: text, or what the request's report: says
    int ranks = 0;
    int cpus_per_task = 0;
    int threads_per_core = 0;
};

/// Without a configuration the built-in limits hold: a plan needs none. A bad one is an error,
/// because a step would meet it too.
Result<config::Config> config_of(const Session& session) {
    auto config = config::load(session.config_path);
    if (!config && config.error().code == Code::X101)
        return config::Config{};
    return config;
}

Result<topology::Machine> machine_of(const Options& options, const config::Config& config) {
    if (!options.topology.empty())
        return topology::from_xml(options.topology);
    if (auto known = topology::recorded(config::run_dir))
        return known;
    return topology::look(config);
}

Result<topology::CpuSet> allowed_of(const Options& options, const topology::Machine& machine) {
    if (options.allowed.empty())
        return machine.cpus;
    if (const auto set = topology::CpuSet::from_list(options.allowed))
        return *set;
    return fail(Code::X301, "--allowed is '{}'; expected a list of CPUs such as 0-15,32",
                printable(options.allowed));
}

/// "all", or numbers in the order of PCI addresses.
Result<std::vector<int>> gpus_of(const Options& options, const topology::Machine& machine) {
    const int count = static_cast<int>(machine.gpus.size());
    if (options.gpus == "all") {
        std::vector<int> all(machine.gpus.size());
        std::iota(all.begin(), all.end(), 0);
        return all;
    }
    const auto set = topology::CpuSet::from_list(options.gpus);
    if (!set || set->last() >= count)
        return fail(Code::X301,
                    "--gpus is '{}'; expected all or a list such as 0-3,6; the machine has {}",
                    printable(options.gpus), count);
    return set->cpus();
}

Result<pin::PlanInput> input_of(const Options& options, const config::Config& config,
                                const topology::Machine& machine, const pin::Request& request) {
    auto allowed = allowed_of(options, machine);
    if (!allowed)
        return std::unexpected(allowed.error());
    auto gpus = gpus_of(options, machine);
    if (!gpus)
        return std::unexpected(gpus.error());
    std::vector<std::uint32_t> ranks(static_cast<std::size_t>(options.ranks));
    std::iota(ranks.begin(), ranks.end(), 0u);
    return pin::PlanInput{.step_cpus = std::move(*allowed),
                          .ranks = std::move(ranks),
                          .cpus_per_task = options.cpus_per_task,
                          .threads_per_core = options.threads_per_core,
                          .gpus = std::move(*gpus),
                          .ranks_per_nic = config.ranks_per_nic,
                          .request = request};
}

using Writer = Result<std::string> (*)(const topology::Machine&, const pin::Plan&);

struct Format {
    std::string_view name;
    Writer write;
};

constexpr Format formats[] = {
    {"text",
     [](const topology::Machine& machine, const pin::Plan& plan) -> Result<std::string> {
         return fmt::format("{}\n", fmt::join(pin::report_lines(machine, plan), "\n"));
     }},
    {"json",
     [](const topology::Machine& machine, const pin::Plan& plan) -> Result<std::string> {
         return pin::report_json(machine, plan);
     }},
    {"svg", pin::drawing},
    {"rankfile", pin::rankfile},
    {"intel-mpi", pin::intel_mpi},
    {"slurm-cpu-bind", pin::slurm_cpu_bind},
};

std::string_view format_of(const Options& options, const pin::Request& request) {
    if (!options.format.empty())
        return options.format;
    return request.report == pin::ReportFormat::Json ? "json" : "text";
}

Result<std::string> plan_text(const Options& options, const Session& session) {
    const auto request = pin::parse_request(options.pin);
    if (!request)
        return std::unexpected(request.error());
    if (request->help)
        return std::string(pin::grammar);
    if (!request->on)
        return fail(Code::X301, "--pin is '{}', with which nothing is pinned and there is no plan",
                    printable(options.pin));
    const auto config = config_of(session);
    if (!config)
        return std::unexpected(config.error());
    const auto machine = machine_of(options, *config);
    if (!machine)
        return std::unexpected(machine.error());
    const auto input = input_of(options, *config, *machine, *request);
    if (!input)
        return std::unexpected(input.error());
    auto plan = pin::plan(*machine, *input);
    if (!plan)
        return std::unexpected(plan.error());
    const std::string binding = pin::gpu_binding("gpu:" + options.gpu_binding);
    if (auto kept = pin::follow_gpu_binding(*machine, *request, binding, *plan); !kept)
        return std::unexpected(kept.error());
    const std::string_view name = format_of(options, *request);
    const auto* const format = std::ranges::find(formats, name, &Format::name);
    return format->write(*machine, *plan);
}

void print_plan(const Options& options, Session& session) {
    const auto text = plan_text(options, session);
    if (text)
        fmt::print("{}", *text);
    else
        session.report(text.error());
}

std::vector<std::string> format_names() {
    std::vector<std::string> names;
    for (const Format& format : formats)
        names.emplace_back(format.name);
    return names;
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
    plan->add_option("--threads-per-core", options->threads_per_core,
                     "hardware threads of a core to use, as srun's")
        ->check(CLI::Range(1, most_ranks));
    plan->add_option("--gpus", options->gpus,
                     "GPUs of the step by PCI order, all or 0-3,6 (default: none)");
    plan->add_option("--gpu-bind", options->gpu_binding,
                     "what srun would get, single:1; per_task:1 for --gpus-per-task=1");
    plan->add_option("--pin", options->pin, "what --efa-pin would get; see below");
    plan->add_option("--format", options->format,
                     "text, json, svg (a drawing), rankfile (Open MPI), intel-mpi or "
                     "slurm-cpu-bind (default text)")
        ->check(CLI::IsMember(format_names()));
    plan->footer(fmt::format("{}", pin::grammar));
    plan->callback([options, &session] { print_plan(*options, session); });
}

} // namespace fairlead::cli
