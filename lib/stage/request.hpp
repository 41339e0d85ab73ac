/// One transfer that a job asks for, and the words it asks with: --stage-in, --stage-out, #STAGE
/// lines and the site's profiles. The SPANK plugin, job_submit and the nodes read them with the
/// same code.
#pragma once

#include "base/error.hpp"
#include "stage/path.hpp"

#include <array>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fairlead::stage {

enum class Direction { In, Out };
enum class Verify { Checksum, Size };
/// Of what is staged in: before the job starts, on its nodes or while it is still in the queue. Of
/// what is staged out: whatever became of the job, or only after it succeeded.
enum class When { Start, Queued, Always, Success };
/// Of what is staged in: once, to a path that all nodes see, or from such a path to each node.
enum class Mode { Shared, Local };
/// What a stage-in that fails does to its job.
enum class OnFail { Hold, Run };

/// Their words, in the order of their values.
inline constexpr std::array<std::string_view, 2> directions{"in", "out"};
inline constexpr std::array<std::string_view, 2> verifications{"checksum", "size"};
inline constexpr std::array<std::string_view, 4> moments{"start", "queued", "always", "success"};
inline constexpr std::array<std::string_view, 2> modes{"shared", "local"};
inline constexpr std::array<std::string_view, 2> failures{"hold", "run"};

inline constexpr std::size_t most_transfers = 32;
inline constexpr std::size_t longest_key = 1024;  ///< bytes of an S3 key
inline constexpr std::size_t longest_path = 4000; ///< leaves room for the names of temporary files
/// Of an option's value. slurmstepd copies options into a buffer of 1024 bytes (CVE-2026-65108), so
/// longer paths are for #STAGE lines.
inline constexpr std::size_t longest_option = 900;
inline constexpr std::size_t longest_line = 2 * longest_path;
inline constexpr std::size_t longest_request = 32 * 1024; ///< of all that a job asks for

struct Transfer {
    Direction direction;
    std::string source{}, destination{}; ///< absolute paths or s3://BUCKET/KEY
    std::string profile{};               ///< instead of the two: what the site calls them
    Verify verify = Verify::Checksum;
    When when = When::Start;
    OnFail on_fail = OnFail::Hold;
    Mode mode = Mode::Shared;
    std::string region{}; ///< of the bucket, where the map of buckets says so; never a user's word

    bool operator==(const Transfer&) const = default;
};

struct Request {
    /// Tells one submission from another of the same job number; digits.
    std::string id;
    std::vector<Transfer> transfers;

    bool operator==(const Request&) const = default;
};

/// "s3://lab/data/:/fsx/data" or "profile=NAME", of --stage-in or --stage-out. FL-S101, FL-S102.
Result<Transfer> parse_option(Direction direction, std::string_view value);

/// "in src=s3://lab/data/ dst=/fsx/data verify=size", what stands behind #STAGE. FL-S101, FL-S102.
Result<Transfer> parse_line(std::string_view line);

/// Whether the paths are as long as they may be, absolute, and have no `..`; and whether the
/// transfer goes the way it says, to each node from a path alone. Symbols stay symbols. FL-S101,
/// FL-S102.
Result<void> check(const Transfer& transfer);

/// What stands for a symbol: 'j' job, 'u' user, 'x' job name, 'A' array, 'a' task. Nothing for one
/// that is not known yet, which stays.
using Symbols = std::function<std::optional<std::string>(char symbol)>;

/// Both paths with their symbols filled in; %% becomes % where `last`. FL-S102 where a value is no
/// name of a file, FL-S101 for one that stays unknown where `last`.
Result<Transfer> expand(const Transfer& transfer, const Symbols& symbols, bool last);

/// What the user's side sends, one line each: the id, then "in VALUE" and "out VALUE".
std::string encode_options(const Request& request);

/// FL-S101 where it is something else, or too much.
Result<Request> decode_options(std::string_view text);

/// The entry of spank_job_env that carries it. Slurm keeps the last value of a repeated option
/// alone (seen on 22.05), so the user's side joins them here. Entries named FAIRLEAD_ are the
/// controller's, and this one is the user's.
inline constexpr const char* options_name = "STAGE_REQUEST";

} // namespace fairlead::stage
