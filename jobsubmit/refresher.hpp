/// The threads of the job_submit plugin: one reads files and writes log lines, the other looks
/// users up, so that admission never has to. The directory service may hang; nothing else waits for
/// it.
#pragma once

#include "cost/budget.hpp"
#include "jobsubmit/callers.hpp"
#include "jobsubmit/log_ring.hpp"
#include "jobsubmit/retired.hpp"
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

/// How budgets are judged; the view is null before the first snapshot of the accountant.
struct BudgetsInForce {
    cost::Settings settings;
    cost::Budgets::View view{};
};

/// What admission decides from: a snapshot, or, where there never was a good one, why jobs are
/// refused. Neither: jobs pass. Without budgets none is judged.
struct InForce {
    std::shared_ptr<const policy::Snapshot> snapshot{};
    std::string refuses_because{};
    std::shared_ptr<const BudgetsInForce> budgets{};
};

class Refresher {
  public:
    /// Reads the configuration once, here, and then whenever it changes, looking every second.
    explicit Refresher(std::filesystem::path config_path);
    /// Waits for the threads, so only for one that stop() ended.
    ~Refresher();
    Refresher(const Refresher&) = delete;
    Refresher& operator=(const Refresher&) = delete;

    /// Ends the threads; false where one is still busy after a second, with a directory service or
    /// storage that hangs. Then this object must stay.
    bool stop();

    std::shared_ptr<const InForce> in_force() const { return in_force_.load(); }

    Callers& callers() { return callers_; }

    /// There where something in force has budgets.
    cost::Budgets& budgets() { return *budgets_; }

    /// A line for slurmctld's log, written by the thread.
    void log(std::string_view line) noexcept { log_.push(line); }

    /// Counts what enforce mode would have refused; written to /run/fairlead/admission by the
    /// thread.
    void count(Code code) { ++observed_.counts[static_cast<std::size_t>(code)]; }

    /// The same of what was refused.
    void count_refusal(Code code) { ++refused_.counts[static_cast<std::size_t>(code)]; }

  private:
    void run(const std::stop_token& stop);
    void look_up(const std::stop_token& stop);
    void reload_if_changed();
    /// What the files say.
    struct Site {
        policy::Snapshot snapshot;
        std::optional<cost::Settings> cost;
    };
    Result<Site> read() const;
    void take(Result<Site>&& site);
    void refuse_or_pass(const Error& error);
    void look_for_pause();
    void look_for_pause_while_broken(const std::string& refuses_because);
    void take_settings(const std::optional<cost::Settings>& settings);
    void look_for_budgets();
    void publish_budgets(std::shared_ptr<const BudgetsInForce> budgets);
    bool look_for_groups(cost::Settings& settings);
    void publish(std::shared_ptr<const policy::Snapshot> snapshot, std::string refuses_because);
    void write_state();
    void write_log();
    /// Counts by code; `flushed` is what the thread has written of them.
    struct Counters {
        std::array<std::atomic<std::uint64_t>, code_count> counts{};
        std::array<std::uint64_t, code_count> flushed{};
    };
    static void flush_counts(Counters& counters, const char* name, const char* what);
    std::string fingerprint() const;

    std::filesystem::path config_path_;
    std::string seen_; ///< fingerprint of the files that were read last
    std::atomic<std::shared_ptr<const InForce>> in_force_;
    /// What was in force before, until no job is judged by it any more: a large snapshot is freed
    /// here and not under slurmctld's locks. Of the thread alone.
    Retired<const InForce> retired_;
    std::unique_ptr<cost::Budgets> budgets_; ///< made once, before anything in force has budgets
    std::shared_ptr<const BudgetsInForce> budgets_in_force_; ///< what publish() adds
    std::string budgets_seen_;  ///< stamp of the snapshot that was read last
    std::string budgets_error_; ///< what was told last
    std::string groups_seen_;   ///< stamp of groups.yaml, while there is no snapshot
    state::PolicyState state_;
    bool had_folder_ = false; ///< policy.d was there when the snapshot was read
    std::string broken_;      ///< why jobs are refused, but for a pause
    Callers callers_;
    LogRing log_;
    Counters observed_, refused_;
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::atomic<int> running_{0};
    std::jthread thread_, look_ups_;
};

} // namespace fairlead::jobsubmit
