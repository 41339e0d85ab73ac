/// What an ETag of S3 says of the object's bytes.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace fairlead::stage {

/// Without its quotes, which some servers leave away.
std::string_view unquoted(std::string_view etag);

/// Of how many parts the object was made: 1 where the ETag can be the MD5 of the whole, 0 where it
/// can be no MD5.
std::uint64_t parts_in(std::string_view etag);

/// Whether it is one of a multipart upload, "9b2cf535f27731c974343645a3985328-25".
bool is_multipart(std::string_view etag);

/// The ETag, without quotes, of an object with these MD5s: of the whole, or of each part of a
/// multipart upload (the MD5 of them all, and their number; seen on S3 and on radosgw 18.2.7).
std::string etag_of(std::span<const std::array<unsigned char, 16>> md5s, bool multipart);

} // namespace fairlead::stage
