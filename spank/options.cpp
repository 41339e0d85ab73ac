#include "spank/options.hpp"

#include "base/words.hpp"
#include "pin/request.hpp"
#include "spank/fault.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace fairlead::spank {
namespace {

Options given;
const char* faulted = nullptr; ///< the option whose reading met a fault of our own

/// Prints the grammar and ends the command, as srun --help does.
[[noreturn]] void print_grammar() {
    std::fwrite(pin::grammar.data(), 1, pin::grammar.size(), stdout);
    std::exit(0); // NOLINT(concurrency-mt-unsafe): srun has no thread yet while it reads options
}

bool on_users_side() {
    const spank_context_t context = spank_context();
    return context == S_CTX_LOCAL || context == S_CTX_ALLOCATOR;
}

/// A bare option arrives as NULL in srun, as "" in slurmstepd and as "(null)" through the
/// environment.
std::string_view value_of(const char* argument) {
    if (!argument || std::string_view(argument) == "(null)")
        return {};
    return argument;
}

Result<void> take_pin(std::string_view value) {
    const auto request = pin::parse_request(value);
    if (!request)
        return std::unexpected(request.error());
    if (request->help && on_users_side())
        print_grammar();
    given.pin = std::string(value);
    return {};
}

/// The fabric options one by one, in the order of their table.
template <std::size_t Index>
Result<void> take_fabric(std::string_view value) {
    return config::fabric_options()[Index].take(value, given.fabric);
}

/// On the user's side a bad value ends the command. On a node it must not: there it is kept for
/// task_init, where a failure hurts the step alone.
int take(Result<void> (*read)(std::string_view), const char* argument, int remote) {
    const Result<void> taken = read(value_of(argument));
    if (taken)
        return 0;
    if (!given.error)
        given.error = taken.error();
    if (remote)
        return 0;
    slurm_error("fairlead: %s", to_string(taken.error()).c_str());
    return failed;
}

/// A fault of our own ends the command on the user's side, and the step on a node.
int guarded_take(const char* where, Result<void> (*read)(std::string_view), const char* argument,
                 int remote) {
    constexpr int fault = 1;
    const int taken =
        guarded(where, fault, report_fault, [&] { return take(read, argument, remote); });
    if (taken != fault)
        return taken;
    if (!remote)
        return failed;
    faulted = where;
    return 0;
}

int on_pin(int, const char* argument, int remote) {
    return guarded_take("--efa-pin", take_pin, argument, remote);
}

template <std::size_t Index>
int on_fabric(int, const char* argument, int remote) {
    return guarded_take("a fabric option", take_fabric<Index>, argument, remote);
}

char pin_name[] = "efa-pin";
char pin_argument[] = "ARGS";
char pin_usage[] = "[fairlead] bind ranks close to their EFA interface and GPU; ARGS: on, off, "
                   "by:auto|gpu|nic|numa|l3|compact|spread|none, verbose, dry-run and more, joined "
                   "with commas; --efa-pin=help lists them";
char efa_name[] = "efa";
char efa_argument[] = "required|preferred|off";
char efa_usage[] = "[fairlead] require nodes with working EFA; bare means required";

char interfaces_name[] = "efa-interfaces";
char interfaces_argument[] = "N";
char interfaces_usage[] = "[fairlead] least number of EFA interfaces on each node";
char placement_name[] = "placement";
char placement_argument[] = "cluster|partition|spread|capacity-block|any";
char placement_usage[] = "[fairlead] how EC2 must have placed the nodes";
char layer_name[] = "max-layer";
char layer_argument[] = "1|2|3|any";
char layer_usage[] = "[fairlead] how many layers of EC2's network may lie above the nodes: 1 keeps "
                     "them under one leaf";
char same_az_name[] = "same-az";
char same_az_argument[] = "yes|no";
char same_az_usage[] = "[fairlead] all nodes in one Availability Zone; bare means yes";

constexpr int needs_argument = 1, takes_argument = 2;

// The fabric options stand in the order of config::fabric_options().
std::array<spank_option, 6> table{{
    {pin_name, pin_argument, pin_usage, takes_argument, 0, on_pin},
    {efa_name, efa_argument, efa_usage, takes_argument, 0, on_fabric<0>},
    {interfaces_name, interfaces_argument, interfaces_usage, needs_argument, 0, on_fabric<1>},
    {placement_name, placement_argument, placement_usage, needs_argument, 0, on_fabric<2>},
    {layer_name, layer_argument, layer_usage, needs_argument, 0, on_fabric<3>},
    {same_az_name, same_az_argument, same_az_usage, takes_argument, 0, on_fabric<4>},
}};

} // namespace

const Options& options() { return given; }

const char* faulted_option() { return faulted; }

int register_options(spank_t spank) {
    for (spank_option& option : table)
        if (spank_option_register(spank, &option) != ESPANK_SUCCESS) {
            slurm_error("fairlead: option --%s cannot be registered", option.name);
            return failed;
        }
    return 0;
}

} // namespace fairlead::spank
