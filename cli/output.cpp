#include "cli/output.hpp"

#include "base/files.hpp"
#include "base/unique_fd.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace fairlead::cli {
namespace {

/// What stands for a stream of this process, whatever that is.
bool is_own_stream(std::string_view path) {
    return path == "/dev/stdout" || path == "/dev/stderr" || path.starts_with("/dev/fd/") ||
           path.starts_with("/proc/self/fd/");
}

bool is_pipe_or_device(const struct stat& info) {
    return S_ISFIFO(info.st_mode) || S_ISCHR(info.st_mode);
}

std::unexpected<Error> cannot_write(const std::filesystem::path& path) {
    return fail(Code::X201, "cannot write {}: {}", path.native(), std::strerror(errno));
}

/// Of a pipe or a device of root or of the caller. In a folder of others a link, a pipe that nobody
/// reads or one of somebody else may lie in wait.
Result<UniqueFd> open_pipe_or_device(const std::filesystem::path& path) {
    UniqueFd fd{::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
    struct stat info{};
    if (!fd || ::fstat(fd.get(), &info) != 0)
        return cannot_write(path);
    if (!is_pipe_or_device(info) || (info.st_uid != 0 && info.st_uid != ::geteuid()))
        return fail(Code::X201,
                    "cannot write {}: it belongs to user {}; expected a file, or a pipe "
                    "or device of your own",
                    path.native(), info.st_uid);
    ::fcntl(fd.get(), F_SETFL, O_WRONLY | O_APPEND);
    return fd;
}

/// Standard output is used as it is, because another opening of a file begins at its front.
Result<UniqueFd> open_own_stream(const std::filesystem::path& path) {
    UniqueFd fd{path == "/dev/stdout" ? ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0)
                                      : ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC)};
    if (!fd)
        return cannot_write(path);
    return fd;
}

Result<void> write_into(Result<UniqueFd> fd, const std::filesystem::path& path,
                        std::string_view content) {
    if (!fd)
        return std::unexpected(fd.error());
    std::fflush(stdout);
    while (!content.empty()) {
        const ssize_t written = ::write(fd->get(), content.data(), content.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return cannot_write(path);
        content.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

} // namespace

Result<void> write_output(const std::filesystem::path& path, std::string_view content,
                          mode_t mode) {
    if (is_own_stream(path.native()))
        return write_into(open_own_stream(path), path, content);
    struct stat info{};
    if (::lstat(path.c_str(), &info) == 0 && is_pipe_or_device(info))
        return write_into(open_pipe_or_device(path), path, content);
    return write_atomic(path, content, mode);
}

} // namespace fairlead::cli
