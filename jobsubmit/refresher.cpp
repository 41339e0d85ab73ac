#include "jobsubmit/refresher.hpp"

#include "base/files.hpp"
#include "base/guarded.hpp"
#include "config/paths.hpp"
#include "config/private.hpp"
#include "jobsubmit/compat.hpp"
#include "jobsubmit/fault.hpp"
#include "state/observed.hpp"
#include "state/pause.hpp"

#include <chrono>
#include <csignal>
#include <sys/stat.h>
#include <utility>

namespace fairlead::jobsubmit {
namespace {

constexpr auto interval = std::chrono::seconds(1);

std::string stamp(const std::filesystem::path& path) {
    struct stat info{};
    if (path.empty() || ::stat(path.c_str(), &info) != 0)
        return "-;";
    return fmt::format("{}.{}.{}.{};", info.st_mtim.tv_sec, info.st_mtim.tv_nsec, info.st_size,
                       info.st_ino);
}

/// slurmctld handles its signals in threads of its own; a thread inherits the mask of its maker.
class SignalsBlocked {
  public:
    SignalsBlocked() {
        sigset_t all;
        sigfillset(&all);
        ::pthread_sigmask(SIG_BLOCK, &all, &before_);
    }
    SignalsBlocked(const SignalsBlocked&) = delete;
    SignalsBlocked& operator=(const SignalsBlocked&) = delete;
    ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

  private:
    sigset_t before_;
};

} // namespace

/// The configuration is local, so it is read here; the pause file may be on storage that hangs, so
/// only the thread looks at it.
Refresher::Refresher(std::filesystem::path config_path) : config_path_(std::move(config_path)) {
    reload_if_changed();
    const SignalsBlocked blocked;
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

Refresher::~Refresher() {
    thread_.request_stop();
    wake_.notify_all();
}

void Refresher::run(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
        guarded("refresh", 0, report_fault, [this] {
            reload_if_changed();
            look_for_pause();
            flush_counts();
            return 0;
        });
        wake_.wait_for(lock, stop, interval, [] { return false; });
    }
}

std::string Refresher::fingerprint() const {
    const auto current = snapshot_.load();
    std::string print = stamp(config_path_) + stamp(config::catalog_path);
    if (current)
        print += stamp(current->config.catalog);
    return print;
}

/// Stamped before it is read, so that a file which changes meanwhile is read again.
void Refresher::reload_if_changed() {
    std::string now = fingerprint();
    if (now == seen_)
        return;
    reload();
    seen_ = std::move(now);
}

void Refresher::look_for_pause() {
    const auto current = snapshot_.load();
    if (!current || current->paused == state::paused(current->config.state_dir))
        return;
    policy::Snapshot changed = *current;
    changed.paused = !changed.paused;
    slurm_info("fairlead: %s", changed.paused ? "paused: every job passes" : "resumed");
    publish(changed);
}

/// A bad file leaves the last good snapshot in force, or, at start, lets every job pass.
void Refresher::reload() {
    const char* fate = snapshot_.load() ? "the last good configuration stays in force"
                                        : "every job passes unchanged";
    auto config = config::load(config_path_);
    if (!config) {
        slurm_error("fairlead: %s; %s", to_string(config.error()).c_str(), fate);
        return;
    }
    auto catalog = catalog::Catalog::load(config::catalog_path, config->catalog);
    if (!catalog) {
        slurm_error("fairlead: %s; %s", to_string(catalog.error()).c_str(), fate);
        return;
    }
    const auto secrets = config::check_private(config_path_.parent_path() / config::private_name);
    if (!secrets && secrets.error().code != Code::X101)
        slurm_error("fairlead: %s", to_string(secrets.error()).c_str());
    slurm_info("fairlead: configuration %s in force, %zu partitions", config_path_.c_str(),
               config->partitions.size());
    const auto before = snapshot_.load();
    publish({std::move(*config), std::move(*catalog), before && before->paused});
}

void Refresher::publish(const policy::Snapshot& snapshot) {
    snapshot_.store(std::make_shared<const policy::Snapshot>(snapshot));
}

/// Adds what is new to what stands there, which an earlier slurmctld may have written.
void Refresher::flush_counts() {
    state::Counts fresh;
    for (const CodeEntry& entry : all_codes()) {
        const auto index = static_cast<std::size_t>(entry.code);
        const std::uint64_t now = counts_[index].load();
        if (const std::uint64_t more = now - std::exchange(flushed_[index], now); more > 0)
            fresh[std::string(entry.id)] = more;
    }
    if (fresh.empty())
        return;
    const auto file = std::filesystem::path(config::run_dir) / "admission" / "observed.json";
    if (auto added = state::add_counts(file, fresh); !added)
        slurm_error("fairlead: %s", to_string(added.error()).c_str());
}

} // namespace fairlead::jobsubmit
