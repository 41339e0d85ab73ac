#include "stage/etag.hpp"

#include <charconv>
#include <fmt/ranges.h>
#include <memory>
#include <openssl/evp.h>

namespace fairlead::stage {
namespace {

constexpr std::uint64_t most_parts = 10'000;

using Md5 = std::array<unsigned char, 16>;

Md5 md5_of(std::span<const Md5> md5s) {
    Md5 digest{};
    EVP_Digest(md5s.data(), md5s.size_bytes(), digest.data(), nullptr, EVP_md5(), nullptr);
    return digest;
}

std::string hex(const Md5& md5) { return fmt::format("{:02x}", fmt::join(md5, "")); }

} // namespace

std::string_view unquoted(std::string_view etag) {
    if (etag.size() > 1 && etag.starts_with('"') && etag.ends_with('"'))
        etag = etag.substr(1, etag.size() - 2);
    return etag;
}

std::uint64_t parts_in(std::string_view etag) {
    constexpr std::size_t digits = 32;
    etag = unquoted(etag);
    const std::string_view count = etag.substr(std::min(etag.size(), digits));
    if (etag.size() < digits ||
        etag.substr(0, digits).find_first_not_of("0123456789abcdef") != std::string_view::npos)
        return 0;
    if (count.empty())
        return 1;
    std::uint64_t parts = 0;
    const char* end = count.data() + count.size();
    const auto [stop, error] = std::from_chars(count.data() + 1, end, parts);
    const bool fine = count.front() == '-' && error == std::errc{} && stop == end;
    return fine && parts <= most_parts ? parts : 0;
}

bool is_multipart(std::string_view etag) { return etag.find('-') != std::string_view::npos; }

std::string etag_of(std::span<const Md5> md5s, bool multipart) {
    if (!multipart)
        return hex(md5s.front());
    return fmt::format("{}-{}", hex(md5_of(md5s)), md5s.size());
}

} // namespace fairlead::stage
