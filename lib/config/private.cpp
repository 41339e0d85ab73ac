#include "config/private.hpp"

#include "base/files.hpp"
#include "config/reader.hpp"

#include <array>
#include <sys/stat.h>
#include <unistd.h>

namespace fairlead::config {
namespace {

constexpr std::array<std::string_view, 1> schemas{"fairlead.private/1"};

Result<void> check_mode(const std::filesystem::path& path) {
    struct stat info{};
    if (::stat(path.c_str(), &info) != 0)
        return fail(Code::X101, "{} does not exist", path.native());
    if ((info.st_mode & 077) != 0)
        return fail(Code::X108, "{} has mode {:04o}; expected 0600: run chmod 600 on it",
                    path.native(), info.st_mode & 07777u);
    if (info.st_uid != ::geteuid() && ::geteuid() != 0)
        return fail(Code::X108, "{} belongs to user {}; expected the user that reads it",
                    path.native(), info.st_uid);
    return {};
}

} // namespace

Result<void> check_private(const std::filesystem::path& path) {
    if (auto fine = check_mode(path); !fine)
        return fine;
    const auto text = read_file(path);
    if (!text)
        return std::unexpected(text.error());
    const Reader reader{path, schemas[0]};
    const auto root = reader.parse(*text);
    if (!root)
        return std::unexpected(root.error());
    const Key keys[] = {
        {"schema",
         [&](const YAML::Node& node) -> Result<void> {
             const auto known = reader.word(node, "schema", schemas);
             return known ? Result<void>{} : std::unexpected(known.error());
         }},
        {"staging", [](const YAML::Node&) { return Result<void>{}; }}, // lib/stage/permit.hpp
    };
    if (auto done = reader.map(*root, "the private file", keys); !done)
        return done;
    if (!(*root)["schema"])
        return reader.error(Code::X106, *root,
                            "key 'schema' is missing; expected `schema: fairlead.private/1`");
    return {};
}

} // namespace fairlead::config
