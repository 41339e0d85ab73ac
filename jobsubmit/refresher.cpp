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
#include <numeric>
#include <sys/stat.h>

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

/// slurmctld handles its signals in threads of its own.
void block_signals() {
    sigset_t all;
    sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

} // namespace

Refresher::Refresher(std::filesystem::path config_path) : config_path_(std::move(config_path)) {
    refresh();
    sigset_t before;
    ::pthread_sigmask(SIG_SETMASK, nullptr, &before);
    block_signals();
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

Refresher::~Refresher() {
    thread_.request_stop();
    wake_.notify_all();
}

void Refresher::run(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
        wake_.wait_for(lock, stop, interval, [] { return false; });
        guarded("refresh", 0, report_fault, [this] {
            refresh();
            flush_counts();
            return 0;
        });
    }
}

std::string Refresher::fingerprint() const {
    const auto current = snapshot_.load();
    std::string print = stamp(config_path_) + stamp(config::catalog_path);
    if (current)
        print += stamp(current->config.catalog);
    return print;
}

void Refresher::refresh() {
    if (fingerprint() != seen_) {
        reload();
        seen_ = fingerprint();
    }
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
    const bool paused = state::paused(config->state_dir);
    slurm_info("fairlead: configuration %s in force, %zu partitions%s", config_path_.c_str(),
               config->partitions.size(), paused ? ", paused" : "");
    publish({std::move(*config), std::move(*catalog), paused});
}

void Refresher::publish(const policy::Snapshot& snapshot) {
    snapshot_.store(std::make_shared<const policy::Snapshot>(snapshot));
}

void Refresher::flush_counts() {
    const std::uint64_t sum = std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0});
    if (sum == flushed_)
        return;
    state::Counts counts;
    for (const CodeEntry& entry : all_codes())
        if (const auto number = counts_[static_cast<std::size_t>(entry.code)].load(); number > 0)
            counts[std::string(entry.id)] = number;
    const auto file = std::filesystem::path(config::run_dir) / "admission" / "observed.json";
    auto written = make_folders(file.parent_path(), 0755);
    if (written)
        written = state::write_counts(file, counts);
    if (!written)
        slurm_error("fairlead: %s", to_string(written.error()).c_str());
    flushed_ = sum;
}

} // namespace fairlead::jobsubmit
