#include "stage/user_files.hpp"

#include "base/words.hpp"
#include "stage/place.hpp"

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>

namespace fairlead::stage {
namespace {

constexpr mode_t folder_mode = 0777, file_mode = 0666; // less the umask, which is the caller's

/// What a call with an open file has failed with.
std::unexpected<FileError> failed(int fd) {
    const int error = errno;
    return std::unexpected(FileError{error, mount_of(fd)});
}

/// Calls again what a signal interrupted.
template <class Call>
auto steadily(Call call) {
    for (;;)
        if (const auto result = call(); result >= 0 || errno != EINTR)
            return result;
}

int open_beneath(int folder, const char* path, int flags) {
    open_how how{};
    how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC);
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    return static_cast<int>(
        steadily([&] { return ::syscall(SYS_openat2, folder, path, &how, sizeof how); }));
}

UniqueFd open_root() { return UniqueFd{::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC)}; }

/// On which mount a path cannot be opened: it is tried again step by step, because the mount that
/// failed may be gone, and its user may see to that.
FileError place_of(int error, const std::string& path, int flags) {
    UniqueFd at = open_root();
    const auto failed_on = [&](int fd) {
        return FileError{error, errno == error ? mount_of(fd) : no_mount};
    };
    UniqueFd above;
    std::string name;
    for (const std::string_view part : split(path, '/')) {
        if (part.empty())
            continue;
        name = part;
        UniqueFd next{open_beneath(at.get(), name.c_str(), O_PATH | O_NOFOLLOW)};
        if (!next)
            return failed_on(at.get());
        above = std::exchange(at, std::move(next));
    }
    const UniqueFd again{above ? open_beneath(above.get(), name.c_str(), flags) : -1};
    return again ? FileError{error, no_mount} : failed_on(at.get());
}

/// An absolute path, from the root on.
OrErrno<UniqueFd> open_path(const std::string& path, int flags) {
    const UniqueFd root = open_root();
    const char* relative = path.size() > 1 ? path.c_str() + 1 : ".";
    UniqueFd fd{open_beneath(root.get(), relative, flags)};
    if (fd)
        return fd;
    const int error = errno;
    return std::unexpected(error == ENOENT ? FileError{error} : place_of(error, path, flags));
}

std::string folder_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

std::int64_t nanoseconds(const timespec& time) {
    constexpr std::int64_t second = 1'000'000'000;
    return time.tv_sec * second + time.tv_nsec;
}

FileState state_of(const struct stat& info) {
    const auto kind = S_ISREG(info.st_mode)   ? FileState::Kind::File
                      : S_ISDIR(info.st_mode) ? FileState::Kind::Folder
                                              : FileState::Kind::Other;
    return {kind, info.st_size, nanoseconds(info.st_mtim), info.st_ino, info.st_mode & 0777u};
}

OrErrno<FileState> state_of(int fd) {
    struct stat info{};
    if (::fstat(fd, &info) != 0)
        return failed(fd);
    return state_of(info);
}

/// The folder of a path, made with those above it where it is missing.
OrErrno<UniqueFd> made_folder(const std::string& path) {
    constexpr int flags = O_PATH | O_DIRECTORY;
    auto there = open_path(path, flags);
    if (there || there.error() != ENOENT)
        return there;
    auto above = made_folder(folder_of(path));
    if (!above)
        return above;
    const std::string name(last_part(path));
    if (::mkdirat(above->get(), name.c_str(), folder_mode) != 0 && errno != EEXIST)
        return failed(above->get());
    UniqueFd made{open_beneath(above->get(), name.c_str(), flags)};
    if (!made)
        return failed(above->get());
    return made;
}

/// What is in the way of a file at that name; 0 where nothing is.
int obstacle(int folder, const std::string& name) {
    struct stat info{};
    if (::fstatat(folder, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT ? 0 : errno;
    if (S_ISREG(info.st_mode))
        return 0;
    return S_ISLNK(info.st_mode) ? ELOOP : S_ISDIR(info.st_mode) ? EISDIR : ENOTSUP;
}

/// A temporary file of ours is the user's, regular and has one name.
bool is_own_temporary(int fd) {
    struct stat info{};
    return ::fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_uid == ::geteuid() &&
           info.st_nlink == 1;
}

/// Whether nobody else writes to it: the process of a run that was ended may still be in a write. A
/// file system without flock(2) cannot say so.
bool is_ours_alone(int fd) {
    constexpr int tries = 20;
    constexpr timespec pause{0, 50'000'000};
    for (int i = 0; i < tries; ++i) {
        if (steadily([&] { return ::flock(fd, LOCK_EX | LOCK_NB); }) == 0)
            return true;
        if (errno != EWOULDBLOCK)
            return false;
        ::nanosleep(&pause, nullptr);
    }
    return false;
}

/// Locked as long as it is open, so that no later run writes to it meanwhile.
OrErrno<UniqueFd> open_or_create(int folder, const std::string& name) {
    constexpr int flags = O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
    const auto open = [&](int more) {
        return steadily([&] { return ::openat(folder, name.c_str(), flags | more, file_mode); });
    };
    UniqueFd fd{open(O_CREAT | O_EXCL)};
    if (fd) {
        (void)::flock(fd.get(), LOCK_EX | LOCK_NB);
        return fd;
    }
    if (errno != EEXIST)
        return failed(folder);
    fd = UniqueFd{open(0)};
    if (!fd || !is_own_temporary(fd.get()))
        return std::unexpected(EEXIST);
    if (is_ours_alone(fd.get()))
        return fd;
    ::unlinkat(folder, name.c_str(), 0); // whoever writes to it never puts it in place
    return std::unexpected(EEXIST);
}

OrErrno<void> write_all(int fd, std::int64_t offset, std::span<const char> data) {
    while (!data.empty()) {
        const ssize_t written =
            steadily([&] { return ::pwrite(fd, data.data(), data.size(), offset); });
        if (written < 0)
            return failed(fd);
        data = data.subspan(static_cast<std::size_t>(written));
        offset += written;
    }
    return {};
}

OrErrno<std::size_t> read_some(int fd, std::int64_t offset, std::span<char> into) {
    std::size_t got = 0;
    while (got < into.size()) {
        const ssize_t size = steadily([&] {
            return ::pread(fd, into.data() + got, into.size() - got,
                           offset + static_cast<std::int64_t>(got));
        });
        if (size < 0)
            return failed(fd);
        if (size == 0)
            break;
        got += static_cast<std::size_t>(size);
    }
    return got;
}

/// Nobody knows on which of the two.
std::unexpected<FileError> failed_between(int in, int out) {
    const int error = errno;
    const MountId mount = mount_of(in);
    return std::unexpected(FileError{error, mount == mount_of(out) ? mount : unknown_mount});
}

/// Whether the kernel cannot copy between the two files itself.
bool must_be_read(int error) {
    return error == EXDEV || error == EINVAL || error == ENOSYS || error == EOPNOTSUPP ||
           error == EPERM || error == ETXTBSY;
}

} // namespace

struct UserFiles::Open {
    UniqueFd file;
    UniqueFd folder{};       ///< of a temporary file
    std::string temporary{}; ///< its name there
    std::string path{};      ///< what it becomes
    std::unique_ptr<DIR, int (*)(DIR*)> listing{nullptr, ::closedir};
    std::string ahead{}; ///< an entry that had no room
};

OrErrno<UserFiles::Shared> UserFiles::find(FileHandle handle) const {
    const std::lock_guard lock(mutex_);
    const auto found = open_.find(handle);
    if (found == open_.end())
        return std::unexpected(EBADF);
    return found->second;
}

FileHandle UserFiles::add(Shared file) {
    const std::lock_guard lock(mutex_);
    open_.emplace(next_, std::move(file));
    return next_++;
}

OrErrno<FileState> UserFiles::look(const std::string& path) const {
    const auto fd = open_path(path, O_PATH | O_NOFOLLOW);
    if (fd)
        return state_of(fd->get());
    if (fd.error() == ENOENT)
        return FileState{};
    return std::unexpected(fd.error());
}

OrErrno<void> UserFiles::make_folder(const std::string& path) {
    if (auto made = made_folder(path); !made)
        return std::unexpected(made.error());
    return {};
}

OrErrno<OpenedFile> UserFiles::open_source(const std::string& path) {
    auto fd = open_path(path, O_RDONLY | O_NONBLOCK);
    if (!fd)
        return std::unexpected(fd.error());
    const auto state = state_of(fd->get());
    if (!state)
        return std::unexpected(state.error());
    if (state->kind != FileState::Kind::File)
        return std::unexpected(ENOTSUP);
    auto file = std::make_shared<Open>();
    file->file = std::move(*fd);
    return OpenedFile{add(std::move(file)), *state};
}

OrErrno<OpenedFile> UserFiles::open_temporary(const std::string& path,
                                              const std::string& temporary) {
    auto folder = made_folder(folder_of(path));
    if (!folder)
        return std::unexpected(folder.error());
    if (const int error = obstacle(folder->get(), std::string(last_part(path))))
        return std::unexpected(FileError{error, mount_of(folder->get())});
    auto fd = open_or_create(folder->get(), temporary);
    if (!fd)
        return std::unexpected(fd.error());
    const auto state = state_of(fd->get());
    if (!state)
        return std::unexpected(state.error());
    auto file = std::make_shared<Open>();
    file->file = std::move(*fd);
    file->folder = std::move(*folder);
    file->temporary = temporary;
    file->path = path;
    return OpenedFile{add(std::move(file)), *state};
}

OrErrno<void> UserFiles::write(FileHandle handle, std::int64_t offset, std::span<const char> data) {
    const auto file = find(handle);
    if (!file)
        return std::unexpected(file.error());
    return write_all((*file)->file.get(), offset, data);
}

OrErrno<std::size_t> UserFiles::read(FileHandle handle, std::int64_t offset, std::span<char> into) {
    const auto file = find(handle);
    if (!file)
        return std::unexpected(file.error());
    return read_some((*file)->file.get(), offset, into);
}

OrErrno<void> UserFiles::copy(FileHandle from, FileHandle to, std::int64_t offset,
                              std::int64_t size, std::span<char> buffer) {
    const auto source = find(from), target = find(to);
    if (!source || !target)
        return std::unexpected(EBADF);
    const int in = (*source)->file.get(), out = (*target)->file.get();
    for (const std::int64_t end = offset + size; offset < end;) {
        off_t read_at = offset, write_at = offset;
        const ssize_t copied = steadily([&] {
            return ::copy_file_range(in, &read_at, out, &write_at,
                                     static_cast<std::size_t>(end - offset), 0);
        });
        if (copied > 0) {
            offset += copied;
            continue;
        }
        if (copied < 0 && !must_be_read(errno))
            return failed_between(in, out);
        // Some file systems say 0 where there is something to read.
        const std::size_t most = std::min(buffer.size(), static_cast<std::size_t>(end - offset));
        const auto got = read_some(in, offset, buffer.first(most));
        if (!got || *got == 0)
            return std::unexpected(got ? FileError{ENODATA} : got.error());
        if (auto written = write_all(out, offset, buffer.first(*got)); !written)
            return written;
        offset += static_cast<std::int64_t>(*got);
    }
    return {};
}

OrErrno<FileState> UserFiles::state(FileHandle handle) {
    const auto file = find(handle);
    if (!file)
        return std::unexpected(file.error());
    return state_of((*file)->file.get());
}

OrErrno<void> UserFiles::truncate(FileHandle handle, std::int64_t size) {
    const auto file = find(handle);
    if (!file)
        return std::unexpected(file.error());
    const int fd = (*file)->file.get();
    if (steadily([&] { return ::ftruncate(fd, size); }) != 0)
        return failed(fd);
    return {};
}

OrErrno<FileState> UserFiles::commit(FileHandle handle, int mode, std::int64_t mtime) {
    const auto found = find(handle);
    if (!found || (*found)->temporary.empty())
        return std::unexpected(EBADF);
    const Open& file = **found;
    const int fd = file.file.get(), folder = file.folder.get();
    if (mode >= 0 && ::fchmod(fd, static_cast<mode_t>(mode) & 0777u) != 0)
        return failed(fd);
    constexpr std::int64_t second = 1'000'000'000;
    const timespec times[2] = {{0, UTIME_OMIT}, {mtime / second, mtime % second}};
    if (mtime >= 0 && ::futimens(fd, times) != 0)
        return failed(fd);
    if (steadily([&] { return ::fsync(fd); }) != 0)
        return failed(fd);
    const std::string name(last_part(file.path));
    if (const int error = obstacle(folder, name))
        return std::unexpected(FileError{error, mount_of(folder)});
    if (::renameat2(folder, file.temporary.c_str(), folder, name.c_str(), 0) != 0)
        return failed(folder);
    const auto state = state_of(fd);
    const std::lock_guard lock(mutex_);
    changed_folders_.insert(folder_of(file.path));
    open_.erase(handle);
    return state;
}

OrErrno<void> UserFiles::discard(FileHandle handle) {
    const auto found = find(handle);
    if (!found || (*found)->temporary.empty())
        return std::unexpected(EBADF);
    const int result = ::unlinkat((*found)->folder.get(), (*found)->temporary.c_str(), 0);
    const int error = errno;
    const MountId mount = result != 0 ? mount_of((*found)->folder.get()) : unknown_mount;
    close(handle);
    if (result != 0 && error != ENOENT)
        return std::unexpected(FileError{error, mount});
    return {};
}

void UserFiles::close(FileHandle handle) {
    const std::lock_guard lock(mutex_);
    open_.erase(handle);
}

OrErrno<void> UserFiles::sync_folders() {
    std::set<std::string> folders;
    {
        const std::lock_guard lock(mutex_);
        folders.swap(changed_folders_);
    }
    for (const std::string& path : folders) {
        const auto folder = open_path(path, O_RDONLY | O_DIRECTORY);
        if (!folder)
            return std::unexpected(folder.error());
        if (steadily([&] { return ::fsync(folder->get()); }) != 0)
            return failed(folder->get());
    }
    return {};
}

OrErrno<FileHandle> UserFiles::open_folder(const std::string& path) {
    auto fd = open_path(path, O_RDONLY | O_DIRECTORY);
    if (!fd)
        return std::unexpected(fd.error());
    auto folder = std::make_shared<Open>();
    const int owned = ::fcntl(fd->get(), F_DUPFD_CLOEXEC, 0); // closed by closedir()
    if (owned < 0)
        return failed(fd->get());
    folder->listing.reset(::fdopendir(owned));
    folder->file = std::move(*fd);
    return add(std::move(folder));
}

namespace {

/// "f 12 1700000000000000000 77 420 name" and a NUL; nothing for what went away meanwhile.
std::string entry_line(int folder, const char* name) {
    struct stat info{};
    if (::fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) != 0)
        return {};
    const FileState state = state_of(info);
    const char kind = state.kind == FileState::Kind::File     ? 'f'
                      : state.kind == FileState::Kind::Folder ? 'd'
                                                              : 'o';
    return fmt::format("{} {} {} {} {} {}{}", kind, state.size, state.mtime, state.inode,
                       state.mode, name, '\0');
}

} // namespace

OrErrno<std::size_t> UserFiles::read_folder(FileHandle handle, std::span<char> into) {
    const auto found = find(handle);
    if (!found || !(*found)->listing)
        return std::unexpected(EBADF);
    Open& folder = **found;
    std::size_t used = 0;
    for (;;) {
        if (used + folder.ahead.size() > into.size())
            return used;
        used += folder.ahead.copy(into.data() + used, folder.ahead.size());
        folder.ahead.clear();
        errno = 0;
        const dirent* entry = ::readdir(folder.listing.get()); // NOLINT(concurrency-mt-unsafe)
        if (!entry && errno != 0)
            return failed(folder.file.get());
        if (!entry)
            return used;
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..")
            folder.ahead = entry_line(folder.file.get(), entry->d_name);
    }
}

} // namespace fairlead::stage
