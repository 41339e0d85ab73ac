#include "aws/sigv4.hpp"

#include "base/words.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <ctime>
#include <fmt/ranges.h>
#include <map>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

namespace fairlead::aws {
namespace {

using Digest = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

const unsigned char* bytes(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

std::string hex(const Digest& digest) { return fmt::format("{:02x}", fmt::join(digest, "")); }

Digest hmac(std::string_view key, std::string_view text) {
    Digest digest{};
    unsigned int size = 0;
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes(text), text.size(),
         digest.data(), &size);
    return digest;
}

std::string_view view(const Digest& digest) {
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::string encode_but(std::string_view text, char kept) {
    std::string encoded;
    for (const unsigned char c : text) {
        const bool alphanumeric =
            (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (alphanumeric || c == '-' || c == '.' || c == '_' || c == '~' || (kept && c == kept))
            encoded += static_cast<char>(c);
        else
            encoded += fmt::format("%{:02X}", c);
    }
    return encoded;
}

/// RFC 3986 5.2.4, with slashes in a row made one.
std::string normalized(std::string_view path) {
    std::vector<std::string_view> kept;
    for (const std::string_view part : split(path, '/')) {
        if (part == ".." && !kept.empty())
            kept.pop_back();
        if (!part.empty() && part != "." && part != "..")
            kept.push_back(part);
    }
    const bool folder = path.ends_with('/') && !kept.empty();
    return fmt::format("/{}{}", fmt::join(kept, "/"), folder ? "/" : "");
}

std::string canonical_path(const Signable& request) {
    if (request.path_rule == PathRule::AsSent)
        return request.path;
    return encode_path(normalized(request.path));
}

/// Without spaces at both sides, and what is between words, folded lines as well, one space.
std::string canonical_value(std::string_view value) {
    std::string text;
    for (const char c : trimmed(value)) {
        const bool space = c == ' ' || c == '\t' || c == '\r' || c == '\n';
        if (!space)
            text += c;
        else if (!text.ends_with(' '))
            text += ' ';
    }
    return text;
}

using CanonicalHeaders = std::map<std::string, std::string>;

CanonicalHeaders canonical_headers(const std::vector<Header>& headers) {
    CanonicalHeaders canonical;
    for (const Header& header : headers) {
        std::string name = header.name;
        std::ranges::transform(name, name.begin(),
                               [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        const std::string value = canonical_value(header.value);
        const auto [place, added] = canonical.emplace(std::move(name), value);
        if (!added)
            place->second += "," + value;
    }
    return canonical;
}

std::string signed_names(const CanonicalHeaders& headers) {
    std::vector<std::string_view> names;
    for (const auto& entry : headers)
        names.push_back(entry.first);
    return fmt::format("{}", fmt::join(names, ";"));
}

/// The key of one day, region and service.
Digest signing_key(std::string_view date, const Scope& scope, const Secret& secret) {
    const Digest of_date = hmac("AWS4" + secret.reveal(), date);
    const Digest of_region = hmac(view(of_date), scope.region);
    const Digest of_service = hmac(view(of_region), scope.service);
    return hmac(view(of_service), "aws4_request");
}

} // namespace

std::string sha256_hex(std::string_view text) {
    Digest digest{};
    SHA256(bytes(text), text.size(), digest.data());
    return hex(digest);
}

std::string encode(std::string_view text) { return encode_but(text, '\0'); }

std::string encode_path(std::string_view path) { return encode_but(path, '/'); }

std::string canonical_query(const std::vector<Parameter>& parameters) {
    std::vector<Parameter> encoded;
    for (const auto& [name, value] : parameters)
        encoded.emplace_back(encode(name), encode(value));
    std::ranges::sort(encoded);
    std::string query;
    for (const auto& [name, value] : encoded)
        query += (query.empty() ? "" : "&") + name + "=" + value;
    return query;
}

std::string amz_date(WallTime time) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
    std::tm utc{};
    ::gmtime_r(&seconds, &utc);
    char text[sizeof "20150830T123600Z"];
    std::strftime(text, sizeof text, "%Y%m%dT%H%M%SZ", &utc);
    return text;
}

std::string canonical_request(const Signable& request) {
    const CanonicalHeaders headers = canonical_headers(request.headers);
    std::string lines;
    for (const auto& [name, value] : headers)
        lines += name + ":" + value + "\n";
    return fmt::format("{}\n{}\n{}\n{}\n{}\n{}", request.method, canonical_path(request),
                       canonical_query(request.query), lines, signed_names(headers),
                       request.payload_hash);
}

std::vector<Header> sign(Signable request, const Scope& scope, const Credentials& credentials) {
    const std::string time = amz_date(scope.time);
    const std::string date = time.substr(0, 8);
    request.headers.push_back({"X-Amz-Date", time});
    if (!credentials.session_token.empty())
        request.headers.push_back({"X-Amz-Security-Token", credentials.session_token.reveal()});
    const std::string range =
        fmt::format("{}/{}/{}/aws4_request", date, scope.region, scope.service);
    const std::string to_sign = fmt::format("AWS4-HMAC-SHA256\n{}\n{}\n{}", time, range,
                                            sha256_hex(canonical_request(request)));
    const Digest key = signing_key(date, scope, credentials.secret_access_key);
    const std::string names = signed_names(canonical_headers(request.headers));
    request.headers.push_back(
        {"Authorization",
         fmt::format("AWS4-HMAC-SHA256 Credential={}/{}, SignedHeaders={}, Signature={}",
                     credentials.access_key_id, range, names, hex(hmac(view(key), to_sign)))});
    return std::move(request.headers);
}

} // namespace fairlead::aws
