#include "stage/hand.hpp"

#include "base/words.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

namespace fairlead::stage {
namespace {

constexpr std::size_t shown = 300;

std::unexpected<Fault> ended() {
    return service_fault(Code::S119, "the process that has the user's rights has ended");
}

std::unexpected<Fault> not_started(std::string_view why) {
    return service_fault(Code::S119, "the process that has the user's rights does not start: {}",
                         why);
}

/// Above all that the child gets numbers for.
UniqueFd moved_up(int fd) {
    constexpr int above = 100;
    UniqueFd moved{::fcntl(fd, F_DUPFD_CLOEXEC, above)};
    ::close(fd);
    return moved;
}

struct Pair {
    UniqueFd ours, theirs;
};

Pair socket_pair() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        return {};
    return {moved_up(ends[0]), moved_up(ends[1])};
}

/// What the child starts with: these descriptors and no others, no signal blocked or ignored.
class Setup {
  public:
    Setup(int pool, const std::vector<Pair>& pairs) {
        posix_spawn_file_actions_init(&actions_);
        for (const int stream : {0, 1, 2})
            posix_spawn_file_actions_addopen(&actions_, stream, "/dev/null", O_RDWR, 0);
        posix_spawn_file_actions_adddup2(&actions_, pool, pool_fd);
        int fd = first_lane_fd;
        for (const Pair& pair : pairs)
            posix_spawn_file_actions_adddup2(&actions_, pair.theirs.get(), fd++);
        posix_spawn_file_actions_addclosefrom_np(&actions_, fd);
        posix_spawnattr_init(&attributes_);
        sigset_t signals;
        sigemptyset(&signals);
        posix_spawnattr_setsigmask(&attributes_, &signals);
        sigfillset(&signals);
        posix_spawnattr_setsigdefault(&attributes_, &signals);
        posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    }
    Setup(const Setup&) = delete;
    Setup& operator=(const Setup&) = delete;
    ~Setup() {
        posix_spawn_file_actions_destroy(&actions_);
        posix_spawnattr_destroy(&attributes_);
    }

    /// 0 or an errno.
    int spawn(pid_t& pid, const std::string& program, int lanes) const {
        std::string name = program, option = "--hand", count = std::to_string(lanes);
        std::array<char*, 4> argv{name.data(), option.data(), count.data(), nullptr};
        std::array<char*, 1> environment{nullptr};
        return ::posix_spawn(&pid, program.c_str(), &actions_, &attributes_, argv.data(),
                             environment.data());
    }

  private:
    posix_spawn_file_actions_t actions_;
    posix_spawnattr_t attributes_;
};

HandUser packet_of(const Hand::User& user) {
    HandUser packet{.uid = user.uid, .gid = user.gid, .group_count = 0, .groups = {}};
    packet.group_count =
        static_cast<std::uint32_t>(std::min(user.groups.size(), packet.groups.size()));
    std::copy_n(user.groups.begin(), packet.group_count, packet.groups.begin());
    return packet;
}

/// False when the time is up.
bool wait_readable(int fd, const HandLane::Left& left) {
    for (;;) {
        const auto most = std::min<std::int64_t>(left().count(), 60'000);
        if (most <= 0)
            return false;
        pollfd readable{fd, POLLIN, 0};
        const int ready = ::poll(&readable, 1, static_cast<int>(most));
        if (ready > 0 || (ready < 0 && errno != EINTR))
            return true;
    }
}

} // namespace

void HandLane::set_buffer(std::span<char> pool, std::uint64_t at, std::uint64_t size) {
    buffer_ = pool.subspan(at, size);
    at_ = at;
}

Staged<HandReply> HandLane::ask(HandRequest request, const std::string& path,
                                const std::string& name) {
    const bool by_handle = request.handle != 0; // then the path is for messages alone
    request.at = at_;
    request.path_size = by_handle ? 0 : static_cast<std::uint32_t>(path.size());
    request.name_size = static_cast<std::uint32_t>(name.size());
    if (path.size() + name.size() > longest_hand_text)
        return std::unexpected(fault_of(ENAMETOOLONG, printable(path, shown)));
    std::string packet(reinterpret_cast<const char*>(&request), sizeof request);
    packet += (by_handle ? "" : path) + name;
    HandReply reply;
    if (::send(socket_.get(), packet.data(), packet.size(), MSG_NOSIGNAL) < 0)
        return ended();
    if (!wait_readable(socket_.get(), left_))
        return service_fault(Code::S119, "{}: the file system did not answer until the deadline",
                             printable(path, shown));
    if (::recv(socket_.get(), &reply, sizeof reply, 0) != sizeof reply)
        return ended();
    return reply;
}

std::unexpected<Fault> HandLane::failed(const HandReply& reply,
                                        std::vector<std::string> paths) const {
    const Fault fault = fault_of(reply.error, printable(paths.front(), shown));
    return std::unexpected(judge_ ? judge_(fault, std::move(paths), reply.mount) : fault);
}

Staged<HandReply> HandLane::ask_fine(const HandRequest& request, const std::string& path,
                                     const std::string& name) {
    auto reply = ask(request, path, name);
    if (reply && reply->error != 0)
        return failed(*reply, {path});
    return reply;
}

namespace {

template <class Value>
Staged<Value> picked(const Staged<HandReply>& reply, Value HandReply::* member) {
    if (!reply)
        return std::unexpected(reply.error());
    return (*reply).*member;
}

Staged<void> nothing_of(const Staged<HandReply>& reply) {
    if (!reply)
        return std::unexpected(reply.error());
    return {};
}

} // namespace

Staged<FileState> HandLane::look(const std::string& path) {
    return picked(ask_fine({.op = HandOp::Look}, path), &HandReply::state);
}

Staged<void> HandLane::make_folder(const std::string& path) {
    return nothing_of(ask_fine({.op = HandOp::MakeFolder}, path));
}

Staged<OpenedFile> HandLane::open_source(const std::string& path) {
    const auto reply = ask_fine({.op = HandOp::OpenSource}, path);
    if (!reply)
        return std::unexpected(reply.error());
    return OpenedFile{reply->handle, reply->state};
}

Staged<std::optional<OpenedFile>> HandLane::open_temporary(const std::string& path,
                                                           const std::string& name) {
    const auto reply = ask({.op = HandOp::OpenTemporary}, path, name);
    if (!reply)
        return std::unexpected(reply.error());
    if (reply->error == EEXIST)
        return std::nullopt;
    if (reply->error != 0)
        return failed(*reply, {path});
    return OpenedFile{reply->handle, reply->state};
}

Staged<std::uint64_t> HandLane::write(FileHandle handle, const std::string& path,
                                      std::uint64_t offset, std::uint64_t size) {
    return picked(ask_fine({.op = HandOp::Write,
                            .handle = handle,
                            .offset = static_cast<std::int64_t>(offset),
                            .size = size},
                           path),
                  &HandReply::crc);
}

Staged<std::uint64_t> HandLane::read(FileHandle handle, const std::string& path,
                                     std::uint64_t offset, std::uint64_t size) {
    const auto reply = ask_fine({.op = HandOp::Read,
                                 .handle = handle,
                                 .offset = static_cast<std::int64_t>(offset),
                                 .size = size},
                                path);
    if (reply && reply->count != size)
        return std::unexpected(fault_of(ENODATA, printable(path, shown)));
    return picked(reply, &HandReply::crc);
}

Staged<std::uint64_t> HandLane::sum(FileHandle handle, const std::string& path,
                                    std::uint64_t offset, std::uint64_t size) {
    return picked(ask_fine({.op = HandOp::Sum,
                            .handle = handle,
                            .offset = static_cast<std::int64_t>(offset),
                            .size = size},
                           path),
                  &HandReply::crc);
}

Staged<HandLane::Md5> HandLane::digest(FileHandle handle, const std::string& path,
                                       std::uint64_t offset, std::uint64_t size) {
    return picked(ask_fine({.op = HandOp::Digest,
                            .handle = handle,
                            .offset = static_cast<std::int64_t>(offset),
                            .size = size},
                           path),
                  &HandReply::md5);
}

Staged<void> HandLane::copy(FileHandle from, const std::string& source, FileHandle to,
                            const std::string& path, std::uint64_t offset, std::uint64_t size) {
    const auto reply = ask({.op = HandOp::Copy,
                            .handle = to,
                            .other = from,
                            .offset = static_cast<std::int64_t>(offset),
                            .size = size},
                           path);
    if (reply && reply->error != 0)
        return failed(*reply, {path, source});
    return nothing_of(reply);
}

Staged<std::uint64_t> HandLane::copy_and_sum(FileHandle from, const std::string& source,
                                             FileHandle to, const std::string& path,
                                             std::uint64_t offset, std::uint64_t size) {
    const auto reply = ask({.op = HandOp::CopyAndSum,
                            .handle = to,
                            .other = from,
                            .offset = static_cast<std::int64_t>(offset),
                            .size = size},
                           path);
    if (reply && reply->error != 0)
        return failed(*reply, {reply->of_source ? source : path});
    return picked(reply, &HandReply::crc);
}

Staged<FileState> HandLane::state(FileHandle handle, const std::string& path) {
    return picked(ask_fine({.op = HandOp::State, .handle = handle}, path), &HandReply::state);
}

Staged<void> HandLane::truncate(FileHandle handle, const std::string& path, std::uint64_t size) {
    return nothing_of(ask_fine({.op = HandOp::Truncate, .handle = handle, .size = size}, path));
}

Staged<FileState> HandLane::commit(FileHandle handle, const std::string& path, int mode) {
    return picked(ask_fine({.op = HandOp::Commit, .handle = handle, .mode = mode}, path),
                  &HandReply::state);
}

Staged<void> HandLane::discard(FileHandle handle, const std::string& path) {
    return nothing_of(ask_fine({.op = HandOp::Discard, .handle = handle}, path));
}

Staged<void> HandLane::close(FileHandle handle) {
    return nothing_of(ask_fine({.op = HandOp::Close, .handle = handle}, {}));
}

Staged<void> HandLane::sync_folders() {
    return nothing_of(ask_fine({.op = HandOp::SyncFolders}, {}));
}

Staged<FileHandle> HandLane::open_folder(const std::string& path) {
    return picked(ask_fine({.op = HandOp::OpenFolder}, path), &HandReply::handle);
}

namespace {

/// "f 12 1700000000000000000 77 420 name"
std::optional<HandLane::Entry> entry_of(std::string_view line) {
    HandLane::Entry entry;
    FileState& state = entry.state;
    const char kind = line.empty() ? ' ' : line.front();
    state.kind = kind == 'f'   ? FileState::Kind::File
                 : kind == 'd' ? FileState::Kind::Folder
                               : FileState::Kind::Other;
    line.remove_prefix(std::min<std::size_t>(line.size(), 2));
    const auto number = [&](auto& value) {
        const char* end = line.data() + line.size();
        const auto [stop, error] = std::from_chars(line.data(), end, value);
        if (error != std::errc{} || stop == end || *stop != ' ')
            return false;
        line.remove_prefix(static_cast<std::size_t>(stop - line.data()) + 1);
        return true;
    };
    if (!number(state.size) || !number(state.mtime) || !number(state.inode) ||
        !number(state.mode) || line.empty())
        return std::nullopt;
    entry.name = line;
    return entry;
}

} // namespace

Staged<std::vector<HandLane::Entry>> HandLane::read_folder(FileHandle handle,
                                                           const std::string& path) {
    const auto reply =
        ask_fine({.op = HandOp::ReadFolder, .handle = handle, .size = buffer_.size()}, path);
    if (!reply)
        return std::unexpected(reply.error());
    std::vector<Entry> entries;
    const std::string_view lines(buffer_.data(),
                                 std::min<std::size_t>(reply->count, buffer_.size()));
    for (const std::string_view line : split(lines, '\0'))
        if (auto entry = entry_of(line))
            entries.push_back(std::move(*entry));
    return entries;
}

Staged<ChildResult> HandLane::run(const std::vector<std::string>& argv,
                                  std::chrono::milliseconds wait) {
    std::string words;
    for (const std::string& word : argv)
        words += word + '\0';
    if (words.size() > buffer_.size())
        return std::unexpected(fault_of(E2BIG, argv.front()));
    std::ranges::copy(words, buffer_.begin());
    const auto reply = ask_fine({.op = HandOp::Run,
                                 .size = words.size(),
                                 .room = buffer_.size(),
                                 .wait = std::min(wait, left_()).count()},
                                argv.front());
    if (!reply)
        return std::unexpected(reply.error());
    const auto size = std::min<std::size_t>(reply->count, buffer_.size());
    return ChildResult{reply->status, {buffer_.data(), size}};
}

Staged<Hand> Hand::start(const std::string& program, const User& user, int lanes,
                         const HandLane::Left& left, const HandLane::Judge& judge) {
    Hand hand;
    const UniqueFd pool = moved_up(::memfd_create("fairlead-pool", MFD_CLOEXEC));
    std::vector<Pair> pairs(static_cast<std::size_t>(lanes));
    std::ranges::generate(pairs, socket_pair);
    const bool all =
        std::ranges::all_of(pairs, [](const Pair& pair) { return pair.ours && pair.theirs; });
    if (!pool || !all || ::ftruncate(pool.get(), static_cast<off_t>(pool_size)) != 0)
        return not_started(std::strerror(errno)); // NOLINT(concurrency-mt-unsafe)
    void* memory = ::mmap(nullptr, pool_size, PROT_READ | PROT_WRITE, MAP_SHARED, pool.get(), 0);
    if (memory == MAP_FAILED) // NOLINT: the macro is a C cast
        return not_started("no memory");
    hand.pool_ = {static_cast<char*>(memory), pool_size};
    if (const int error = Setup{pool.get(), pairs}.spawn(hand.pid_, program, lanes))
        return not_started(std::strerror(error)); // NOLINT(concurrency-mt-unsafe)
    for (Pair& pair : pairs)
        hand.lanes_.emplace_back(std::move(pair.ours), left, judge);
    pairs.clear();
    if (auto rights = hand.lanes_.front().hand_over(packet_of(user)); !rights)
        return std::unexpected(rights.error());
    return hand;
}

Staged<void> HandLane::hand_over(const HandUser& user) {
    HandReply reply;
    if (::send(socket_.get(), &user, sizeof user, MSG_NOSIGNAL) < 0 ||
        !wait_readable(socket_.get(), left_) ||
        ::recv(socket_.get(), &reply, sizeof reply, 0) != sizeof reply)
        return not_started("it does not answer");
    if (reply.error != 0)
        return not_started("the kernel refuses it the rights of the user");
    return {};
}

Hand::Hand(Hand&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), lanes_(std::move(other.lanes_)),
      pool_(std::exchange(other.pool_, {})) {}

/// It may hang in the kernel, which is waited for no longer than a moment.
Hand::~Hand() {
    constexpr int tries = 200;
    lanes_.clear(); // at which it ends
    for (int i = 0; pid_ > 0 && i < tries; ++i) {
        if (::waitpid(pid_, nullptr, WNOHANG) != 0)
            break;
        if (i == tries / 2)
            ::kill(pid_, SIGKILL);
        ::poll(nullptr, 0, i < 10 ? 1 : 10);
    }
    if (!pool_.empty())
        ::munmap(pool_.data(), pool_.size());
}

} // namespace fairlead::stage
