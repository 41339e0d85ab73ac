/// The files of a user, reached without following a link: what the copying process does with them,
/// with the user's rights. Safe for threads.
///
/// openat2(2) with RESOLVE_BENEATH, RESOLVE_NO_SYMLINKS and RESOLVE_NO_MAGICLINKS resolves every
/// path, so nothing that is swapped meanwhile leads elsewhere.
#pragma once

#include "base/unique_fd.hpp"
#include "stage/mount_id.hpp"

#include <cstdint>
#include <expected>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <string>

namespace fairlead::stage {

/// An errno, and the mount that it came from where that could be told.
struct FileError {
    int error;
    MountId mount = unknown_mount;

    // NOLINTNEXTLINE(google-explicit-constructor): an errno alone is one
    FileError(int value, MountId id = unknown_mount) : error(value), mount(id) {}
    operator int() const { return error; } // NOLINT(google-explicit-constructor)
};

template <class T>
using OrErrno = std::expected<T, FileError>;

struct FileState {
    enum class Kind { None, File, Folder, Other };
    Kind kind = Kind::None;
    std::int64_t size = 0;
    std::int64_t mtime = 0; ///< nanoseconds since 1970
    std::uint64_t inode = 0;
    std::uint32_t mode = 0; ///< permissions

    bool operator==(const FileState&) const = default;
};

using FileHandle = int;

struct OpenedFile {
    FileHandle handle;
    FileState state;
};

class UserFiles {
  public:
    /// Of what is at a path, itself where it is a link (Other).
    OrErrno<FileState> look(const std::string& path) const;

    /// Makes a folder and those above it.
    OrErrno<void> make_folder(const std::string& path);

    /// A file to read. ENOTSUP where it is none.
    OrErrno<OpenedFile> open_source(const std::string& path);

    /// The temporary file `temporary` beside `path`, to become `path`; folders above are made. One
    /// of that name that is there is gone on with, if it is a file of the user's with no other
    /// name that no other process has open; else EEXIST, and one that is open loses its name.
    /// ENOTSUP, EISDIR and ELOOP where `path` is there and no file.
    OrErrno<OpenedFile> open_temporary(const std::string& path, const std::string& temporary);

    OrErrno<void> write(FileHandle handle, std::int64_t offset, std::span<const char> data);
    /// What was read: less than asked for at the end of the file.
    OrErrno<std::size_t> read(FileHandle handle, std::int64_t offset, std::span<char> into);
    /// Copies a range from file to file within the kernel, where that can be, else by `buffer`.
    OrErrno<void> copy(FileHandle from, FileHandle to, std::int64_t offset, std::int64_t size,
                       std::span<char> buffer);
    OrErrno<FileState> state(FileHandle handle);
    OrErrno<void> truncate(FileHandle handle, std::int64_t size);

    /// Puts a temporary file in place and closes it; sync_folders() makes that last. `mode` and
    /// `mtime` are given to it where they are not below zero.
    OrErrno<FileState> commit(FileHandle handle, int mode, std::int64_t mtime);
    /// Removes a temporary file and closes it.
    OrErrno<void> discard(FileHandle handle);
    void close(FileHandle handle);

    /// Syncs each folder that got something since the last time.
    OrErrno<void> sync_folders();

    /// A folder to list.
    OrErrno<FileHandle> open_folder(const std::string& path);
    /// The next entries, as many as `into` has room for: each "KIND SIZE MTIME INODE MODE NAME" and
    /// a NUL; nothing at the end. How many bytes that is.
    OrErrno<std::size_t> read_folder(FileHandle handle, std::span<char> into);

  private:
    struct Open;
    using Shared = std::shared_ptr<Open>;

    OrErrno<Shared> find(FileHandle handle) const;
    FileHandle add(Shared file);

    mutable std::mutex mutex_;
    std::map<FileHandle, Shared> open_;
    FileHandle next_ = 1;
    std::set<std::string> changed_folders_;
};

} // namespace fairlead::stage
