#include "config/staging_reader.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>

namespace fairlead::config {
namespace {

Key number_key(const Reader& reader, std::string_view name, int least, int most, int& target) {
    return {name, [&reader, name, least, most, &target](const YAML::Node& node) -> Result<void> {
                const auto number = reader.number(node, name, least, most);
                if (!number)
                    return std::unexpected(number.error());
                target = *number;
                return {};
            }};
}

Key truth_key(const Reader& reader, std::string_view name, bool& target) {
    static constexpr std::array<std::string_view, 2> truths{"false", "true"};
    return {name, [&reader, name, &target](const YAML::Node& node) -> Result<void> {
                const auto index = reader.word(node, name, truths);
                if (!index)
                    return std::unexpected(index.error());
                target = *index == 1;
                return {};
            }};
}

Result<void> read_profiles(const Reader& reader, const YAML::Node& node, Staging& staging) {
    return reader.entries(node, "staging.profiles",
                          [&](const std::string& name, const YAML::Node& value) -> Result<void> {
                              auto lines = reader.texts(value, "staging.profiles." + name);
                              if (!lines)
                                  return std::unexpected(lines.error());
                              staging.profiles[name] = std::move(*lines);
                              return {};
                          });
}

Key text_key(const Reader& reader, std::string_view name, std::string& target) {
    return {name, [&reader, name, &target](const YAML::Node& node) -> Result<void> {
                auto text = reader.text(node, name);
                if (!text)
                    return std::unexpected(text.error());
                target = std::move(*text);
                return {};
            }};
}

/// An id, an alias or an ARN of either.
Result<void> read_kms_key(const Reader& reader, const YAML::Node& node, Staging& staging) {
    auto text = reader.text(node, "kms_key");
    if (!text)
        return std::unexpected(text.error());
    constexpr std::size_t longest = 2048;
    const auto fits = [](unsigned char c) {
        return std::isalnum(c) || std::string_view(":/_-").contains(static_cast<char>(c));
    };
    if (text->empty() || text->size() > longest || !std::ranges::all_of(*text, fits))
        return reader.error(Code::X106, node,
                            "staging.kms_key is a key of KMS: its id, alias/NAME, or its ARN");
    staging.kms_key = std::move(*text);
    return {};
}

/// Without a slash at its end.
Key folder_key(const Reader& reader, std::string_view name, std::string& target) {
    return {name, [&reader, name, &target](const YAML::Node& node) -> Result<void> {
                const auto path = reader.absolute_path(node, name);
                if (!path)
                    return std::unexpected(path.error());
                target = path->lexically_normal().native();
                while (target.size() > 1 && target.ends_with('/'))
                    target.pop_back();
                return {};
            }};
}

/// "fs-" and hexadecimal digits (FSx, FileSystemId).
bool is_file_system(std::string_view id) {
    constexpr std::size_t prefix = 3, shortest = 11, longest = 21;
    return id.starts_with("fs-") && id.size() >= shortest && id.size() <= longest &&
           id.find_first_not_of("0123456789abcdef", prefix) == std::string_view::npos;
}

/// Without the slash at its end s3://lab/data would also be the prefix of s3://lab/database.
Result<void> check_link(const Reader& reader, const YAML::Node& node, const Link& link) {
    const auto wrong = [&](std::string_view what) { return reader.error(Code::X106, node, what); };
    if (!link.prefix.starts_with("s3://") || !link.prefix.ends_with('/') ||
        link.prefix.starts_with("s3:///"))
        return wrong("a link of staging.links needs a prefix: s3://BUCKET/ or s3://BUCKET/PREFIX/, "
                     "with a slash at its end");
    if (link.folder.empty() || link.mount.empty() || !lies_in(link.folder, link.mount))
        return wrong("a link of staging.links needs a mount, where the file system is mounted, and "
                     "a folder in it");
    if (link.exports == LinkExport::Task && !is_file_system(link.file_system))
        return wrong("a link of staging.links with export: task needs a file_system: fs-0123...");
    return {};
}

Result<void> read_link(const Reader& reader, const YAML::Node& node, Link& link) {
    const Key keys[] = {
        text_key(reader, "prefix", link.prefix),
        folder_key(reader, "folder", link.folder),
        folder_key(reader, "mount", link.mount),
        text_key(reader, "file_system", link.file_system),
        {"export",
         [&](const YAML::Node& value) -> Result<void> {
             const auto word = reader.word(value, "export", link_exports);
             if (!word)
                 return std::unexpected(word.error());
             link.exports = static_cast<LinkExport>(*word);
             return {};
         }},
    };
    if (auto read = reader.map(node, "staging.links", keys); !read)
        return read;
    return check_link(reader, node, link);
}

Result<void> read_links(const Reader& reader, const YAML::Node& node, Staging& staging) {
    if (!node.IsSequence())
        return reader.error(Code::X106, node,
                            "staging.links must be a list: [{prefix: s3://BUCKET/, folder: "
                            "/fsx/lab, mount: /fsx}]");
    for (const YAML::Node& entry : node)
        if (auto read = read_link(reader, entry, staging.links.emplace_back()); !read)
            return read;
    return {};
}

/// Without a slash at the end, as lies_in() takes them.
Result<void> read_folders(const Reader& reader, const YAML::Node& node, std::string_view name,
                          std::vector<std::string>& folders) {
    const auto texts = reader.texts(node, name);
    if (!texts)
        return std::unexpected(texts.error());
    for (const std::string& text : *texts) {
        std::string folder = std::filesystem::path(text).lexically_normal().native();
        while (folder.size() > 1 && folder.ends_with('/'))
            folder.pop_back();
        if (!folder.starts_with('/') || folder == "/" || folder == "//")
            return reader.error(Code::X106, node,
                                fmt::format("{} takes absolute paths of folders, such as [/fsx], "
                                            "and not the whole machine",
                                            name));
        folders.push_back(std::move(folder));
    }
    return {};
}

Result<void> read_stripes(const Reader& reader, const YAML::Node& node, Stripes& stripes) {
    constexpr int largest = 1 << 30, most = 2000; // Lustre's LOV_MAX_STRIPE_COUNT
    const Key keys[] = {
        {"folders",
         [&](const YAML::Node& value) {
             return read_folders(reader, value, "staging.stripes.folders", stripes.folders);
         }},
        number_key(reader, "at_least", 1, largest, stripes.at_least),
        number_key(reader, "count", -1, most, stripes.count),
    };
    return reader.map(node, "staging.stripes", keys);
}

} // namespace

bool imports(const Staging& staging) { return staging.queued && !staging.import_folders.empty(); }

std::vector<std::string> site_folders(const Staging& staging) {
    std::vector<std::string> folders = staging.file_systems;
    for (const Link& link : staging.links)
        folders.push_back(link.mount);
    for (const auto& more : {staging.stripes.folders, staging.import_folders})
        folders.insert(folders.end(), more.begin(), more.end());
    return folders;
}

bool lies_in(std::string_view path, std::string_view folder) {
    return path == folder ||
           (path.starts_with(folder) && (folder == "/" || path[folder.size()] == '/'));
}

Result<void> read_staging(const Reader& reader, const YAML::Node& node, Staging& staging) {
    constexpr int least = 10, day = 86400, year = 366;
    const Key keys[] = {
        number_key(reader, "deadline", least, day, staging.deadline),
        number_key(reader, "keep", 1, year, staging.keep),
        {"profiles",
         [&](const YAML::Node& value) { return read_profiles(reader, value, staging); }},
        text_key(reader, "s3_endpoint", staging.s3_endpoint),
        {"kms_key", [&](const YAML::Node& value) { return read_kms_key(reader, value, staging); }},
        {"links", [&](const YAML::Node& value) { return read_links(reader, value, staging); }},
        {"stripes",
         [&](const YAML::Node& value) { return read_stripes(reader, value, staging.stripes); }},
        folder_key(reader, "lfs", staging.lfs),
        number_key(reader, "stall", 1, day, staging.stall),
        {"file_systems",
         [&](const YAML::Node& value) {
             return read_folders(reader, value, "staging.file_systems", staging.file_systems);
         }},
        truth_key(reader, "queued", staging.queued),
        {"import_folders",
         [&](const YAML::Node& value) {
             return read_folders(reader, value, "staging.import_folders", staging.import_folders);
         }},
    };
    return reader.map(node, "staging", keys);
}

} // namespace fairlead::config
