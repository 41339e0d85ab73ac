#include "base/files.hpp"

#include "base/unique_fd.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>

namespace fairlead {
namespace fs = std::filesystem;
namespace {

std::unexpected<Error> cannot(Code code, const char* verb, const fs::path& path) {
    return fail(code, "cannot {} {}: {}", verb, path.native(), std::strerror(errno));
}

Result<void> write_all(int fd, std::string_view content, const fs::path& path) {
    while (!content.empty()) {
        const ssize_t written = ::write(fd, content.data(), content.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return cannot(Code::X201, "write", path);
        content.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

Result<void> sync_folder(const fs::path& named) {
    const fs::path folder = named.empty() ? fs::path(".") : named;
    const UniqueFd fd{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!fd || ::fsync(fd.get()) != 0)
        return cannot(Code::X201, "sync", folder);
    return {};
}

Result<void> write_synced(int fd, std::string_view content, mode_t mode, const fs::path& path) {
    if (auto written = write_all(fd, content, path); !written)
        return written;
    if (::fchmod(fd, mode) != 0 || ::fsync(fd) != 0)
        return cannot(Code::X201, "sync", path);
    return {};
}

Result<void> check_owned_by_root(const fs::path& path) {
    struct stat info{};
    if (::stat(path.c_str(), &info) != 0)
        return cannot(Code::X110, "inspect", path);
    if (info.st_uid != 0)
        return fail(Code::X110, "{} belongs to user {}; it must belong to root", path.native(),
                    info.st_uid);
    const bool sticky_folder = S_ISDIR(info.st_mode) && (info.st_mode & S_ISVTX);
    if ((info.st_mode & (S_IWGRP | S_IWOTH)) && !sticky_folder)
        return fail(Code::X110, "{} is writable by others (mode {:04o}); only root may write it",
                    path.native(), info.st_mode & 07777u);
    return {};
}

/// The path itself and every folder above it.
Result<void> check_chain(fs::path step) {
    for (;; step = step.parent_path()) {
        if (auto owned = check_owned_by_root(step); !owned)
            return owned;
        if (step == step.root_path())
            return {};
    }
}

} // namespace

Result<std::string> read_file(const fs::path& path, std::size_t limit) {
    const UniqueFd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    if (!fd)
        return cannot(errno == ENOENT ? Code::X101 : Code::X103, "read", path);
    struct stat info{};
    if (::fstat(fd.get(), &info) != 0)
        return cannot(Code::X103, "read", path);
    if (!S_ISREG(info.st_mode))
        return fail(Code::X103, "cannot read {}: it is not a regular file", path.native());
    std::string content;
    char buffer[16 * 1024];
    for (;;) {
        const ssize_t got = ::read(fd.get(), buffer, sizeof buffer);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return cannot(Code::X103, "read", path);
        if (got == 0)
            return content;
        content.append(buffer, static_cast<std::size_t>(got));
        if (content.size() > limit)
            return fail(Code::X103, "{} is larger than {} bytes", path.native(), limit);
    }
}

Result<void> write_atomic(const fs::path& path, std::string_view content, mode_t mode) {
    std::string temporary = path.native() + ".XXXXXX";
    const UniqueFd fd{::mkostemp(temporary.data(), O_CLOEXEC)};
    if (!fd)
        return cannot(Code::X201, "create a temporary file beside", path);
    auto written = write_synced(fd.get(), content, mode, path);
    if (written && ::rename(temporary.c_str(), path.c_str()) != 0)
        written = cannot(Code::X201, "replace", path);
    if (!written) {
        ::unlink(temporary.c_str());
        return written;
    }
    return sync_folder(path.parent_path());
}

Result<void> make_folders(const fs::path& path, mode_t mode) {
    std::error_code error;
    if (fs::is_directory(path, error))
        return {};
    if (path.has_parent_path() && path.parent_path() != path)
        if (auto above = make_folders(path.parent_path(), mode); !above)
            return above;
    if (::mkdir(path.c_str(), mode) == 0)
        return ::chmod(path.c_str(), mode) == 0 ? Result<void>{} // whatever the umask
                                                : cannot(Code::X201, "set the mode of", path);
    if (errno == EEXIST && fs::is_directory(path, error))
        return {};
    errno = errno == EEXIST ? ENOTDIR : errno;
    return cannot(Code::X201, "create folder", path);
}

Result<void> remove_file(const fs::path& path) {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT)
        return cannot(Code::X201, "remove", path);
    return {};
}

Result<void> check_trusted(const fs::path& path) {
    if (!path.is_absolute())
        return fail(Code::X110, "{} is not an absolute path", path.native());
    std::error_code error;
    const fs::path real = fs::canonical(path, error);
    if (error)
        return fail(Code::X110, "cannot resolve {}: {}", path.native(), error.message());
    // The path as named as well: whoever owns a folder on the way could point its link elsewhere.
    if (auto named = check_chain(path.lexically_normal()); !named)
        return named;
    return check_chain(real);
}

} // namespace fairlead
