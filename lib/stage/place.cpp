#include "stage/place.hpp"

#include "base/words.hpp"

#include <algorithm>

namespace fairlead::stage {
namespace {

constexpr std::size_t longest_part = 255, longest_key = 1024, longest_path = 4000;
constexpr std::size_t shown = 300;

/// RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
        const unsigned first = byte(0);
        const std::size_t size = first < 0x80              ? 1
                                 : (first & 0xe0u) == 0xc0 ? 2
                                 : (first & 0xf0u) == 0xe0 ? 3
                                 : (first & 0xf8u) == 0xf0 ? 4
                                                           : 0;
        if (size == 0 || size > text.size())
            return false;
        unsigned point = size == 1 ? first : first & (0x7fu >> size);
        for (std::size_t i = 1; i < size; ++i) {
            if ((byte(i) & 0xc0u) != 0x80)
                return false;
            point = point << 6 | (byte(i) & 0x3fu);
        }
        constexpr unsigned least[] = {0, 0, 0x80, 0x800, 0x10000};
        if (point < least[size] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
            return false;
        text.remove_prefix(size);
    }
    return true;
}

/// Null where it is fine.
const char* wrong_with(std::string_view path) {
    if (path.size() > longest_key)
        return "it has over 1,024 bytes";
    if (path.find('\0') != std::string_view::npos)
        return "it has a NUL";
    if (!is_utf8(path))
        return "it is no UTF-8";
    for (const std::string_view part : split(path, '/')) {
        if (part.empty())
            return "it has an empty part";
        if (part == "." || part == "..")
            return "it has a part '.' or '..'";
        if (part.size() > longest_part)
            return "it has a part of over 255 bytes";
    }
    return nullptr;
}

bool is_bucket(std::string_view name) {
    constexpr std::size_t shortest = 3, longest = 63;
    return name.size() >= shortest && name.size() <= longest &&
           std::ranges::all_of(name, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '-' || c == '.' || c == '_';
           });
}

Result<Place> s3_place(std::string_view text) {
    const std::string_view rest = text.substr(5);
    const std::string_view bucket = rest.substr(0, rest.find('/'));
    const std::string_view key = rest.substr(std::min(rest.size(), bucket.size() + 1));
    if (!is_bucket(bucket) || key.size() > longest_key)
        return fail(Code::S102, "'{}' names no bucket and key of S3", printable(text, shown));
    return Place{.s3 = true,
                 .bucket = std::string(bucket),
                 .path = std::string(key),
                 .folder = key.empty() || key.ends_with('/')};
}

Result<Place> posix_place(std::string_view text) {
    Place place{.path = "", .folder = text.ends_with('/')};
    for (const std::string_view part : split(text, '/')) {
        if (part == "..")
            return fail(Code::S102, "'{}' has a part '..'", printable(text, shown));
        if (!part.empty() && part != ".")
            place.path += "/" + std::string(part);
    }
    if (place.path.empty() || place.path.size() > longest_path)
        return fail(Code::S102, "'{}' is no path to stage from or to", printable(text, shown));
    return place;
}

} // namespace

Result<Place> parse_place(std::string_view text) {
    if (text.find('\0') != std::string_view::npos || !is_utf8(text))
        return fail(Code::S102, "'{}' is no UTF-8", printable(text, shown));
    if (text.starts_with("s3://"))
        return s3_place(text);
    if (text.starts_with('/'))
        return posix_place(text);
    return fail(Code::S102, "'{}' is neither s3://BUCKET/KEY nor an absolute path",
                printable(text, shown));
}

std::string to_string(const Place& place) {
    return printable(place.s3 ? "s3://" + place.bucket + "/" + place.path : place.path, shown);
}

Result<void> check_safe(std::string_view path, std::string_view whole) {
    if (const char* wrong = wrong_with(path))
        return fail(Code::S117, "{}: {}", printable(whole, shown), wrong);
    return {};
}

Place below(const Place& place, std::string_view name) {
    Place inner = place;
    if (!inner.path.empty() && !inner.path.ends_with('/'))
        inner.path += '/';
    inner.path += name;
    inner.folder = false;
    return inner;
}

std::string_view last_part(std::string_view path) { return path.substr(path.rfind('/') + 1); }

} // namespace fairlead::stage
