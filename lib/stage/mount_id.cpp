#include "stage/mount_id.hpp"

#include <fcntl.h>
#include <sys/stat.h>

namespace fairlead::stage {

MountId mount_of(int fd) {
    struct statx info{};
    const bool told =
        ::statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_MNT_ID, &info) == 0 &&
        (info.stx_mask & STATX_MNT_ID) != 0;
    return told ? info.stx_mnt_id : unknown_mount;
}

} // namespace fairlead::stage
