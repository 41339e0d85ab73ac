/// One object for every X.Y.Z of a release X.Y. What slurmctld hands to us (job_desc_msg_t) is the
/// same in all versions of a release, seen in the headers of every version from 22.05 to 26.05;
/// only the stamp differs. So before Slurm reads the stamp, this object puts there that of a plugin
/// of Slurm's own which is loaded already, where the release is the same. Of another release the
/// stamp stays as it was built, and Slurm refuses the object.

#include "jobsubmit/stamp.hpp"

#include "jobsubmit/compat.hpp"

#include <array>
#include <climits>
#include <cstring>
#include <dlfcn.h>
#include <link.h>
#include <string_view>

std::uint32_t plugin_version = FAIRLEAD_BUILT_FOR;

namespace fairlead::jobsubmit {

const std::uint32_t built_for = FAIRLEAD_BUILT_FOR;

namespace {

constexpr std::uint32_t release_bits = 0xffff00; // X.Y of X.Y.Z

/// Kinds that slurmctld has loaded before any job_submit (22.05 to 26.05). It compares all of X.Y.Z
/// of these, too, so their stamp is its own version.
constexpr std::array<std::string_view, 3> loaded_before{"select_", "auth_", "hash_"};

bool is_slurms(std::string_view path) {
    path.remove_prefix(path.rfind('/') + 1);
    for (const std::string_view kind : loaded_before)
        if (path.starts_with(kind) && path.ends_with(".so"))
            return true;
    return false;
}

/// For dl_iterate_phdr: keeps the path of the first, and ends with it.
int keep_path(dl_phdr_info* object, std::size_t, void* kept) {
    if (!object->dlpi_name || !is_slurms(object->dlpi_name))
        return 0;
    const std::size_t length = std::strlen(object->dlpi_name);
    if (length >= PATH_MAX)
        return 0;
    std::memcpy(kept, object->dlpi_name, length + 1);
    return 1;
}

/// 0 where no such plugin is loaded.
std::uint32_t version_of_slurm() {
    std::array<char, PATH_MAX> path{};
    if (dl_iterate_phdr(keep_path, path.data()) == 0)
        return 0;
    void* plugin = ::dlopen(path.data(), RTLD_LAZY | RTLD_NOLOAD);
    if (!plugin)
        return 0;
    const void* stamp = ::dlsym(plugin, "plugin_version");
    const std::uint32_t version = stamp ? *static_cast<const std::uint32_t*>(stamp) : 0;
    ::dlclose(plugin);
    return version;
}

/// Slurm reads the stamp when dlopen has returned, which is after this.
__attribute__((constructor)) void take_stamp_of_the_release() {
    const std::uint32_t version = version_of_slurm();
    if (((version ^ built_for) & release_bits) == 0)
        plugin_version = version;
}

} // namespace
} // namespace fairlead::jobsubmit
