#include "jobsubmit/callers.hpp"

#include "base/files.hpp"
#include "jobsubmit/compat.hpp"

#include <algorithm>
#include <cerrno>
#include <grp.h>
#include <pwd.h>
#include <utility>

namespace fairlead::jobsubmit {
namespace {

constexpr std::uint32_t nobody_asked = ~std::uint32_t{0}; // (uid_t)-1 is no user
constexpr auto kept_for = std::chrono::minutes(10);

std::string group_name(gid_t gid) {
    char buffer[16 * 1024];
    group entry{};
    group* found = nullptr;
    if (::getgrgid_r(gid, &entry, buffer, sizeof buffer, &found) != 0 || !found)
        return std::to_string(gid);
    return found->gr_name;
}

std::vector<std::string> groups_of(const passwd& user) {
    int count = 64;
    std::vector<gid_t> gids(static_cast<std::size_t>(count));
    if (::getgrouplist(user.pw_name, user.pw_gid, gids.data(), &count) < 0) {
        gids.resize(static_cast<std::size_t>(count));
        ::getgrouplist(user.pw_name, user.pw_gid, gids.data(), &count);
    }
    gids.resize(static_cast<std::size_t>(count));
    std::vector<std::string> names;
    for (const gid_t gid : gids)
        names.push_back(group_name(gid));
    return names;
}

enum class Found { Yes, No, Failed };

/// Calls `use` with the entry of a user. Not found is an answer; an error is none.
template <class Ask, class Use>
Found with_user(Ask&& ask, Use&& use) {
    std::vector<char> buffer(64 * 1024);
    passwd entry{};
    passwd* found = nullptr;
    // The C library says so, in one of these ways, of a user who is not there (getpwnam(3)).
    const int error = ask(&entry, buffer.data(), buffer.size(), &found);
    if (error != 0 && error != ENOENT && error != ESRCH && error != EBADF && error != EPERM)
        return Found::Failed;
    if (!found)
        return Found::No;
    use(*found);
    return Found::Yes;
}

} // namespace

Callers::Callers(std::filesystem::path file) : file_(std::move(file)) {
    for (auto& slot : wanted_)
        slot.store(nobody_asked, std::memory_order_relaxed);
    auto kept = state::read_callers(file_);
    table_.store(
        std::make_shared<const state::Callers>(kept ? std::move(*kept) : state::Callers{}));
}

void Callers::want(uid_t uid) noexcept {
    for (auto& slot : wanted_) {
        std::uint32_t free = nobody_asked;
        if (slot.compare_exchange_strong(free, uid) || free == uid)
            return;
    }
}

/// A user who has no name is one all the same, so that rules about others can be decided.
void Callers::look_up(uid_t uid, state::Callers& table) {
    const auto ask = [&](auto... into) { return ::getpwuid_r(uid, into...); };
    const Found found =
        with_user(ask, [&](const passwd& user) { table[uid] = {user.pw_name, groups_of(user)}; });
    if (found == Found::No)
        table[uid] = {std::to_string(uid), {}};
}

void Callers::expect(std::span<const std::string> names) {
    state::Callers table = *table_.load();
    for (const std::string& name : names) {
        const auto ask = [&](auto... into) { return ::getpwnam_r(name.c_str(), into...); };
        with_user(
            ask, [&](const passwd& user) { table[user.pw_uid] = {user.pw_name, groups_of(user)}; });
    }
    publish(std::move(table));
}

void Callers::refresh() {
    const auto due = std::chrono::steady_clock::now() - looked_up_ >= kept_for;
    retired_.sweep();
    const bool asked =
        std::ranges::any_of(wanted_, [](const auto& slot) { return slot.load() != nobody_asked; });
    if (!due && !asked)
        return;
    state::Callers table = *table_.load();
    for (auto& slot : wanted_)
        if (const std::uint32_t uid = slot.exchange(nobody_asked); uid != nobody_asked)
            look_up(uid, table);
    if (due) {
        const state::Callers known = table;
        for (const auto& [uid, caller] : known)
            look_up(uid, table);
        looked_up_ = std::chrono::steady_clock::now();
    }
    publish(std::move(table));
}

void Callers::publish(state::Callers&& table) {
    if (table == *table_.load())
        return;
    retired_.keep(table_.exchange(std::make_shared<const state::Callers>(std::move(table))));
    if (auto made = make_folders(file_.parent_path(), 0755); !made)
        slurm_error("fairlead: %s", to_string(made.error()).c_str());
    else if (auto kept = state::write_callers(file_, *table_.load()); !kept)
        slurm_error("fairlead: %s", to_string(kept.error()).c_str());
}

} // namespace fairlead::jobsubmit
