#include "spank/options.hpp"

#include "base/words.hpp"
#include "pin/request.hpp"
#include "spank/fault.hpp"
#include "spank/step_abi.h"

#include <algorithm>
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

/// In the order of config::fabric_options().
Result<void> take_fabric(int index, std::string_view value) {
    const auto place = static_cast<std::size_t>(index - FAIRLEAD_OPTION_FABRIC);
    return config::fabric_options()[place].take(value, given.fabric);
}

/// sbatch reads the options of a script twice, and srun those of its job again.
Result<void> take_staging(stage::Direction direction, std::string_view value) {
    auto transfer = stage::parse_option(direction, value);
    if (!transfer)
        return std::unexpected(transfer.error());
    if (std::ranges::find(given.staging, *transfer) != given.staging.end())
        return {};
    if (given.staging.size() == stage::most_transfers)
        return fail(Code::S101, "a job stages at most {} things", stage::most_transfers);
    given.staging.push_back(std::move(*transfer));
    return {};
}

template <stage::Direction Direction>
Result<void> take_direction(std::string_view value) {
    return take_staging(Direction, value);
}

/// On the user's side a bad value ends the command. On a node it must not: there it is kept for
/// task_init, where a failure hurts the step alone.
template <class Read>
int take(Read read, const char* argument, int remote) {
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
template <class Read>
int guarded_take(const char* where, Read read, const char* argument, int remote) {
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

} // namespace

const Options& options() { return given; }

const char* faulted_option() { return faulted; }

int take_option(int index, const char* argument, int remote) {
    switch (index) {
    case FAIRLEAD_OPTION_PIN:
        return guarded_take("--efa-pin", take_pin, argument, remote);
    case FAIRLEAD_OPTION_STAGE_IN:
        return guarded_take("a staging option", take_direction<stage::Direction::In>, argument,
                            remote);
    case FAIRLEAD_OPTION_STAGE_OUT:
        return guarded_take("a staging option", take_direction<stage::Direction::Out>, argument,
                            remote);
    default:
        return guarded_take(
            "a fabric option",
            [index](std::string_view value) { return take_fabric(index, value); }, argument,
            remote);
    }
}

} // namespace fairlead::spank
