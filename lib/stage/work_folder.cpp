#include "stage/work_folder.hpp"

#include "base/unique_fd.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>

namespace fairlead::stage {
namespace fs = std::filesystem;
namespace {

std::unexpected<Error> cannot(const char* verb, const fs::path& path) {
    return fail(Code::S123, "cannot {} {}: {}", verb, path.native(),
                std::strerror(errno)); // NOLINT(concurrency-mt-unsafe)
}

fs::path new_name(const fs::path& folder, std::string_view name) {
    return folder / (std::string(name) + ".new");
}

} // namespace

bool synced(int fd) {
    int result = 0;
    do
        result = ::fsync(fd);
    while (result != 0 && errno == EINTR);
    return result == 0;
}

Result<void> put_in_place(const fs::path& folder, std::string_view name, bool lasting) {
    const fs::path temporary = new_name(folder, name), path = folder / name;
    const auto sync = [&](const fs::path& what) {
        const UniqueFd fd{::open(what.c_str(), O_RDONLY | O_CLOEXEC)};
        return !lasting || (fd && synced(fd.get()));
    };
    if (!sync(temporary))
        return cannot("sync", temporary);
    if (::rename(temporary.c_str(), path.c_str()) != 0)
        return cannot("replace", path);
    if (!sync(folder))
        return cannot("sync", folder);
    return {};
}

Result<void> replace_file(const fs::path& folder, std::string_view name, std::string_view content,
                          bool lasting) {
    const fs::path temporary = new_name(folder, name);
    const UniqueFd fd{
        ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600)};
    if (!fd)
        return cannot("create", temporary);
    while (!content.empty()) {
        const ssize_t written = ::write(fd.get(), content.data(), content.size());
        if (written < 0 && errno != EINTR)
            return cannot("write", temporary);
        content.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
    }
    return put_in_place(folder, name, lasting);
}

} // namespace fairlead::stage
