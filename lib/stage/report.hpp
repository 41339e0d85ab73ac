/// What a staging says while it runs and at its end: the manifest, and its progress once a second.
#pragma once

#include "stage/job_file.hpp"
#include "stage/journal.hpp"

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>

namespace fairlead::stage {

struct ManifestEntry {
    std::string path; ///< the destination
    std::string source;
    std::int64_t size = 0;
    std::optional<std::uint64_t> crc{};
    Verified verified = Verified::Size;
};

/// How much a manifest has.
struct Tree {
    std::int64_t files = 0, bytes = 0, skipped = 0;
};

/// Safe for threads.
class Report {
  public:
    /// Begins FOLDER/manifest.new. FL-S123.
    static Result<std::unique_ptr<Report>> open(std::filesystem::path folder,
                                                const JobFile& request);
    Report(std::filesystem::path folder, std::int64_t started);
    ~Report();
    Report(const Report&) = delete;
    Report& operator=(const Report&) = delete;

    void plan(std::int64_t files, std::int64_t bytes);
    void moved(std::int64_t bytes) {
        bytes_done_ += bytes;
        went_on();
    }
    /// What counts nothing and takes its time.
    void went_on() { ++signs_; }
    /// Grows with everything that is said here.
    std::int64_t signs() const { return signs_; }
    void add(const ManifestEntry& entry);
    /// All is there that an earlier run left, whose manifest stays.
    void stand(const Tree& tree);
    /// What is no file and therefore was not copied.
    void skip(const std::string& path);

    /// Writes FOLDER/progress.json each second from now on.
    void start();
    /// Ends that, with a last one whose rate is that of all the time.
    void stop();

    /// Puts the manifest in place. FL-S123.
    Result<void> finish();

    std::int64_t files() const { return files_done_; }
    std::int64_t bytes() const { return bytes_ended_; }
    std::int64_t skipped() const { return skipped_; }
    /// Bytes that were moved since the start.
    std::int64_t bytes_moved() const { return bytes_done_; }

  private:
    void tell(std::int64_t rate);
    void loop();

    std::filesystem::path folder_;
    std::int64_t started_;
    std::ofstream manifest_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool stopped_ = false;
    std::atomic<std::int64_t> bytes_total_ = 0, files_total_ = 0, bytes_done_ = 0, files_done_ = 0,
                              bytes_ended_ = 0, skipped_ = 0, signs_ = 0;
    std::thread thread_;
};

} // namespace fairlead::stage
