/// The other end of the hand: starts it, and asks it for one thing after another.
#pragma once

#include "base/child.hpp"
#include "base/unique_fd.hpp"
#include "stage/fault.hpp"
#include "stage/hand_message.hpp"

#include <array>
#include <chrono>
#include <functional>
#include <span>
#include <string>
#include <sys/types.h>
#include <vector>

namespace fairlead::stage {

/// One socket to the hand, and a piece of the pool. For one thread.
class HandLane {
  public:
    using Left = std::function<std::chrono::milliseconds()>; ///< until the deadline
    /// What becomes of a fault that may be about any of these paths; an empty one is not known.
    /// `mount` is where the file system failed.
    using Judge =
        std::function<Fault(const Fault& fault, std::vector<std::string> paths, MountId mount)>;

    HandLane(UniqueFd socket, Left left, Judge judge = {})
        : socket_(std::move(socket)), left_(std::move(left)), judge_(std::move(judge)) {}

    /// The first thing that the hand hears.
    Staged<void> hand_over(const HandUser& user);
    void set_buffer(std::span<char> pool, std::uint64_t at, std::uint64_t size);
    std::span<char> buffer() const { return buffer_; }

    /// A path with a handle is what messages name.
    Staged<FileState> look(const std::string& path);
    Staged<void> make_folder(const std::string& path);
    Staged<OpenedFile> open_source(const std::string& path);
    /// Null where the name is another's, so that a new one has to be made up.
    Staged<std::optional<OpenedFile>> open_temporary(const std::string& path,
                                                     const std::string& name);
    /// Writes what is at the beginning of the buffer; its checksum.
    Staged<std::uint64_t> write(FileHandle handle, const std::string& path, std::uint64_t offset,
                                std::uint64_t size);
    /// Into the buffer, all of it or S114; its checksum.
    Staged<std::uint64_t> read(FileHandle handle, const std::string& path, std::uint64_t offset,
                               std::uint64_t size);
    /// The checksum of a range; of less where the file ends before.
    Staged<std::uint64_t> sum(FileHandle handle, const std::string& path, std::uint64_t offset,
                              std::uint64_t size);
    /// MD5 of a range.
    using Md5 = std::array<unsigned char, 16>;
    Staged<Md5> digest(FileHandle handle, const std::string& path, std::uint64_t offset,
                       std::uint64_t size);
    /// As read() and write(), a small piece at a time; the checksum.
    Staged<std::uint64_t> copy_and_sum(FileHandle from, const std::string& source, FileHandle to,
                                       const std::string& path, std::uint64_t offset,
                                       std::uint64_t size);
    /// Within the kernel, where it can; nobody knows which of the two fails.
    Staged<void> copy(FileHandle from, const std::string& source, FileHandle to,
                      const std::string& path, std::uint64_t offset, std::uint64_t size);
    Staged<FileState> state(FileHandle handle, const std::string& path);
    Staged<void> truncate(FileHandle handle, const std::string& path, std::uint64_t size);
    Staged<FileState> commit(FileHandle handle, const std::string& path, int mode = -1);
    Staged<void> discard(FileHandle handle, const std::string& path);
    Staged<void> close(FileHandle handle);
    Staged<void> sync_folders();
    Staged<FileHandle> open_folder(const std::string& path);
    struct Entry {
        std::string name;
        FileState state;
    };
    /// The next entries; none at the end.
    Staged<std::vector<Entry>> read_folder(FileHandle handle, const std::string& path);
    /// Runs argv[0], an absolute path, as the user; its output and complaints, as much as fits into
    /// the buffer. One that is not run or does not end within `wait` has status 127 and the reason.
    Staged<ChildResult> run(const std::vector<std::string>& argv, std::chrono::milliseconds wait);

  private:
    Staged<HandReply> ask(HandRequest request, const std::string& path,
                          const std::string& name = {});
    std::unexpected<Fault> failed(const HandReply& reply, std::vector<std::string> paths) const;
    Staged<HandReply> ask_fine(const HandRequest& request, const std::string& path,
                               const std::string& name = {});

    UniqueFd socket_;
    Left left_;
    Judge judge_;
    std::span<char> buffer_;
    std::uint64_t at_ = 0;
};

/// The process. It ends with this.
class Hand {
  public:
    struct User {
        std::uint32_t uid, gid;
        std::vector<std::uint32_t> groups;
    };

    /// Runs `program --hand LANES` with an empty environment, from the thread that ends last.
    /// FL-S119 where it does not start.
    static Staged<Hand> start(const std::string& program, const User& user, int lanes,
                              const HandLane::Left& left, const HandLane::Judge& judge = {});
    Hand(Hand&& other) noexcept;
    Hand& operator=(Hand&&) = delete;
    ~Hand();

    std::vector<HandLane>& lanes() { return lanes_; }
    std::span<char> pool() const { return pool_; }
    pid_t pid() const { return pid_; }

  private:
    Hand() = default;

    pid_t pid_ = -1;
    std::vector<HandLane> lanes_;
    std::span<char> pool_;
};

} // namespace fairlead::stage
