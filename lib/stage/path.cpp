#include "stage/path.hpp"

#include "base/words.hpp"
#include "stage/request.hpp"

#include <algorithm>

namespace fairlead::stage {
namespace {

constexpr std::string_view symbols_known = "juxAa%";

bool is_plain(std::string_view text) {
    return std::ranges::none_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

/// How many bytes the UTF-8 character at the front has; 0 where it is none.
std::size_t character(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text.front());
    std::size_t size = 1;
    if (lead >= 0xf0 && lead < 0xf5)
        size = 4;
    else if (lead >= 0xe0 && lead < 0xf0)
        size = 3;
    else if (lead >= 0xc2 && lead < 0xe0)
        size = 2;
    else if (lead >= 0x80)
        return 0;
    const auto follows = [](unsigned char c) { return (c & 0xc0) == 0x80; };
    if (size > text.size() || !std::ranges::all_of(text.substr(1, size - 1), follows))
        return 0;
    return size;
}

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const std::size_t size = character(text);
        if (size == 0)
            return false;
        text.remove_prefix(size);
    }
    return true;
}

bool climbs(std::string_view path) {
    return std::ranges::any_of(split(path, '/'),
                               [](std::string_view part) { return part == ".." || part == "."; });
}

bool is_bucket(std::string_view name) {
    constexpr std::size_t least = 3, most = 63;
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
    };
    return name.size() >= least && name.size() <= most && std::ranges::all_of(name, fits) &&
           name.front() != '.' && name.front() != '-' && !name.contains("..");
}

Result<void> check_symbols(std::string_view path) {
    for (std::size_t at = path.find('%'); at != std::string_view::npos; at = path.find('%', at + 2))
        if (at + 1 == path.size() || !symbols_known.contains(path[at + 1]))
            return fail(Code::S101,
                        "staging: '{}' in '{}' is no symbol; expected one of %j %u %x %A %a, and "
                        "%% for a percent sign",
                        printable(path.substr(at, 2)), printable(path, longest_name));
    return {};
}

Result<void> check_s3(std::string_view path) {
    const std::string_view rest = path.substr(s3_scheme.size());
    const std::size_t slash = rest.find('/');
    if (!is_bucket(rest.substr(0, slash)))
        return fail(Code::S102, "staging: '{}' names no bucket; expected s3://BUCKET/PREFIX/",
                    printable(path, longest_name));
    if (slash == std::string_view::npos)
        return fail(Code::S102, "staging: '{}' is a bucket alone; did you mean '{}/'?",
                    printable(path, longest_name), printable(path, longest_name));
    if (rest.size() - slash - 1 > longest_key)
        return fail(Code::S102, "staging: the key of '{}' has {} bytes; S3 has at most {}",
                    printable(path), rest.size() - slash - 1, longest_key);
    return {};
}

} // namespace

bool is_s3(std::string_view path) { return path.starts_with(s3_scheme); }

Result<void> check_path(std::string_view path) {
    if (!is_plain(path) || !is_utf8(path))
        return fail(Code::S102,
                    "staging: '{}' has a control character or is not UTF-8; rename what it names",
                    printable(path, longest_name));
    if (!is_s3(path) && !path.starts_with('/'))
        return fail(Code::S102,
                    "staging: '{}' is not absolute; expected /PATH or s3://BUCKET/PREFIX/",
                    printable(path, longest_name));
    if (path.size() > longest_path)
        return fail(Code::S102, "staging: '{}' has {} bytes; at most {} are taken", printable(path),
                    path.size(), longest_path);
    if (climbs(path))
        return fail(Code::S102, "staging: '{}' has a '.' or '..' on its way; name the path itself",
                    printable(path, longest_name));
    if (auto known = check_symbols(path); !known)
        return known;
    return is_s3(path) ? check_s3(path) : Result<void>{};
}

bool is_name(std::string_view value) {
    return !value.empty() && value.size() <= longest_name && value != "." && value != ".." &&
           !value.contains('/') && is_plain(value) && is_utf8(value);
}

} // namespace fairlead::stage
