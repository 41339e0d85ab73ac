/// CRC-64/NVME, the checksum that S3 keeps of every object: parts are summed in any order and
/// joined.
///
/// Parameters: NVM Express, "NVM Command Set Specification" 1.1, 5.2.1.3.4; of "123456789" it is
/// ae8b14860a799888.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fairlead::stage {

/// Of `before` (what has that checksum, at first nothing) with `data` behind it.
std::uint64_t crc64(std::string_view data, std::uint64_t before = 0);

/// Of two things, one behind the other; the second has `second_size` bytes.
std::uint64_t joined_crc64(std::uint64_t first, std::uint64_t second, std::uint64_t second_size);

/// Eight bytes, the highest first, as S3 writes them.
std::string crc64_base64(std::uint64_t crc);

std::string crc64_hex(std::uint64_t crc); ///< 16 small digits
std::optional<std::uint64_t> parse_crc64_hex(std::string_view text);

} // namespace fairlead::stage
