#include "prolog/job_owner.hpp"

#include <grp.h>
#include <pwd.h>

namespace fairlead::prolog {
namespace {

std::vector<std::uint32_t> groups_of(const std::string& name, gid_t gid) {
    constexpr int usual = 64, most = 65536;
    for (int size = usual; size <= most; size *= 2) {
        std::vector<gid_t> groups(static_cast<std::size_t>(size));
        int count = size;
        if (::getgrouplist(name.c_str(), gid, groups.data(), &count) >= 0)
            return {groups.begin(), groups.begin() + count};
    }
    return {gid};
}

std::string group_name(gid_t gid) {
    const group* entry = ::getgrgid(gid); // NOLINT(concurrency-mt-unsafe): one thread
    return entry ? entry->gr_name : std::to_string(gid);
}

} // namespace

Result<JobOwner> job_owner(std::uint32_t uid) {
    if (uid == 0)
        return fail(Code::S111, "nothing is staged for root; submit the job as the user whose data "
                                "it is");
    const passwd* entry = ::getpwuid(uid); // NOLINT(concurrency-mt-unsafe): one thread
    if (!entry)
        return fail(Code::S111, "user {} is not known on this node", uid);
    JobOwner owner{entry->pw_name, uid, entry->pw_gid, {}, {}};
    owner.groups = groups_of(owner.name, owner.gid);
    for (const gid_t gid : owner.groups)
        owner.group_names.push_back(group_name(gid));
    return owner;
}

} // namespace fairlead::prolog
