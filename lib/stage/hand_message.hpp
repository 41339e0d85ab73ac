/// What fairlead-stage and its hand, the process with the user's rights, say to one another: one
/// message each way on a socket of packets. Bytes of files go through memory that both share, the
/// pool. Both ends are the same program.
#pragma once

#include "stage/user_files.hpp"

#include <array>
#include <cstdint>
#include <string>

namespace fairlead::stage {

enum class HandOp : std::uint32_t {
    Look,          ///< path -> state
    MakeFolder,    ///< path
    OpenSource,    ///< path -> handle, state
    OpenTemporary, ///< path, name -> handle, state
    Write,         ///< handle, offset; size bytes of the pool from `at` on -> crc
    Read,          ///< handle, offset; up to size bytes into the pool -> count, crc
    Sum,           ///< handle, offset, size; the pool is used -> count, crc
    Digest,        ///< handle, offset, size; the pool is used -> count, md5
    Copy,          ///< other to handle, offset, size; the pool is used
    CopyAndSum,    ///< the same -> crc; of_source with an error of reading
    State,         ///< handle -> state
    Truncate,      ///< handle, size
    Commit,        ///< handle, mode, mtime -> state
    Discard,       ///< handle
    Close,         ///< handle
    SyncFolders,
    OpenFolder, ///< path -> handle
    ReadFolder, ///< handle; size bytes of the pool -> count
    Run, ///< size bytes of the pool: words with a NUL behind each; room, wait -> status, count
};

struct HandRequest {
    HandOp op;
    FileHandle handle = 0, other = 0;
    int mode = -1;
    std::int64_t mtime = -1;
    std::int64_t offset = 0;
    std::uint64_t size = 0;
    std::uint64_t at = 0;   ///< in the pool
    std::uint64_t room = 0; ///< bytes of the pool from `at` on that an answer may take
    std::int64_t wait = 0;  ///< milliseconds
    std::uint32_t path_size = 0, name_size = 0;
};

struct HandReply {
    int error = 0;                 ///< errno
    MountId mount = unknown_mount; ///< that the error came from
    bool of_source = false;
    FileHandle handle = 0;
    FileState state{};
    std::uint64_t count = 0;
    std::uint64_t crc = 0;
    int status = 0; ///< of a program that ended
    std::array<unsigned char, 16> md5{};
};

/// A request is followed by its path and its name, at most this long together.
inline constexpr std::size_t longest_hand_text = 8192;

/// The descriptors that the hand starts with: the pool, and from `first_lane_fd` on one socket a
/// lane.
inline constexpr int pool_fd = 3;
inline constexpr int first_lane_fd = 4;
inline constexpr std::uint64_t pool_size = 128ULL * 1024 * 1024;
inline constexpr int most_lanes = 16;

/// The first message on the first lane: whose rights the hand takes.
struct HandUser {
    std::uint32_t uid, gid;
    std::uint32_t group_count;
    std::array<std::uint32_t, 1024> groups;
};

} // namespace fairlead::stage
