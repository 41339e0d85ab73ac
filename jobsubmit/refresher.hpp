/// The one thread of the job_submit plugin: it reads files, looks users up and writes log lines, so
/// that admission never has to.
#pragma once

#include "jobsubmit/callers.hpp"
#include "jobsubmit/log_ring.hpp"
#include "policy/admit.hpp"
#include "state/policy_state.hpp"

#include <array>
#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace fairlead::jobsubmit {

/// What admission decides from: a snapshot, or, where there never was a good one, why jobs are
/// refused. Neither: jobs pass.
struct InForce {
    std::shared_ptr<const policy::Snapshot> snapshot;
    std::string refuses_because;
};

class Refresher {
  public:
    /// Reads the configuration once, here, and then whenever it changes, looking every second.
    explicit Refresher(std::filesystem::path config_path);
    ~Refresher();
    Refresher(const Refresher&) = delete;
    Refresher& operator=(const Refresher&) = delete;

    std::shared_ptr<const InForce> in_force() const { return in_force_.load(); }

    Callers& callers() { return callers_; }

    /// A line for slurmctld's log, written by the thread.
    void log(std::string_view line) noexcept { log_.push(line); }

    /// Counts what enforce mode would have refused; written to /run/fairlead/admission by the
    /// thread.
    void count(Code code) { ++counts_[static_cast<std::size_t>(code)]; }

  private:
    void run(const std::stop_token& stop);
    void reload_if_changed();
    void reload();
    Result<policy::Snapshot> read() const;
    void refuse_or_pass(const Error& error);
    void look_for_pause();
    void look_for_pause_while_broken(const std::string& refuses_because);
    void publish(InForce&& in_force);
    void write_state();
    void write_log();
    void flush_counts();
    std::string fingerprint() const;

    std::filesystem::path config_path_;
    std::string seen_; ///< fingerprint of the files that were read last
    std::atomic<std::shared_ptr<const InForce>> in_force_;
    state::PolicyState state_;
    std::string broken_; ///< why jobs are refused, but for a pause
    Callers callers_;
    LogRing log_;
    std::array<std::atomic<std::uint64_t>, code_count> counts_{};
    std::array<std::uint64_t, code_count> flushed_{}; ///< what the thread has written of them
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::jthread thread_;
};

} // namespace fairlead::jobsubmit
