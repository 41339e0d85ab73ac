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

constexpr std::array<std::string_view, 3> efa_words{"required", "preferred", "off"};

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

Result<void> take_efa(std::string_view value) {
    const std::string_view word = value.empty() ? efa_words[0] : value;
    if (std::ranges::find(efa_words, word) == efa_words.end())
        return fail(Code::P102, "--efa: unknown value '{}'{}", printable(word),
                    suggestion(word, efa_words));
    given.efa = std::string(word);
    return {};
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

int on_efa(int, const char* argument, int remote) {
    return guarded_take("--efa", take_efa, argument, remote);
}

char pin_name[] = "efa-pin";
char pin_argument[] = "ARGS";
char pin_usage[] = "[fairlead] bind ranks close to their EFA interface and GPU; ARGS: on, off, "
                   "by:auto|gpu|nic|numa|l3|compact|spread|none, verbose, dry-run and more, joined "
                   "with commas; --efa-pin=help lists them";
char efa_name[] = "efa";
char efa_argument[] = "required|preferred|off";
char efa_usage[] = "[fairlead] require nodes with working EFA; bare means required";

constexpr int optional_argument_kind = 2;

std::array<spank_option, 2> table{{
    {pin_name, pin_argument, pin_usage, optional_argument_kind, 0, on_pin},
    {efa_name, efa_argument, efa_usage, optional_argument_kind, 0, on_efa},
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
