#include "state/spool.hpp"

#include "base/files.hpp"
#include "base/unique_fd.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <optional>
#include <sys/stat.h>

namespace fairlead::state {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t largest_part = 1024 * 1024, most_parts = 65536;

std::unexpected<Error> cannot(const char* verb, const fs::path& path) {
    return fail(Code::X201, "cannot {} {}: {}", verb, path.native(), std::strerror(errno));
}

UniqueFd open_folder(int above, const char* name) {
    return UniqueFd{::openat(above, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
}

/// Where the spool is sticky and open to all, a user may have made the job's folder first.
bool only_ours(int fd) {
    struct stat info{};
    return ::fstat(fd, &info) == 0 && (info.st_uid == 0 || info.st_uid == ::geteuid()) &&
           (info.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

Result<UniqueFd> open_spool(const Spool& spool) {
    if (spool.make && ::mkdir(spool.path.c_str(), 0755) == 0)
        ::chmod(spool.path.c_str(), 0755); // whatever the umask
    if (auto trusted = check_trusted(spool.path); !trusted)
        return std::unexpected(trusted.error());
    UniqueFd fd{::open(spool.path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!fd)
        return cannot("open", spool.path);
    return fd;
}

Result<UniqueFd> make_job_folder(const Spool& spool, JobId job) {
    const auto above = open_spool(spool);
    if (!above)
        return std::unexpected(above.error());
    const std::string name = std::to_string(job.value);
    const fs::path path = spool.path / name;
    const bool made = ::mkdirat(above->get(), name.c_str(), 0755) == 0;
    if (!made && errno != EEXIST)
        return cannot("create folder", path);
    UniqueFd folder = open_folder(above->get(), name.c_str());
    if (!folder)
        return cannot("open", path);
    if (made && (::fchmod(folder.get(), 0755) != 0 || ::fsync(above->get()) != 0))
        return cannot("sync", path);
    if (!only_ours(folder.get()))
        return fail(Code::X110, "{} does not belong to root alone; remove it", path.native());
    return folder;
}

Result<void> fill(int fd, std::string_view text, uid_t owner, const fs::path& path) {
    while (!text.empty()) {
        const ssize_t written = ::write(fd, text.data(), text.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return cannot("write", path);
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    // Last, so that nobody reads half of it.
    if (::fsync(fd) != 0 || ::fchmod(fd, 0400) != 0 ||
        (owner != ::geteuid() && ::fchown(fd, owner, static_cast<gid_t>(-1)) != 0))
        return cannot("sync, or give to the job's owner,", path);
    return {};
}

struct CloseFolder {
    void operator()(DIR* folder) const { ::closedir(folder); }
};

/// Names of parts; what begins with a dot is not whole.
std::vector<std::string> part_names(int folder) {
    std::vector<std::string> names;
    const std::unique_ptr<DIR, CloseFolder> stream{::fdopendir(::dup(folder))};
    while (stream && names.size() < most_parts) {
        const dirent* entry = ::readdir(stream.get()); // NOLINT(concurrency-mt-unsafe): one thread
        if (!entry)
            break;
        const std::string_view name = entry->d_name;
        if (name.ends_with(".json") && !name.starts_with('.'))
            names.emplace_back(name);
    }
    std::ranges::sort(names);
    return names;
}

/// Nothing, with errno, where it is no file or cannot be read.
std::optional<std::string> read_part(int folder, const std::string& name) {
    const UniqueFd fd{
        ::openat(folder, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)};
    struct stat info{};
    if (!fd || ::fstat(fd.get(), &info) != 0)
        return std::nullopt;
    errno = EINVAL;
    if (!S_ISREG(info.st_mode) || info.st_size < 0 ||
        static_cast<std::size_t>(info.st_size) > largest_part)
        return std::nullopt;
    std::string text(static_cast<std::size_t>(info.st_size), '\0');
    std::size_t got = 0;
    while (got < text.size()) {
        const ssize_t more = ::read(fd.get(), text.data() + got, text.size() - got);
        if (more < 0 && errno == EINTR)
            continue;
        if (more <= 0)
            return std::nullopt;
        got += static_cast<std::size_t>(more);
    }
    return text;
}

} // namespace

Result<void> write_part(const Spool& spool, JobId job, const std::string& name, uid_t owner,
                        std::string_view text) {
    const auto folder = make_job_folder(spool, job);
    if (!folder)
        return std::unexpected(folder.error());
    const fs::path path = spool.path / std::to_string(job.value) / name;
    const std::string temporary = "." + name;
    // What an epilog that was killed left.
    ::unlinkat(folder->get(), temporary.c_str(), 0);
    const UniqueFd fd{::openat(folder->get(), temporary.c_str(),
                               O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)};
    if (!fd)
        return cannot("create", path);
    auto written = fill(fd.get(), text, owner, path);
    if (written && ::renameat(folder->get(), temporary.c_str(), folder->get(), name.c_str()) != 0)
        written = cannot("replace", path);
    if (!written) {
        ::unlinkat(folder->get(), temporary.c_str(), 0);
        return written;
    }
    if (::fsync(folder->get()) != 0)
        return cannot("sync", path.parent_path());
    return {};
}

Result<std::vector<SpooledPart>> read_parts(const fs::path& spool, JobId job) {
    const fs::path path = spool / std::to_string(job.value);
    const UniqueFd folder = open_folder(AT_FDCWD, path.c_str());
    if (!folder || !only_ours(folder.get()))
        return fail(Code::E230, "there is no network report of job {} in {}", job.value,
                    spool.native());
    std::vector<SpooledPart> parts;
    bool denied = false;
    for (const std::string& name : part_names(folder.get())) {
        if (auto text = read_part(folder.get(), name))
            parts.push_back({name, std::move(*text)});
        else
            denied = denied || errno == EACCES;
    }
    if (!parts.empty())
        return parts;
    if (denied)
        return fail(Code::E230, "the network report of job {} belongs to another user", job.value);
    return fail(Code::E230, "there is no network report of job {} in {}", job.value,
                spool.native());
}

} // namespace fairlead::state
