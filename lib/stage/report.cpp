#include "stage/report.hpp"

#include "stage/crc64.hpp"
#include "stage/work_folder.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <nlohmann/json.hpp>

namespace fairlead::stage {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::string_view, 5> verified_words{"size", "md5", "crc64nvme", "sha256",
                                                         "hsm"};

std::string line_of(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json json_of(const ManifestEntry& entry) {
    return {{"path", entry.path},
            {"size", entry.size},
            {"checksum", entry.crc ? Json("crc64nvme:" + crc64_hex(*entry.crc)) : Json(nullptr)},
            {"verified", verified_words.at(static_cast<std::size_t>(entry.verified))},
            {"source", entry.source}};
}

} // namespace

Report::Report(std::filesystem::path folder, std::int64_t started)
    : folder_(std::move(folder)), started_(started),
      manifest_(folder_ / (std::string(manifest_file) + ".new"), std::ios::trunc) {}

Result<std::unique_ptr<Report>> Report::open(std::filesystem::path folder, const JobFile& request) {
    auto report = std::make_unique<Report>(std::move(folder), std::time(nullptr));
    report->manifest_ << line_of({{"schema", "fairlead.manifest/1"},
                                  {"cluster", request.cluster},
                                  {"job", request.job},
                                  {"epoch", request.epoch},
                                  {"phase", request.phase == Phase::In ? "in" : "out"}});
    if (!report->manifest_.flush())
        return fail(Code::S123, "cannot write {}/manifest.new", report->folder_.native());
    return report;
}

Report::~Report() { stop(); }

void Report::plan(std::int64_t files, std::int64_t bytes) {
    files_total_ += files;
    bytes_total_ += bytes;
    went_on();
}

void Report::add(const ManifestEntry& entry) {
    const std::lock_guard lock(mutex_);
    manifest_ << line_of(json_of(entry));
    ++files_done_;
    bytes_ended_ += entry.size;
    went_on();
}

void Report::stand(const Tree& tree) {
    plan(tree.files, tree.bytes);
    moved(tree.bytes);
    files_done_ += tree.files;
    bytes_ended_ += tree.bytes;
    skipped_ += tree.skipped;
}

void Report::skip(const std::string& path) {
    const std::lock_guard lock(mutex_);
    manifest_ << line_of({{"path", path}, {"skipped", "neither a file nor a folder"}});
    ++skipped_;
}

void Report::tell(std::int64_t rate) {
    const Progress progress{.bytes_done = std::min<std::int64_t>(bytes_done_, bytes_total_),
                            .bytes_total = bytes_total_,
                            .files_done = files_done_,
                            .files_total = files_total_,
                            .started = started_,
                            .updated = std::time(nullptr),
                            .rate = rate};
    (void)replace_file(folder_, progress_file, encode(progress), false); // the next one may succeed
}

void Report::loop() {
    using Clock = std::chrono::steady_clock;
    constexpr auto pause = std::chrono::seconds(1);
    std::int64_t before = bytes_done_;
    auto then = Clock::now();
    for (std::unique_lock lock(mutex_); !stopped_;) {
        lock.unlock();
        const std::chrono::duration<double> passed = Clock::now() - then;
        const std::int64_t now = bytes_done_;
        const double seconds = std::max(passed.count(), 0.001);
        tell(static_cast<std::int64_t>(static_cast<double>(now - before) / seconds));
        before = now;
        then = Clock::now();
        lock.lock();
        changed_.wait_for(lock, pause, [this] { return stopped_; });
    }
}

void Report::start() {
    thread_ = std::thread([this] { loop(); });
}

void Report::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopped_ = true;
    }
    changed_.notify_all();
    if (!thread_.joinable())
        return;
    thread_.join();
    tell(bytes_done_ / std::max<std::int64_t>(std::time(nullptr) - started_, 1));
}

Result<void> Report::finish() {
    const std::lock_guard lock(mutex_);
    if (!manifest_.flush())
        return fail(Code::S123, "cannot write {}/manifest.new", folder_.native());
    return put_in_place(folder_, manifest_file, true);
}

} // namespace fairlead::stage
