#include "stage/become_user.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

namespace fairlead::stage {
namespace {

std::unexpected<Error> refused(const char* what) {
    return fail(Code::S111, "cannot take the rights of the user: {}: {}", what,
                std::strerror(errno)); // NOLINT(concurrency-mt-unsafe): one thread
}

/// What the ids keep when they are not root's any more is already none; the bounding set as well.
bool drop_capabilities() {
    for (int capability = 0; ::prctl(PR_CAPBSET_READ, capability) >= 0; ++capability)
        if (::prctl(PR_CAPBSET_DROP, capability) != 0)
            return false;
    return ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == 0;
}

bool clear_capabilities() {
    __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    __user_cap_data_struct none[2]{};
    return ::syscall(SYS_capset, &header, none) == 0;
}

} // namespace

Result<void> become_user(std::uint32_t uid, std::uint32_t gid,
                         std::span<const std::uint32_t> groups) {
    const std::vector<gid_t> list(groups.begin(), groups.end());
    const pid_t parent = ::getppid();
    const rlimit none{0, 0};
    if (!drop_capabilities())
        return refused("capabilities");
    if (::setgroups(list.size(), list.data()) != 0)
        return refused("setgroups");
    if (::setresgid(gid, gid, gid) != 0 || ::setresuid(uid, uid, uid) != 0)
        return refused("setresuid");
    if (!clear_capabilities() || ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return refused("no_new_privs");
    // After the ids, whose change takes both back.
    if (::prctl(PR_SET_DUMPABLE, 0) != 0 || ::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
        return refused("prctl");
    if (::setrlimit(RLIMIT_CORE, &none) != 0)
        return refused("setrlimit");
    if (::getppid() != parent) {
        errno = ESRCH;
        return refused("the parent has ended");
    }
    if (::setuid(0) == 0 || ::seteuid(0) == 0) {
        errno = EPERM;
        return refused("root can be had again");
    }
    ::umask(027);
    return {};
}

} // namespace fairlead::stage
