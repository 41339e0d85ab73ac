// The budgets that the accountant writes, brought into force by the thread of the refresher.

#include "base/files.hpp"
#include "config/paths.hpp"
#include "jobsubmit/compat.hpp"
#include "jobsubmit/refresher.hpp"

#include <sys/stat.h>

namespace fairlead::jobsubmit {
namespace {

std::filesystem::path run_file(const char* name) {
    return std::filesystem::path(config::run_dir) / "admission" / name;
}

cost::Time now() {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

/// Which file it is; one that is replaced is another.
std::string stamp(const std::filesystem::path& file) {
    struct stat info{};
    if (::stat(file.c_str(), &info) != 0)
        return "-";
    return fmt::format("{}.{}.{}.{}", info.st_mtim.tv_sec, info.st_mtim.tv_nsec, info.st_size,
                       info.st_ino);
}

} // namespace

/// New settings hold for what is known already.
void Refresher::take_settings(const std::optional<cost::Settings>& settings) {
    if (!settings) {
        budgets_in_force_ = nullptr;
        return;
    }
    const auto view = budgets_in_force_ ? budgets_in_force_->view : nullptr;
    if (!budgets_) {
        auto holds = cost::Holds::open(run_file("holds"), now());
        if (!holds) { // money fails open
            slurm_error("fairlead: no budget is judged: %s", to_string(holds.error()).c_str());
            return;
        }
        budgets_ = std::make_unique<cost::Budgets>(std::move(*holds));
    }
    groups_seen_.clear(); // the file may be on storage that hangs: the thread's next round looks
    budgets_in_force_ = std::make_shared<const BudgetsInForce>(BudgetsInForce{*settings, view});
}

/// What groups say, until the accountant's first snapshot does. True where it is read anew.
bool Refresher::look_for_groups(cost::Settings& settings) {
    if (const std::string seen = stamp(settings.groups); seen == groups_seen_)
        return false;
    else
        groups_seen_ = seen;
    const auto text = read_file(settings.groups);
    if (!text)
        return false;
    auto stale = cost::stale_of_accounts(*text, settings.groups);
    if (stale)
        settings.when_stale_of = std::move(*stale);
    else
        slurm_error("fairlead: %s", to_string(stale.error()).c_str());
    return stale.has_value();
}

/// A snapshot that cannot be read leaves the one before in force, which grows stale.
void Refresher::look_for_budgets() {
    if (!budgets_in_force_)
        return;
    if (!budgets_in_force_->view) {
        auto budgets = std::make_shared<BudgetsInForce>(*budgets_in_force_);
        if (look_for_groups(budgets->settings))
            publish_budgets(std::move(budgets));
    }
    const auto file = run_file("budgets.json");
    if (const std::string seen = stamp(file); seen == budgets_seen_)
        return;
    else
        budgets_seen_ = seen;
    auto snapshot = cost::read_budgets(file);
    const std::string error = snapshot ? std::string{} : to_string(snapshot.error());
    const bool none_yet = !snapshot && snapshot.error().code == Code::X101;
    if (error != std::exchange(budgets_error_, error) && !error.empty() && !none_yet)
        slurm_error("fairlead: %s", error.c_str());
    if (!snapshot)
        return;
    auto budgets = std::make_shared<BudgetsInForce>(*budgets_in_force_);
    budgets->view = budgets_->take(std::move(*snapshot), budgets->settings);
    state_.budgets = budgets->view->snapshot().taken.time_since_epoch().count();
    publish_budgets(std::move(budgets));
    write_state();
}

void Refresher::publish_budgets(std::shared_ptr<const BudgetsInForce> budgets) {
    budgets_in_force_ = std::move(budgets);
    const auto current = in_force_.load();
    publish(current->snapshot, current->refuses_because);
}

} // namespace fairlead::jobsubmit
