#include "state/pause.hpp"

#include "base/files.hpp"
#include "state/record.hpp"

#include <unistd.h>

namespace fairlead::state {
namespace {

constexpr Schema schema{"fairlead.pause", 1};
constexpr const char* file = "paused";

} // namespace

bool paused(const std::filesystem::path& state_dir) {
    return ::access((state_dir / file).c_str(), F_OK) == 0;
}

Result<void> pause(const std::filesystem::path& state_dir) {
    if (::access(state_dir.c_str(), F_OK) != 0)
        return fail(Code::X201, "state_dir {} does not exist; mount or create it",
                    state_dir.native());
    const Json record{{"schema", to_string(schema)}, {"since", utc_now()}};
    return write_atomic(state_dir / file, record.dump() + "\n", 0644);
}

Result<void> resume(const std::filesystem::path& state_dir) {
    return remove_file(state_dir / file);
}

} // namespace fairlead::state
