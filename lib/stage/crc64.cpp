#include "stage/crc64.hpp"

#include <array>
#include <bit>
#include <charconv>
#include <cstring>
#include <fmt/core.h>
#include <openssl/evp.h>

namespace fairlead::stage {
namespace {

constexpr std::uint64_t polynomial = 0x9a6c9329ac4bc9b5; // reflected
constexpr std::uint64_t one = std::uint64_t{1} << 63;    // x^0, reflected
constexpr std::size_t slices = 8;

using Table = std::array<std::array<std::uint64_t, 256>, slices>;

/// table[k][b] is what byte b adds when k bytes follow it ("slicing by 8").
constexpr Table make_table() {
    Table table{};
    for (std::uint64_t byte = 0; byte < 256; ++byte) {
        std::uint64_t crc = byte;
        for (int bit = 0; bit < 8; ++bit)
            crc = (crc & 1) ? (crc >> 1) ^ polynomial : crc >> 1;
        table[0][byte] = crc;
    }
    for (std::size_t k = 1; k < slices; ++k)
        for (std::size_t byte = 0; byte < 256; ++byte)
            table[k][byte] = (table[k - 1][byte] >> 8) ^ table[0][table[k - 1][byte] & 255];
    return table;
}
constexpr Table table = make_table();

std::uint64_t little_endian(const char* data) {
    static_assert(std::endian::native == std::endian::little);
    std::uint64_t word = 0;
    std::memcpy(&word, data, sizeof word);
    return word;
}

std::uint64_t eight_bytes(std::uint64_t word) {
    std::uint64_t crc = 0;
    for (std::size_t k = 0; k < slices; ++k)
        crc ^= table[slices - 1 - k][(word >> (8 * k)) & 255];
    return crc;
}

/// a * b modulo the polynomial.
constexpr std::uint64_t product(std::uint64_t a, std::uint64_t b) {
    std::uint64_t sum = 0;
    for (std::uint64_t bit = one; bit != 0; bit >>= 1) {
        if (a & bit)
            sum ^= b;
        b = (b & 1) ? (b >> 1) ^ polynomial : b >> 1;
    }
    return sum;
}

/// x^(8 * count)
std::uint64_t shift_of(std::uint64_t count) {
    std::uint64_t power = one >> 8, result = one; // x^8, x^0
    for (; count != 0; count >>= 1) {
        if (count & 1)
            result = product(power, result);
        power = product(power, power);
    }
    return result;
}

} // namespace

std::uint64_t crc64(std::string_view data, std::uint64_t before) {
    std::uint64_t crc = ~before;
    for (; data.size() >= slices; data.remove_prefix(slices))
        crc = eight_bytes(crc ^ little_endian(data.data()));
    for (const char c : data)
        crc = (crc >> 8) ^ table[0][(crc ^ static_cast<unsigned char>(c)) & 255];
    return ~crc;
}

std::uint64_t joined_crc64(std::uint64_t first, std::uint64_t second, std::uint64_t second_size) {
    return product(shift_of(second_size), first) ^ second;
}

std::string crc64_base64(std::uint64_t crc) {
    std::array<unsigned char, 8> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<unsigned char>(crc >> (56 - 8 * i));
    std::array<unsigned char, 16> text{}; // 12 and the end
    const int size = EVP_EncodeBlock(text.data(), bytes.data(), static_cast<int>(bytes.size()));
    return {text.begin(), text.begin() + size};
}

std::string crc64_hex(std::uint64_t crc) { return fmt::format("{:016x}", crc); }

std::optional<std::uint64_t> parse_crc64_hex(std::string_view text) {
    constexpr std::size_t digits = 16;
    std::uint64_t crc = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, crc, 16);
    if (text.size() != digits || error != std::errc{} || stop != end)
        return std::nullopt;
    return crc;
}

} // namespace fairlead::stage
