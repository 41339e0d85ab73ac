/// The files through which `fairlead-stage` is told what to copy and says how it goes. They lie in
/// its work folder, which only root can read.
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fairlead::stage {

inline constexpr const char* request_file = "request.json";
inline constexpr const char* progress_file = "progress.json";
inline constexpr const char* result_file = "result.json";
inline constexpr const char* manifest_file = "manifest"; ///< JSON lines

enum class Phase { In, Out };
enum class Check { Checksum, Size };

/// One source and where it goes: s3://BUCKET/KEY or an absolute path; a source that ends in '/' is
/// all that lies below it.
struct Copy {
    std::string source;
    std::string destination;
    Check check = Check::Checksum;
    std::string region{}; ///< of its bucket; empty for the request's

    bool operator==(const Copy&) const = default;
};

/// request.json
struct JobFile {
    std::string cluster;
    std::uint32_t job = 0;
    std::int64_t epoch = 0; ///< tells one run of the job from another
    Phase phase = Phase::In;
    std::uint32_t uid = 0, gid = 0; ///< whose rights the copies have
    std::vector<std::uint32_t> groups{};
    std::int64_t deadline = 0; ///< seconds from the start of the program on
    std::vector<Copy> transfers{};
    std::string s3_endpoint{}; ///< "http://127.0.0.1:PORT"; empty for AWS's
    std::string region{};      ///< empty for the one that IMDS names
    int streams = 16;          ///< connections at once, from 1 to 16
    std::string kms_key{};     ///< that S3 encrypts results with; empty for the bucket's default
    bool staged = false;       ///< all was staged before: nothing is copied that is still there
    int restart = 0;           ///< how often the job was requeued before

    bool operator==(const JobFile&) const = default;
};

/// progress.json
struct Progress {
    std::int64_t bytes_done = 0, bytes_total = 0;
    std::int64_t files_done = 0, files_total = 0;
    std::int64_t started = 0; ///< seconds since 1970
    std::int64_t updated = 0; ///< the same; one that stands still belongs to nobody
    std::int64_t rate = 0;    ///< bytes a second, lately

    bool operator==(const Progress&) const = default;
};

/// Whose fault it is that something was not copied: the request's or the user's (the job is held);
/// the storage service's (the job is held, and the same request may succeed later); this node's.
enum class Outcome { Done, DataFault, ServiceFault, NodeFault };

/// result.json
struct StageResult {
    Outcome outcome = Outcome::Done;
    std::string code{};    ///< "FL-S110"; empty where all is done
    std::string message{}; ///< without the code
    std::int64_t files = 0, bytes = 0;
    std::int64_t skipped = 0; ///< symbolic links and other things of a source that are no files

    bool operator==(const StageResult&) const = default;
};

std::string_view to_string(Outcome outcome); ///< "data_fault"

/// One line with its end.
std::string encode(const JobFile& request);
std::string encode(const Progress& progress);
std::string encode(const StageResult& result);

/// FL-X202 for another schema, FL-X203 for what is none or has a field that can be none; root's ids
/// are none, because a copy has the rights of a user.
Result<JobFile> decode_job_file(std::string_view text, std::string_view source);
Result<Progress> decode_progress(std::string_view text, std::string_view source);
Result<StageResult> decode_stage_result(std::string_view text, std::string_view source);

} // namespace fairlead::stage
