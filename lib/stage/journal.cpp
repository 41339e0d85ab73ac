#include "stage/journal.hpp"

#include "base/deadline.hpp"
#include "stage/crc64.hpp"
#include "stage/work_folder.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <functional>
#include <mutex>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <string_view>
#include <sys/file.h>
#include <unordered_map>

namespace fairlead::stage {
namespace {

using Json = nlohmann::json;

constexpr const char* schema = "fairlead.stage-journal/1";
constexpr std::size_t longest_record = 64 * 1024;
constexpr std::size_t checksum_size = 17; // and a blank

std::unexpected<Error> cannot(const char* verb, const std::filesystem::path& path) {
    return fail(Code::S123, "cannot {} {}: {}", verb, path.native(),
                std::strerror(errno)); // NOLINT(concurrency-mt-unsafe)
}

std::string line_of(const Json& record) {
    const std::string text = record.dump(-1, ' ', false, Json::error_handler_t::replace);
    return crc64_hex(crc64(text)) + " " + text + "\n";
}

/// Null where the line is no record.
std::optional<Json> record_of(std::string_view line) {
    const auto crc = parse_crc64_hex(line.substr(0, checksum_size - 1));
    if (!crc || line.size() <= checksum_size || line[checksum_size - 1] != ' ' ||
        crc64(line.substr(checksum_size)) != *crc)
        return std::nullopt;
    Json record = Json::parse(line.substr(checksum_size), nullptr, false);
    if (!record.is_object())
        return std::nullopt;
    return record;
}

Result<void> write_all(int fd, std::string_view text, const std::filesystem::path& path) {
    while (!text.empty()) {
        const ssize_t written = ::write(fd, text.data(), text.size());
        if (written < 0 && errno != EINTR)
            return cannot("write", path);
        text.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
    }
    return {};
}

std::size_t hash_of(const std::string& text) { return std::hash<std::string>{}(text); }

/// The lines of a file, each bounded.
class Lines {
  public:
    explicit Lines(int fd) : fd_(fd) {}

    /// A line without its end; null at the end, at a torn line and at one that is too long.
    std::optional<std::string_view> next() {
        for (;;) {
            const auto end = buffer_.find('\n', begin_);
            if (end != std::string::npos) {
                const std::string_view line =
                    std::string_view(buffer_).substr(begin_, end - begin_);
                begin_ = end + 1;
                return line;
            }
            if (buffer_.size() - begin_ > longest_record || !fill())
                return std::nullopt;
        }
    }

  private:
    bool fill() {
        char more[64 * 1024];
        const ssize_t got = ::read(fd_, more, sizeof more);
        if (got <= 0)
            return false;
        buffer_.erase(0, begin_);
        begin_ = 0;
        buffer_.append(more, static_cast<std::size_t>(got));
        return true;
    }

    int fd_;
    std::string buffer_;
    std::size_t begin_ = 0;
};

/// Whoever had it before may need a moment to end.
bool is_taken(int fd, std::chrono::milliseconds patience) {
    constexpr auto look = std::chrono::milliseconds(50);
    const Deadline deadline{patience};
    for (;;) {
        if (::flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
            return false;
        if (deadline.left() == std::chrono::milliseconds(0))
            return true;
        ::poll(nullptr, 0, static_cast<int>(look.count()));
    }
}

} // namespace

struct Journal::State {
    /// Names are kept as hashes: a tree may have a million files.
    struct Done {
        std::size_t source, destination;
        std::optional<std::uint64_t> crc;
        Verified verified;
    };

    std::filesystem::path path;
    UniqueFd file;
    std::mutex mutex; ///< for all but `ended`, which does not change
    std::map<std::string, Begun> begun;
    std::unordered_map<std::size_t, Done> ended; ///< by the hash of the path
    std::size_t records = 0;
    bool dropped = false;

    void take(const Json& record);
    void take_part(const Json& record, const std::string& path);
    Result<void> append(const Json& record);
    Result<void> load(const std::string& job);
};

Journal::Journal(std::unique_ptr<State> state) : state_(std::move(state)) {}
Journal::Journal(Journal&&) noexcept = default;
Journal::~Journal() = default;

void Journal::State::take_part(const Json& record, const std::string& name) {
    const auto crc = parse_crc64_hex(record.value("crc", ""));
    if (const auto found = begun.find(name); found != begun.end() && crc)
        found->second.parts[record.value("part", std::uint64_t{0})] = {*crc,
                                                                       record.value("etag", "")};
}

/// What has a good checksum was written by a release of ours; a field of another kind throws, and
/// load() drops the record.
void Journal::State::take(const Json& record) {
    const std::string name = record.at("path"), what = record.at("what");
    if (what == "begin")
        begun[name] = {.source = record.at("source"),
                       .temporary = record.value("temporary", ""),
                       .upload = record.value("upload", ""),
                       .part_size = record.value("part_size", std::uint64_t{0})};
    if (what == "part")
        take_part(record, name);
    if (what == "end")
        ended[hash_of(name)] = {
            .source = hash_of(record.at("source")),
            .destination = hash_of(record.at("destination")),
            .crc = parse_crc64_hex(record.value("crc", "")),
            .verified = static_cast<Verified>(std::clamp(record.value("verified", 0), 0, 4))};
    if (what == "end" || what == "forget")
        begun.erase(name);
}

Result<void> Journal::State::append(const Json& record) {
    return write_all(file.get(), line_of(record), path);
}

Result<void> Journal::State::load(const std::string& job) {
    off_t good = 0;
    Lines lines{file.get()};
    while (const auto line = lines.next()) {
        const auto record = record_of(*line);
        if (!record)
            break;
        try {
            if (good != 0)
                take(*record);
            else if (record->at("schema") != schema || record->at("job") != job)
                break;
        } catch (const Json::exception&) {
            break;
        }
        good += static_cast<off_t>(line->size()) + 1;
        ++records;
    }
    const off_t size = ::lseek(file.get(), 0, SEEK_END);
    dropped = size > good;
    if (size < 0 || (dropped && ::ftruncate(file.get(), good) != 0))
        return cannot("shorten", path);
    if (good == 0)
        return append({{"schema", schema}, {"job", job}});
    return {};
}

Result<Journal> Journal::open(const std::filesystem::path& path, const std::string& job,
                              std::chrono::milliseconds patience) {
    auto state = std::make_unique<State>();
    state->path = path;
    state->file =
        UniqueFd{::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600)};
    if (!state->file)
        return cannot("open", path);
    // Some shared file systems have no flock(); the fencing by epochs does not need it.
    if (is_taken(state->file.get(), patience))
        return fail(Code::S122, "another process works in {}", path.parent_path().native());
    if (auto loaded = state->load(job); !loaded)
        return std::unexpected(loaded.error());
    return Journal{std::move(state)};
}

std::optional<Begun> Journal::begun(const std::string& path) const {
    const std::lock_guard lock(state_->mutex);
    const auto found = state_->begun.find(path);
    return found == state_->begun.end() ? std::nullopt : std::optional(found->second);
}

bool Journal::has_ended(const std::string& path) const {
    return state_->ended.contains(hash_of(path));
}

std::optional<Ended> Journal::ended(const std::string& path, const std::string& source,
                                    const std::string& destination) const {
    const auto found = state_->ended.find(hash_of(path));
    if (found == state_->ended.end() || found->second.source != hash_of(source) ||
        found->second.destination != hash_of(destination))
        return std::nullopt;
    return Ended{source, destination, found->second.crc, found->second.verified};
}

bool Journal::has_left(const std::string& path, const std::string& destination) const {
    const auto found = state_->ended.find(hash_of(path));
    return found != state_->ended.end() && found->second.destination == hash_of(destination);
}

std::size_t Journal::records() const { return state_->records; }
bool Journal::dropped() const { return state_->dropped; }

Result<void> Journal::begin(const std::string& path, const Begun& begun) {
    const std::lock_guard lock(state_->mutex);
    state_->begun.erase(path);
    auto written = state_->append({{"what", "begin"},
                                   {"path", path},
                                   {"source", begun.source},
                                   {"temporary", begun.temporary},
                                   {"upload", begun.upload},
                                   {"part_size", begun.part_size}});
    if (written && !begun.upload.empty() && !synced(state_->file.get()))
        return cannot("sync", state_->path);
    return written;
}

Result<void> Journal::part(const std::string& path, std::uint64_t number, const KeptPart& part) {
    const std::lock_guard lock(state_->mutex);
    return state_->append({{"what", "part"},
                           {"path", path},
                           {"part", number},
                           {"crc", crc64_hex(part.crc)},
                           {"etag", part.etag}});
}

Result<void> Journal::end(const std::string& path, const Ended& ended) {
    const std::lock_guard lock(state_->mutex);
    return state_->append({{"what", "end"},
                           {"path", path},
                           {"source", ended.source},
                           {"destination", ended.destination},
                           {"crc", ended.crc ? crc64_hex(*ended.crc) : ""},
                           {"verified", static_cast<int>(ended.verified)}});
}

Result<void> Journal::forget(const std::string& path) {
    const std::lock_guard lock(state_->mutex);
    state_->begun.erase(path);
    return state_->append({{"what", "forget"}, {"path", path}});
}

Result<void> Journal::sync() {
    if (!synced(state_->file.get()))
        return cannot("sync", state_->path);
    return {};
}

} // namespace fairlead::stage
