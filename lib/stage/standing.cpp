#include "stage/standing.hpp"

#include "base/files.hpp"
#include "state/record.hpp"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <sys/stat.h>

namespace fairlead::stage {
namespace fs = std::filesystem;
namespace {

using state::Json;

constexpr state::Schema schema{"fairlead.stage-standing", 1};
constexpr std::array<std::string_view, 3> stands{"staging", "ready", "refused"};
constexpr std::size_t longest = 16 * 1024;

} // namespace

Result<void> write_standing(const Claim& claim, const JobRun& run, const Standing& standing) {
    if (auto ours = still_ours(claim); !ours)
        return ours;
    const Json record{{"schema", to_string(schema)},
                      {"job", run.job.value},
                      {"state", stands.at(static_cast<std::size_t>(standing.stand))},
                      {"node", standing.node},
                      {"epoch", claim.epoch},
                      {"message", standing.message},
                      {"written", state::utc_now()}};
    const auto written =
        write_atomic(standing_file(claim.state_dir, run),
                     record.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n", 0600);
    if (!written)
        return fail(Code::S123, "staging: {}", written.error().message);
    return {};
}

Result<Standing> read_standing(const fs::path& state_dir, const JobRun& run) {
    const fs::path file = standing_file(state_dir, run);
    const auto text = read_file(file, longest);
    if (!text)
        return std::unexpected(text.error());
    const auto record = state::parse_record(*text, schema, file.native());
    const auto bad = [&] { return fail(Code::S123, "staging: {} cannot be read", file.native()); };
    if (!record)
        return bad();
    const auto word = state::text_field(*record, "state", file.native());
    const auto node = state::text_field(*record, "node", file.native());
    const auto message = state::text_field(*record, "message", file.native());
    if (!word || !node || !message)
        return bad();
    const auto* const found = std::ranges::find(stands, *word);
    if (found == stands.end())
        return bad();
    return Standing{static_cast<Stand>(found - stands.begin()), *node, *message};
}

void beat(const fs::path& state_dir, const JobRun& run) {
    ::utimensat(AT_FDCWD, standing_file(state_dir, run).c_str(), nullptr, 0);
}

std::time_t last_beat(const fs::path& state_dir, const JobRun& run) {
    struct stat info{};
    return ::stat(standing_file(state_dir, run).c_str(), &info) == 0 ? info.st_mtime : 0;
}

} // namespace fairlead::stage
