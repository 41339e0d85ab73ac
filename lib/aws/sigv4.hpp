/// Signs requests to AWS: Signature Version 4, in the Authorization header.
///
/// Rules: docs.aws.amazon.com, "Signature Version 4 signing process"; for S3 "Authenticating
/// Requests: Using the Authorization Header". libcurl's own signer refuses or spoils cases that
/// occur (of 19 tried against an S3 server, 8 fail with 7.88.1 and 2 with 8.14.1).
#pragma once

#include "aws/credentials.hpp"
#include "aws/http.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairlead::aws {

/// A name and a value that are not yet encoded.
using Parameter = std::pair<std::string, std::string>;

/// How the path that is sent becomes the one that is signed.
enum class PathRule {
    Normalized, ///< "." and ".." folded, slashes made one, then encoded again: all but S3
    AsSent,     ///< S3
};

struct Signable {
    std::string method;
    std::string path; ///< as sent: encode_path() of a key
    std::vector<Parameter> query{};
    std::vector<Header> headers; ///< "host" among them; a repeated one and folded lines are fine
    std::string payload_hash;    ///< sha256_hex() of the body, or unsigned_payload
    PathRule path_rule = PathRule::Normalized;
};

/// In the place of a hash: S3 takes a body that is not signed.
inline constexpr const char* unsigned_payload = "UNSIGNED-PAYLOAD";

struct Scope {
    std::string region;
    std::string service; ///< "ec2", "s3"
    WallTime time;
};

/// Lower case hexadecimal.
std::string sha256_hex(std::string_view text);

/// Everything but A-Z a-z 0-9 - . _ ~ as %XX.
std::string encode(std::string_view text);

/// The same, with '/' left as it is.
std::string encode_path(std::string_view path);

/// "a=1&a=2&b=": sorted, encoded. What is sent must be this text.
std::string canonical_query(const std::vector<Parameter>& parameters);

/// "20150830T123600Z"
std::string amz_date(WallTime time);

/// What the signature is about, as the server makes it from what it receives.
std::string canonical_request(const Signable& request);

/// The headers to send with the request: those of it, X-Amz-Date, X-Amz-Security-Token where the
/// credentials have one, and Authorization. All but the last are signed.
std::vector<Header> sign(Signable request, const Scope& scope, const Credentials& credentials);

} // namespace fairlead::aws
