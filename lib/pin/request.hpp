/// What `--efa-pin=...` asks for, and its grammar.
#pragma once

#include "base/error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace fairlead::pin {

enum class Policy { Auto, Gpu, Nic, Numa, L3, Compact, Spread, None };
enum class Memory { Keep, Prefer, Bind, Interleave };
enum class Omp { Fill, Off, Set };
enum class GpuEnv { Keep, Set };
enum class ReportFormat { Text, Json };

struct NicSelection {
    /// Closest: the nearest, evenly among equals. Balance: evenly over all, then near. Named: these
    /// for every rank. Map: a list for each rank in turn.
    enum class Kind { Closest, Balance, All, None, Named, Map };
    Kind kind = Kind::Closest;
    /// Named: one list. Map: one for each local rank in turn. A word is a libibverbs name or a
    /// number in the order of PCI addresses.
    std::vector<std::vector<std::string>> lists{};

    bool operator==(const NicSelection&) const = default;
};

struct Request {
    bool on = true;
    bool help = false;
    bool dry_run = false;
    bool strict = false; ///< a broken promise of the plan ends the step
    bool force = false;  ///< goes before --cpu-bind, --mem-bind
    int verbose = 0;     ///< 0 silent, 1 report from the first node, 2 from every node
    ReportFormat report = ReportFormat::Text;
    Policy policy = Policy::Auto;
    NicSelection nics{};
    int nics_per_rank = 0; ///< 0: one, or the whole group of a rank's GPUs
    int ranks_per_nic = 0; ///< 0: the site's limit
    Memory memory = Memory::Keep;
    int smt = 0;     ///< hardware threads of a core to use; 0: one, more where cores do not suffice
    int reserve = 0; ///< cores of the step that no rank gets
    Omp omp = Omp::Fill;
    GpuEnv gpu_env = GpuEnv::Keep;

    bool operator==(const Request&) const = default;
};

/// Longest value that is looked at: oversized option values have overflowed slurmstepd
/// (CVE-2026-65108), so they end on the user's side.
inline constexpr std::size_t longest_argument = 256;

/// The whole grammar in a few lines, as --efa-pin=help prints it; ends with a line end.
extern const std::string_view grammar;

/// An empty text is the bare option and means on. FL-P101 names the bad word and the nearest valid
/// one; FL-P103 for an oversized value. Needs no hwloc and reads no file.
Result<Request> parse_request(std::string_view text);

std::string_view to_string(Policy policy);
std::string_view to_string(Memory memory);

} // namespace fairlead::pin
