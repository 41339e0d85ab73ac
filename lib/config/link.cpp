#include "config/link.hpp"

namespace fairlead::config {
namespace {

/// What is left of `path` below `folder`; the whole of it where they are the same.
bool below(std::string_view folder, std::string_view path, std::string_view& rest) {
    if (!path.starts_with(folder))
        return false;
    rest = path.substr(folder.size());
    if (!rest.empty() && rest.front() != '/')
        return false;
    rest.remove_prefix(rest.empty() ? 0 : 1);
    return true;
}

} // namespace

bool is_linked(const Link& link, std::string_view object, std::string_view path) {
    const auto bare = [](std::string_view folder) {
        return folder.ends_with('/') ? folder.substr(0, folder.size() - 1) : folder;
    };
    std::string_view name, key;
    return below(bare(link.folder), path, name) && below(bare(link.prefix), object, key) &&
           name == key;
}

} // namespace fairlead::config
