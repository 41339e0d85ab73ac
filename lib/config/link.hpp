/// A data repository association of FSx: what lies below a folder is what lies below a prefix of
/// S3.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace fairlead::config {

/// By what results of a linked folder reach S3.
enum class LinkExport {
    Archive,   ///< lfs hsm_archive
    Task,      ///< tasks of FSx
    Automatic, ///< the association's own policy
};
inline constexpr std::array<std::string_view, 3> link_exports{"archive", "task", "automatic"};

struct Link {
    std::string prefix{}; ///< "s3://lab-data/", with the slash
    std::string folder{}; ///< "/fsx/lab", as the nodes see it
    std::string mount{};  ///< "/fsx", where the file system is mounted
    LinkExport exports = LinkExport::Archive;
    std::string file_system{}; ///< "fs-0123456789abcdef0"; of a link that exports by tasks
};

/// Whether s3://BUCKET/KEY and the path are the same by that link. Neither has a slash at its end.
bool is_linked(const Link& link, std::string_view object, std::string_view path);

} // namespace fairlead::config
