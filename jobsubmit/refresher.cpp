#include "jobsubmit/refresher.hpp"

#include "base/files.hpp"
#include "base/guarded.hpp"
#include "config/paths.hpp"
#include "config/private.hpp"
#include "jobsubmit/compat.hpp"
#include "jobsubmit/fault.hpp"
#include "policy/callers_of.hpp"
#include "state/observed.hpp"
#include "state/pause.hpp"
#include "state/record.hpp"

#include <chrono>
#include <csignal>
#include <sys/stat.h>
#include <utility>

namespace fairlead::jobsubmit {
namespace {

/// The log is written in every round, so that its ring does not fill; the rest once a second.
constexpr auto interval = std::chrono::milliseconds(100);
constexpr int rounds = 10;
/// Of reading files that change while they are read, at start; later the next round tries again.
constexpr int most_tries = 5;

std::filesystem::path run_file(const char* name) {
    return std::filesystem::path(config::run_dir) / "admission" / name;
}

/// Tells contents apart for people; not a defence against anybody. FNV-1a, 64 bits.
std::string revision_of(std::span<const std::filesystem::path> files) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const std::filesystem::path& file : files) {
        const auto content = read_file(file);
        for (const char byte : content ? *content : std::string{})
            hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
    }
    return fmt::format("{:016x}", hash);
}

std::string stamp(const std::filesystem::path& path) {
    struct stat info{};
    if (path.empty() || ::stat(path.c_str(), &info) != 0)
        return "-;";
    return fmt::format("{}.{}.{}.{};", info.st_mtim.tv_sec, info.st_mtim.tv_nsec, info.st_size,
                       info.st_ino);
}

/// A fault of a step costs the others nothing.
template <class Work>
void step(const char* name, Work&& work) {
    guarded(name, 0, report_fault, [&] {
        work();
        return 0;
    });
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

/// The configuration is local, so it is read here; the pause file may be on storage that hangs, and
/// so may the directory service, so only threads look at them.
Refresher::Refresher(std::filesystem::path config_path)
    : config_path_(std::move(config_path)), in_force_(std::make_shared<const InForce>()),
      callers_(run_file("callers.json")) {
    for (int tries = 0; seen_.empty() && tries < most_tries; ++tries)
        reload_if_changed();
    look_for_budgets();
    const SignalsBlocked blocked;
    running_ = 2;
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
    look_ups_ = std::jthread([this](const std::stop_token& stop) { look_up(stop); });
}

Refresher::~Refresher() {
    thread_.request_stop();
    look_ups_.request_stop();
    wake_.notify_all();
}

bool Refresher::stop() {
    thread_.request_stop();
    look_ups_.request_stop();
    wake_.notify_all();
    const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(1);
    while (running_.load() > 0 && std::chrono::steady_clock::now() < patience)
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return running_.load() == 0;
}

void Refresher::run(const std::stop_token& stop) {
    for (int round = 0; !stop.stop_requested(); round = (round + 1) % rounds) {
        step("log", [this] { write_log(); });
        if (round == 0) {
            step("reload", [this] { reload_if_changed(); });
            step("pause", [this] { look_for_pause(); });
            step("budgets", [this] { look_for_budgets(); });
            step("count", [this] {
                flush_counts(observed_, "observed.json", state::would_have);
                flush_counts(refused_, "refused.json", state::refused);
            });
            step("retired", [this] { retired_.sweep(); });
        }
        std::unique_lock lock(mutex_);
        wake_.wait_for(lock, stop, interval, [] { return false; });
    }
    step("log", [this] { write_log(); });
    --running_;
}

void Refresher::look_up(const std::stop_token& stop) {
    std::shared_ptr<const policy::Snapshot> expected;
    while (!stop.stop_requested()) {
        step("callers", [&] {
            const auto current = in_force_.load()->snapshot;
            if (current && current != std::exchange(expected, current))
                callers_.expect(policy::callers_of(*current));
            callers_.refresh();
        });
        std::unique_lock lock(mutex_);
        wake_.wait_for(lock, stop, std::chrono::seconds(1), [] { return false; });
    }
    --running_;
}

std::string Refresher::fingerprint() const {
    const auto current = in_force_.load();
    std::string print =
        stamp(config::catalog_path) + stamp(config_path_.parent_path() / config::private_name);
    for (const auto& file : policy::rule_files(config_path_).value_or(std::vector{config_path_}))
        print += file.native() + stamp(file);
    if (current->snapshot)
        print += stamp(current->snapshot->config.catalog);
    return print;
}

/// Files that changed while they were read are read again, so that what is in force is one state of
/// all of them.
void Refresher::reload_if_changed() {
    std::string now = fingerprint();
    if (now == seen_)
        return;
    auto site = read();
    if (fingerprint() != now)
        return;
    take(std::move(site));
    seen_ = fingerprint(); // the catalog that it names counts as well
}

void Refresher::look_for_pause() {
    const auto current = in_force_.load();
    if (!current->snapshot)
        return look_for_pause_while_broken(current->refuses_because);
    const policy::Snapshot& before = *current->snapshot;
    if (before.paused == state::paused(before.config.state_dir))
        return;
    auto changed = std::make_shared<policy::Snapshot>(before);
    changed->paused = !changed->paused;
    slurm_info("fairlead: %s", changed->paused ? "paused: every job passes" : "resumed");
    publish(std::move(changed), {});
}

void Refresher::look_for_pause_while_broken(const std::string& refuses_because) {
    if (broken_.empty())
        return;
    const bool paused = state::paused(config::state_dir_of(config_path_.c_str()));
    if (paused == refuses_because.empty())
        return;
    slurm_info("fairlead: %s",
               paused ? "paused: every job passes" : "resumed: every job is refused");
    publish(nullptr, paused ? std::string{} : broken_);
}

Result<Refresher::Site> Refresher::read() const {
    auto config = config::load(config_path_);
    if (!config)
        return std::unexpected(config.error());
    auto cost = cost::load_settings(config_path_);
    if (!cost)
        return std::unexpected(cost.error());
    auto catalog = catalog::Catalog::load(config::catalog_path, config->catalog);
    if (!catalog)
        return std::unexpected(catalog.error());
    auto rules = policy::load_rules(config_path_);
    if (!rules)
        return std::unexpected(rules.error());
    const auto folder = config_path_.parent_path() / "policy.d";
    if (had_folder_ && !std::filesystem::exists(folder))
        return fail(Code::X101, "{} is gone; make it anew, empty for no rules", folder.native());
    const auto before = in_force_.load()->snapshot;
    auto permit = stage::load_permit(config_path_);
    if (!permit) // staging alone does without
        slurm_error("fairlead: %s; no bucket is allowed", to_string(permit.error()).c_str());
    return Site{{std::move(*config), std::move(*catalog), before && before->paused,
                 std::move(*rules), std::move(permit).value_or(stage::Permit{})},
                std::move(*cost)};
}

/// A bad file leaves the last good snapshot in force.
void Refresher::take(Result<Site>&& site) {
    if (!site) {
        refuse_or_pass(site.error());
        return write_state();
    }
    policy::Snapshot& snapshot = site->snapshot;
    const auto secrets = config::check_private(config_path_.parent_path() / config::private_name);
    if (!secrets && secrets.error().code != Code::X101)
        slurm_error("fairlead: %s", to_string(secrets.error()).c_str());
    const auto files = policy::rule_files(config_path_).value_or(std::vector{config_path_});
    state_ = {.revision = revision_of(files),
              .since = state::utc_now(),
              .rules = snapshot.rules.size(),
              .mode = std::string(config::to_string(snapshot.config.policy.mode)),
              .exempt = snapshot.config.policy.exempt,
              .budgets = state_.budgets};
    slurm_info("fairlead: configuration %s in force, revision %s, %zu partitions, %zu rules",
               config_path_.c_str(), state_.revision.c_str(), snapshot.config.partitions.size(),
               snapshot.rules.size());
    had_folder_ = std::filesystem::exists(config_path_.parent_path() / "policy.d");
    take_settings(site->cost);
    publish(std::make_shared<const policy::Snapshot>(std::move(snapshot)), {});
    write_state();
}

/// Where nothing was in force yet: jobs are refused where rules are enforced, and pass elsewhere.
void Refresher::refuse_or_pass(const Error& error) {
    const std::string why = to_string(error);
    state_.error = why;
    const char* fate = "the last good configuration stays in force";
    if (!in_force_.load()->snapshot) {
        state_.refuses = config::refuses_when_broken(config_path_.c_str());
        fate = state_.refuses ? "every job is refused" : "every job passes unchanged";
        broken_ = state_.refuses ? why : std::string{};
        publish(nullptr, broken_);
    }
    slurm_error("fairlead: %s; %s", why.c_str(), fate);
}

void Refresher::publish(std::shared_ptr<const policy::Snapshot> snapshot,
                        std::string refuses_because) {
    retired_.keep(in_force_.exchange(std::make_shared<const InForce>(
        InForce{std::move(snapshot), std::move(refuses_because), budgets_in_force_})));
}

void Refresher::write_state() {
    const auto file = run_file("policy.json");
    auto written = make_folders(file.parent_path(), 0755);
    if (written)
        written = state::write_policy_state(file, state_);
    if (!written)
        slurm_error("fairlead: %s", to_string(written.error()).c_str());
}

void Refresher::write_log() {
    std::string line;
    while (log_.pop(line))
        slurm_info("fairlead: %s", line.c_str());
    if (const std::uint64_t lost = log_.take_lost())
        slurm_info("fairlead: %llu lines of the log are lost, jobs came too fast",
                   static_cast<unsigned long long>(lost));
}

/// Adds what is new to what stands there, which an earlier slurmctld may have written.
void Refresher::flush_counts(Counters& counters, const char* name, const char* what) {
    state::Counts fresh;
    auto counted = counters.flushed;
    for (const CodeEntry& entry : all_codes()) {
        const auto index = static_cast<std::size_t>(entry.code);
        counted[index] = counters.counts[index].load();
        if (const std::uint64_t more = counted[index] - counters.flushed[index]; more > 0)
            fresh[std::string(entry.id)] = more;
    }
    if (fresh.empty())
        return;
    if (auto added = state::add_counts(run_file(name), fresh, what); added)
        counters.flushed = counted;
    else
        slurm_error("fairlead: %s", to_string(added.error()).c_str());
}

} // namespace fairlead::jobsubmit
