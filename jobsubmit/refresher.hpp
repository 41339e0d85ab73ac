/// The one thread of the job_submit plugin: it reads files so that admission never has to.
#pragma once

#include "policy/admit.hpp"

#include <array>
#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace fairlead::jobsubmit {

class Refresher {
  public:
    /// Reads the configuration once, here, and then whenever it changes, looking every second.
    explicit Refresher(std::filesystem::path config_path);
    ~Refresher();
    Refresher(const Refresher&) = delete;
    Refresher& operator=(const Refresher&) = delete;

    /// The last good snapshot; null until there was one.
    std::shared_ptr<const policy::Snapshot> snapshot() const { return snapshot_.load(); }

    /// Counts what enforce mode would have refused; written to /run/fairlead/admission by the
    /// thread.
    void count(Code code) { ++counts_[static_cast<std::size_t>(code)]; }

  private:
    void run(const std::stop_token& stop);
    void reload_if_changed();
    void look_for_pause();
    void reload();
    void publish(const policy::Snapshot& snapshot);
    void flush_counts();
    std::string fingerprint() const;

    std::filesystem::path config_path_;
    std::string seen_; ///< fingerprint of the files behind the snapshot
    std::atomic<std::shared_ptr<const policy::Snapshot>> snapshot_;
    std::array<std::atomic<std::uint64_t>, code_count> counts_{};
    std::array<std::uint64_t, code_count> flushed_{}; ///< what the thread has written of them
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::jthread thread_;
};

} // namespace fairlead::jobsubmit
