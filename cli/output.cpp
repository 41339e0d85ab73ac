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

/// A link of /dev and /proc stands for a stream of this process, whatever that is.
bool is_stream(const std::filesystem::path& path) {
    struct stat info{};
    if (::stat(path.c_str(), &info) != 0 || S_ISDIR(info.st_mode))
        return false;
    if (!S_ISREG(info.st_mode))
        return true;
    const std::string named = path.lexically_normal().native();
    return (named.starts_with("/dev/") || named.starts_with("/proc/")) &&
           ::lstat(path.c_str(), &info) == 0 && S_ISLNK(info.st_mode);
}

std::unexpected<Error> cannot_write(const std::filesystem::path& path) {
    return fail(Code::X201, "cannot write {}: {}", path.native(), std::strerror(errno));
}

/// Standard output is used as it is, because another opening of a file begins at its front.
Result<void> write_into(const std::filesystem::path& path, std::string_view content) {
    std::fflush(stdout);
    const UniqueFd fd{path == "/dev/stdout"
                          ? ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0)
                          : ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC)};
    if (!fd)
        return cannot_write(path);
    while (!content.empty()) {
        const ssize_t written = ::write(fd.get(), content.data(), content.size());
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
    return is_stream(path) ? write_into(path, content) : write_atomic(path, content, mode);
}

} // namespace fairlead::cli
