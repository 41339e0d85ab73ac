#include "stage/hand_server.hpp"

#include "base/child.hpp"
#include "base/guarded.hpp"
#include "base/words.hpp"
#include "stage/become_user.hpp"
#include "stage/crc64.hpp"
#include "stage/hand_message.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <openssl/evp.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <thread>
#include <vector>

namespace fairlead::stage {
namespace {

constexpr std::uint64_t read_at_once = 1024 * 1024;
constexpr std::uint64_t copied_at_once = 256 * 1024; // stays in the cache until it is written

/// A request as it was received.
struct Told {
    HandRequest request;
    std::string path;
    std::string name;
};

std::string_view text(std::span<const char> data) { return {data.data(), data.size()}; }

class Server {
  public:
    explicit Server(std::span<char> pool) : pool_(pool) {}

    HandReply answer(const Told& told);

  private:
    OrErrno<void> act(const Told& told, HandReply& reply);
    OrErrno<void> open(const Told& told, HandReply& reply);
    OrErrno<void> move(const HandRequest& request, HandReply& reply);
    OrErrno<void> sum(const HandRequest& request, HandReply& reply);
    OrErrno<void> digest(const HandRequest& request, HandReply& reply);
    OrErrno<void> copy_and_sum(const HandRequest& request, HandReply& reply);
    OrErrno<void> end(const HandRequest& request, HandReply& reply);
    OrErrno<void> run(const HandRequest& request, HandReply& reply);

    /// Null where a request names what is not in the pool.
    std::span<char> part_of_pool(const HandRequest& request, std::uint64_t size) const {
        if (request.at > pool_.size() || size > pool_.size() - request.at)
            return {};
        return pool_.subspan(request.at, size);
    }

    std::span<char> pool_;
    UserFiles files_;
};

/// Keeps what was asked for, or hands the errno on.
template <class Value, class Keep>
OrErrno<void> kept(const OrErrno<Value>& value, Keep keep) {
    if (!value)
        return std::unexpected(value.error());
    keep(*value);
    return {};
}

OrErrno<void> Server::open(const Told& told, HandReply& reply) {
    const auto keep = [&](const OpenedFile& opened) {
        reply.handle = opened.handle;
        reply.state = opened.state;
    };
    switch (told.request.op) {
    case HandOp::OpenSource:
        return kept(files_.open_source(told.path), keep);
    case HandOp::OpenTemporary:
        return kept(files_.open_temporary(told.path, told.name), keep);
    default:
        return kept(files_.open_folder(told.path),
                    [&](FileHandle handle) { reply.handle = handle; });
    }
}

OrErrno<void> Server::move(const HandRequest& request, HandReply& reply) {
    const std::span<char> buffer = part_of_pool(request, request.size);
    if (buffer.size() != request.size)
        return std::unexpected(EFAULT);
    const auto counted = [&](std::size_t count) { reply.count = count; };
    if (request.op == HandOp::Write) {
        reply.crc = crc64(text(buffer));
        return files_.write(request.handle, request.offset, buffer);
    }
    if (request.op == HandOp::ReadFolder)
        return kept(files_.read_folder(request.handle, buffer), counted);
    auto done = kept(files_.read(request.handle, request.offset, buffer), counted);
    reply.crc = crc64(text(buffer.first(reply.count)));
    return done;
}

OrErrno<void> Server::sum(const HandRequest& request, HandReply& reply) {
    const std::span<char> buffer = part_of_pool(request, read_at_once);
    if (buffer.empty())
        return std::unexpected(EFAULT);
    while (reply.count < request.size) {
        const auto wanted = std::min<std::uint64_t>(buffer.size(), request.size - reply.count);
        const auto got =
            files_.read(request.handle, request.offset + static_cast<std::int64_t>(reply.count),
                        buffer.first(wanted));
        if (!got)
            return std::unexpected(got.error());
        if (*got == 0)
            return {};
        reply.crc = crc64(text(buffer.first(*got)), reply.crc);
        reply.count += *got;
    }
    return {};
}

OrErrno<void> Server::digest(const HandRequest& request, HandReply& reply) {
    const std::span<char> buffer = part_of_pool(request, read_at_once);
    const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> md5{EVP_MD_CTX_new(), EVP_MD_CTX_free};
    if (buffer.empty() || !md5 || EVP_DigestInit_ex(md5.get(), EVP_md5(), nullptr) != 1)
        return std::unexpected(ENOMEM);
    while (reply.count < request.size) {
        const auto wanted = std::min<std::uint64_t>(buffer.size(), request.size - reply.count);
        const auto got =
            files_.read(request.handle, request.offset + static_cast<std::int64_t>(reply.count),
                        buffer.first(wanted));
        if (!got)
            return std::unexpected(got.error());
        if (*got == 0)
            break;
        EVP_DigestUpdate(md5.get(), buffer.data(), *got);
        reply.count += *got;
    }
    EVP_DigestFinal_ex(md5.get(), reply.md5.data(), nullptr);
    return {};
}

OrErrno<void> Server::copy_and_sum(const HandRequest& request, HandReply& reply) {
    const std::span<char> buffer = part_of_pool(request, copied_at_once);
    if (buffer.empty())
        return std::unexpected(EFAULT);
    while (reply.count < request.size) {
        const auto at = request.offset + static_cast<std::int64_t>(reply.count);
        const auto wanted = std::min<std::uint64_t>(buffer.size(), request.size - reply.count);
        const auto got = files_.read(request.other, at, buffer.first(wanted));
        reply.of_source = !got || *got < wanted;
        if (reply.of_source)
            return std::unexpected(got ? FileError{ENODATA} : got.error());
        reply.crc = crc64(text(buffer.first(wanted)), reply.crc);
        if (auto written = files_.write(request.handle, at, buffer.first(wanted)); !written)
            return written;
        reply.count += wanted;
    }
    return {};
}

OrErrno<void> Server::end(const HandRequest& request, HandReply& reply) {
    const auto state = [&](const FileState& found) { reply.state = found; };
    switch (request.op) {
    case HandOp::Commit:
        return kept(files_.commit(request.handle, request.mode, request.mtime), state);
    case HandOp::Discard:
        return files_.discard(request.handle);
    case HandOp::State:
        return kept(files_.state(request.handle), state);
    case HandOp::Truncate:
        return files_.truncate(request.handle, static_cast<std::int64_t>(request.size));
    case HandOp::Close:
        files_.close(request.handle);
        return {};
    default:
        return std::unexpected(ENOSYS);
    }
}

/// With the rights that this process has. What it writes is the answer, its complaints as well.
OrErrno<void> Server::run(const HandRequest& request, HandReply& reply) {
    const std::span<char> words = part_of_pool(request, request.size);
    const std::span<char> room = part_of_pool(request, request.room);
    std::vector<std::string> argv;
    for (const std::string_view word : split(text(words), '\0'))
        argv.emplace_back(word);
    if (argv.size() < 2 || room.empty())
        return std::unexpected(EINVAL);
    argv.pop_back(); // behind the last NUL
    const auto ended =
        run_child(Code::S124, argv, plain_environment(), std::chrono::milliseconds(request.wait),
                  room.size(), Complaints::Kept);
    constexpr int not_run = 127;
    const std::string& output = ended ? ended->output : ended.error().message;
    reply.status = ended ? ended->status : not_run;
    reply.count = std::min(output.size(), room.size());
    std::ranges::copy_n(output.begin(), static_cast<std::ptrdiff_t>(reply.count), room.begin());
    return {};
}

OrErrno<void> Server::act(const Told& told, HandReply& reply) {
    const HandRequest& request = told.request;
    switch (request.op) {
    case HandOp::Look:
        return kept(files_.look(told.path), [&](const FileState& found) { reply.state = found; });
    case HandOp::MakeFolder:
        return files_.make_folder(told.path);
    case HandOp::OpenSource:
    case HandOp::OpenTemporary:
    case HandOp::OpenFolder:
        return open(told, reply);
    case HandOp::Write:
    case HandOp::Read:
    case HandOp::ReadFolder:
        return move(request, reply);
    case HandOp::Sum:
        return sum(request, reply);
    case HandOp::Digest:
        return digest(request, reply);
    case HandOp::Copy:
        return files_.copy(request.other, request.handle, request.offset,
                           static_cast<std::int64_t>(request.size),
                           part_of_pool(request, read_at_once));
    case HandOp::CopyAndSum:
        return copy_and_sum(request, reply);
    case HandOp::SyncFolders:
        return files_.sync_folders();
    case HandOp::Run:
        return run(request, reply);
    default:
        return end(request, reply);
    }
}

HandReply Server::answer(const Told& told) {
    HandReply reply;
    if (auto done = act(told, reply); !done) {
        reply.error = done.error().error;
        reply.mount = done.error().mount;
    }
    return reply;
}

/// Null at the end of the conversation.
std::optional<Told> receive(int socket) {
    std::vector<char> packet(sizeof(HandRequest) + longest_hand_text);
    ssize_t size = 0;
    do
        size = ::recv(socket, packet.data(), packet.size(), 0);
    while (size < 0 && errno == EINTR);
    Told told{};
    if (size < static_cast<ssize_t>(sizeof told.request))
        return std::nullopt;
    std::memcpy(&told.request, packet.data(), sizeof told.request);
    const std::string_view texts(packet.data() + sizeof told.request,
                                 static_cast<std::size_t>(size) - sizeof told.request);
    if (texts.size() != std::size_t{told.request.path_size} + told.request.name_size)
        return std::nullopt;
    told.path = texts.substr(0, told.request.path_size);
    told.name = texts.substr(told.request.path_size);
    return told;
}

void serve_lane(int socket, Server& server) {
    while (const auto told = receive(socket)) {
        const HandReply reply = server.answer(*told);
        if (::send(socket, &reply, sizeof reply, MSG_NOSIGNAL) < 0)
            return;
    }
}

bool take_rights() {
    HandUser user{};
    if (::recv(first_lane_fd, &user, sizeof user, 0) != sizeof user ||
        user.group_count > user.groups.size())
        return false;
    const auto became =
        become_user(user.uid, user.gid, std::span(user.groups).first(user.group_count));
    const HandReply reply{.error = became ? 0 : EPERM};
    return ::send(first_lane_fd, &reply, sizeof reply, MSG_NOSIGNAL) > 0 && became;
}

} // namespace

int serve_hand(int lanes) {
    if (lanes < 1 || lanes > most_lanes || !take_rights())
        return 1;
    void* memory = ::mmap(nullptr, pool_size, PROT_READ | PROT_WRITE, MAP_SHARED, pool_fd, 0);
    if (memory == MAP_FAILED) // NOLINT: the macro is a C cast
        return 1;
    ::close(pool_fd);
    Server server{{static_cast<char*>(memory), pool_size}};
    std::vector<std::jthread> threads;
    for (int lane = 0; lane < lanes; ++lane)
        threads.emplace_back([&server, lane] {
            guarded(
                "the hand", 0, [](const char*, const char*) noexcept { std::_Exit(1); },
                [&] { return serve_lane(first_lane_fd + lane, server), 0; });
        });
    return 0;
}

} // namespace fairlead::stage
