#include "stage/permit.hpp"

#include "base/files.hpp"
#include "base/words.hpp"
#include "config/private.hpp"
#include "config/reader.hpp"

#include <algorithm>
#include <fmt/ranges.h>

namespace fairlead::stage {
namespace {

using config::Key;
using config::Reader;

constexpr std::string_view everyone = "everyone";
constexpr std::array<std::string_view, 3> kinds{"user:", "group:", "account:"};

bool is_holder(std::string_view word) {
    return word == everyone || std::ranges::any_of(kinds, [&](std::string_view kind) {
               return word.size() > kind.size() && word.starts_with(kind);
           });
}

Result<void> read_holders(const Reader& reader, const YAML::Node& node, std::string_view where,
                          std::vector<std::string>& holders) {
    auto words = reader.texts(node, where);
    if (!words)
        return std::unexpected(words.error());
    for (const std::string& word : *words)
        if (!is_holder(word))
            return reader.error(Code::X106, node,
                                fmt::format("{} has '{}'; expected everyone, user:NAME, group:NAME "
                                            "or account:NAME",
                                            where, printable(word)));
    holders = std::move(*words);
    return {};
}

/// Without the slash at its end s3://lab/data would also allow s3://lab/database.
Result<void> read_prefix(const Reader& reader, const YAML::Node& node, std::string& prefix) {
    auto text = reader.text(node, "prefix");
    if (!text)
        return std::unexpected(text.error());
    const auto fits =
        check({.direction = Direction::In, .source = *text, .destination = "/anywhere"});
    if (!fits || !is_s3(*text) || !text->ends_with('/'))
        return reader.error(Code::X106, node,
                            fmt::format("prefix is '{}'; expected s3://BUCKET/ or "
                                        "s3://BUCKET/PREFIX/, with a slash at its end",
                                        printable(*text)));
    for (std::size_t at = text->find('%'); at != std::string::npos; at = text->find('%', at + 1))
        if (text->substr(at, 2) != "%u")
            return reader.error(Code::X106, node, "prefix knows the symbol %u alone");
    prefix = std::move(*text);
    return {};
}

Result<void> read_grant(const Reader& reader, const YAML::Node& node, Grant& grant) {
    const Key keys[] = {
        {"prefix",
         [&](const YAML::Node& value) { return read_prefix(reader, value, grant.prefix); }},
        {"read",
         [&](const YAML::Node& value) { return read_holders(reader, value, "read", grant.read); }},
        {"write",
         [&](const YAML::Node& value) {
             return read_holders(reader, value, "write", grant.write);
         }},
        {"region",
         [&](const YAML::Node& value) -> Result<void> {
             auto text = reader.text(value, "region");
             if (!text)
                 return std::unexpected(text.error());
             grant.region = std::move(*text);
             return {};
         }},
    };
    if (auto done = reader.map(node, "staging.buckets", keys); !done)
        return done;
    if (grant.prefix.empty())
        return reader.error(Code::X106, node, "a bucket of staging.buckets has no prefix");
    return {};
}

Result<void> read_buckets(const Reader& reader, const YAML::Node& node, Permit& permit) {
    if (!node.IsSequence())
        return reader.error(Code::X106, node,
                            "staging.buckets must be a list: [{prefix: s3://BUCKET/, read: "
                            "[group:NAME]}]");
    for (const YAML::Node& entry : node)
        if (auto read = read_grant(reader, entry, permit.buckets.emplace_back()); !read)
            return read;
    return {};
}

Result<void> read_permit(const Reader& reader, const YAML::Node& node, Permit& permit) {
    const Key keys[] = {
        {"buckets", [&](const YAML::Node& value) { return read_buckets(reader, value, permit); }},
        {"regions",
         [&](const YAML::Node& value) -> Result<void> {
             auto names = reader.texts(value, "staging.regions");
             if (!names)
                 return std::unexpected(names.error());
             permit.regions = std::move(*names);
             return {};
         }},
    };
    return reader.map(node, "staging", keys);
}

/// A user whose name is no part of a path has no place of their own.
std::optional<std::string> prefix_for(const Grant& grant, std::string_view user) {
    std::string prefix = grant.prefix;
    for (std::size_t at = prefix.find("%u"); at != std::string::npos; at = prefix.find("%u", at)) {
        if (user.empty() || user == ".." || user == "." || user.contains('/') || user.contains('%'))
            return std::nullopt;
        prefix.replace(at, 2, user);
        at += user.size();
    }
    return prefix;
}

bool holds(const std::vector<std::string>& holders, const Who& who) {
    return std::ranges::any_of(holders, [&](std::string_view holder) {
        if (holder == everyone)
            return true;
        if (holder.starts_with(kinds[0]))
            return holder.substr(kinds[0].size()) == who.user;
        if (holder.starts_with(kinds[1]))
            return std::ranges::find(who.groups, holder.substr(kinds[1].size())) !=
                   who.groups.end();
        return !who.account.empty() && holder.substr(kinds[2].size()) == who.account;
    });
}

const std::vector<std::string>& holders_of(const Grant& grant, bool reads) {
    return reads ? grant.read : grant.write;
}

/// What the user may, for the message; nobody learns of another's.
std::string allowed_text(const Permit& permit, const Who& who, bool reads) {
    constexpr std::size_t most = 5;
    std::vector<std::string> prefixes;
    for (const Grant& grant : permit.buckets)
        if (const auto prefix = prefix_for(grant, who.user);
            prefix && holds(holders_of(grant, reads), who) && prefixes.size() < most)
            prefixes.push_back(*prefix);
    if (prefixes.empty())
        return fmt::format("{} may {} no bucket", printable(who.user), reads ? "read" : "write");
    return fmt::format("{} may {} {}", printable(who.user), reads ? "read" : "write",
                       fmt::join(prefixes, ", "));
}

/// The end that is not the nodes'.
const std::string& outer_path(const Transfer& transfer) {
    return transfer.direction == Direction::In ? transfer.source : transfer.destination;
}

struct Fit {
    std::size_t length = 0;
    const Grant* grant = nullptr; ///< null where the user is not among the holders
};

Fit best_fit(const Permit& permit, std::string_view path, const Who& who, bool reads) {
    Fit best;
    for (const Grant& grant : permit.buckets) {
        const auto prefix = prefix_for(grant, who.user);
        if (!prefix || !path.starts_with(*prefix) || prefix->size() < best.length)
            continue;
        const bool held = holds(holders_of(grant, reads), who);
        if (prefix->size() > best.length || held)
            best = {prefix->size(), held ? &grant : nullptr};
    }
    return best;
}

/// Whether what a transfer of `path` touches may lie under `prefix`, which is no prefix of it: a
/// tree holds what is below it, and a symbol that is left stands for a number (%j, %A, %a) or for
/// anything.
bool reaches(std::string_view path, std::string_view prefix) {
    const bool tree = path.ends_with('/');
    std::size_t i = 0;
    for (; i < path.size() && i < prefix.size(); ++i) {
        if (path[i] == '%')
            return !std::string_view("jAa").contains(path.substr(i + 1, 1)) ||
                   (prefix[i] >= '0' && prefix[i] <= '9');
        if (path[i] != prefix[i])
            return false;
    }
    return i == path.size() && i < prefix.size() && (tree || prefix[i] == '/');
}

/// Whether the bucket lies in the cluster's region, or in another that data may come from and go
/// to. Of one that names no region S3 itself sees to it, which answers in the bucket's own alone.
bool stays_here(const Permit& permit, const Grant& grant, std::string_view region) {
    return grant.region.empty() || grant.region == region ||
           std::ranges::find(permit.regions, grant.region) != permit.regions.end();
}

Result<void> check_region(const Permit& permit, const Grant& grant, std::string_view path,
                          std::string_view region) {
    const std::string& place = grant.region;
    if (stays_here(permit, grant, region))
        return {};
    if (region.empty())
        return fail(Code::S104,
                    "staging: '{}' lies in {}, and it is not known where this cluster lies; ask an "
                    "admin to set region in fairlead.yaml",
                    printable(path, longest_key), place);
    return fail(Code::S103,
                "staging: '{}' lies in {}, and this cluster in {}; ask an admin to add it to "
                "staging.regions of private.yaml",
                printable(path, longest_key), place, region);
}

} // namespace

Result<Permit> load_permit(const std::filesystem::path& config) {
    const auto file = config.parent_path() / config::private_name;
    if (auto fit = config::check_private(file); !fit)
        return fit.error().code == Code::X101 ? Result<Permit>{} : std::unexpected(fit.error());
    const auto text = read_file(file);
    if (!text)
        return std::unexpected(text.error());
    const Reader reader{file, "fairlead.private/1"};
    const auto root = reader.parse(*text);
    if (!root)
        return std::unexpected(root.error());
    Permit permit;
    if (const YAML::Node section = (*root)["staging"])
        if (auto read = read_permit(reader, section, permit); !read)
            return std::unexpected(read.error());
    return permit;
}

Result<void> check_regions(const Permit& permit, std::string_view region) {
    if (!region.empty())
        return {};
    const auto far = std::ranges::find_if(
        permit.buckets, [&](const Grant& grant) { return !stays_here(permit, grant, region); });
    if (far == permit.buckets.end())
        return {};
    return fail(Code::S104,
                "staging: '{}' lies in {}, and region is not set in fairlead.yaml, so that nobody "
                "may use it; set region to the cluster's",
                printable(far->prefix, longest_key), far->region);
}

std::string bucket_region(const Permit& permit, const Transfer& transfer, const Who& who) {
    const bool reads = transfer.direction == Direction::In;
    const Fit fit = best_fit(permit, outer_path(transfer), who, reads);
    return fit.grant ? fit.grant->region : std::string{};
}

Result<void> allow(const Permit& permit, const Transfer& transfer, const Who& who,
                   std::string_view region) {
    const bool reads = transfer.direction == Direction::In;
    const std::string& path = outer_path(transfer);
    if (!is_s3(path))
        return {}; // copied as the user, who may what the user may
    if (permit.buckets.empty())
        return fail(Code::S104,
                    "staging: no bucket is allowed on this cluster; ask an admin to add "
                    "it to staging.buckets of private.yaml");
    const Fit fit = best_fit(permit, path, who, reads);
    if (!fit.grant)
        return fail(Code::S103, "staging: '{}' is not allowed; {}", printable(path, longest_key),
                    allowed_text(permit, who, reads));
    if (auto near = check_region(permit, *fit.grant, path, region); !near)
        return near;
    for (const Grant& grant : permit.buckets) {
        const auto prefix = prefix_for(grant, who.user);
        if (!prefix || path.starts_with(*prefix) || !reaches(path, *prefix))
            continue;
        const Fit part = best_fit(permit, *prefix, who, reads);
        if (!part.grant)
            return fail(Code::S103,
                        "staging: '{}' is not allowed as a whole, because a part of it is for "
                        "others; {}",
                        printable(path, longest_key), allowed_text(permit, who, reads));
        if (auto near = check_region(permit, *part.grant, path, region); !near)
            return near;
    }
    return {};
}

} // namespace fairlead::stage
