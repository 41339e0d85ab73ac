#include "spank/staged_script.hpp"

#include "stage/script_head.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace fairlead::spank {
namespace {

// Its value is the job's number: a job that the script submits has another one. With
// --export=NONE a step gets only what begins with SLURM.
constexpr const char* told_name = "SLURM_FAIRLEAD_STAGED_JOB";

struct Number {
    char text[16];
};

std::uint32_t number_item(spank_t spank, spank_item_t item) {
    std::uint32_t value = 0;
    return spank_get_item(spank, item, &value) == ESPANK_SUCCESS ? value : 0;
}

Number job_of(spank_t spank) {
    Number job{};
    std::snprintf(job.text, sizeof job.text, "%u", number_item(spank, S_JOB_ID));
    return job;
}

bool was_told(spank_t spank) {
    Number told{};
    return spank_getenv(spank, told_name, told.text, sizeof told.text) == ESPANK_SUCCESS &&
           std::strcmp(told.text, job_of(spank).text) == 0;
}

/// Whether the head of an open script asks for data; true where it cannot be read to its end.
bool head_stages_in(int script) {
    stage::ScriptHead head;
    char piece[4096];
    ssize_t size = 0;
    do
        size = ::read(script, piece, sizeof piece);
    while (size > 0 && head.feed(piece, static_cast<std::size_t>(size)));
    return head.stages_in() || size < 0;
}

/// The script is its user's, who may put anything in its place: one that cannot be read may ask for
/// data. One that is not here is in a container.
bool file_stages_in(const char* path) {
    const int fd = ::open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return errno != ENOENT && errno != ENOTDIR;
    struct stat info{};
    const bool regular = ::fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
    const bool staged = !regular || head_stages_in(fd);
    ::close(fd);
    return staged;
}

} // namespace

bool script_stages_in(spank_t spank) {
    if (number_item(spank, S_JOB_STEPID) != batch_step)
        return was_told(spank);
    int count = 0;
    char** arguments = nullptr;
    if (spank_get_item(spank, S_JOB_ARGV, &count, &arguments) != ESPANK_SUCCESS || count < 1 ||
        !file_stages_in(arguments[0]))
        return false;
    spank_setenv(spank, told_name, job_of(spank).text, 1);
    return true;
}

} // namespace fairlead::spank
