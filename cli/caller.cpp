#include "cli/caller.hpp"

#include "base/words.hpp"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

namespace fairlead::cli {
namespace {

std::string group_name(gid_t gid) {
    const group* entry = ::getgrgid(gid); // NOLINT(concurrency-mt-unsafe): a command of one thread
    return entry ? entry->gr_name : fmt::format("{}", gid);
}

std::vector<gid_t> groups_of(const passwd& user) {
    constexpr int usual = 64, most = 65536;
    for (int size = usual; size <= most; size *= 2) {
        std::vector<gid_t> groups(static_cast<std::size_t>(size));
        int count = size;
        if (::getgrouplist(user.pw_name, user.pw_gid, groups.data(), &count) >= 0) {
            groups.resize(static_cast<std::size_t>(count));
            return groups;
        }
    }
    return {user.pw_gid};
}

} // namespace

Result<Caller> caller_of(const std::string& name) {
    // NOLINTNEXTLINE(concurrency-mt-unsafe)
    const passwd* user = name.empty() ? ::getpwuid(::getuid()) : ::getpwnam(name.c_str());
    if (!user)
        return fail(Code::A222,
                    "user {} is not known on this machine; `getent passwd NAME` asks it",
                    name.empty() ? fmt::format("{}", ::getuid()) : printable(name));
    Caller caller{.user = user->pw_name, .groups = {}};
    for (const gid_t gid : groups_of(passwd(*user)))
        caller.groups.push_back(group_name(gid));
    return caller;
}

} // namespace fairlead::cli
