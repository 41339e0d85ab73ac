#include "stage/crc64.hpp"

#include <array>
#include <bit>
#include <charconv>
#include <cstring>
#include <fmt/core.h>
#include <openssl/evp.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

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

/// x^exponent modulo the polynomial.
constexpr std::uint64_t power_of_x(std::uint64_t exponent) {
    std::uint64_t power = one >> 1, result = one; // x^1, x^0
    for (; exponent != 0; exponent >>= 1) {
        if (exponent & 1)
            result = product(power, result);
        power = product(power, power);
    }
    return result;
}

/// `crc`, neither it nor the result inverted, with `data` behind it.
std::uint64_t by_table(std::string_view data, std::uint64_t crc) {
    for (; data.size() >= slices; data.remove_prefix(slices))
        crc = eight_bytes(crc ^ little_endian(data.data()));
    for (const char c : data)
        crc = (crc >> 8) ^ table[0][(crc ^ static_cast<unsigned char>(c)) & 255];
    return crc;
}

#ifdef __x86_64__

constexpr std::size_t folded = 64; // bytes: four blocks

/// What moves 16 bytes ahead by so many bits. In a carry-less product of reflected words each power
/// is one higher, which is taken off here.
constexpr std::array<std::uint64_t, 2> ahead(std::uint64_t bits) {
    return {power_of_x(bits + 64 - 1), power_of_x(bits - 1)};
}
constexpr auto by_four = ahead(4 * 128), by_one = ahead(128);

struct Block {
    __m128i words;
};

[[gnu::target("pclmul")]] Block fold(Block block, Block factors, Block next) {
    const __m128i first = _mm_clmulepi64_si128(block.words, factors.words, 0x00);
    const __m128i second = _mm_clmulepi64_si128(block.words, factors.words, 0x11);
    return {_mm_xor_si128(_mm_xor_si128(first, second), next.words)};
}

Block load(const char* data) { return {_mm_loadu_si128(reinterpret_cast<const __m128i*>(data))}; }

Block pair(const std::array<std::uint64_t, 2>& words) {
    return {_mm_set_epi64x(static_cast<long long>(words[1]), static_cast<long long>(words[0]))};
}

/// As by_table(): what was read is replaced by 16 bytes with the same remainder (V. Gopal et al.,
/// "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ Instruction", Intel, 2009).
[[gnu::target("pclmul")]] std::uint64_t by_folding(std::string_view data, std::uint64_t crc) {
    const Block four = pair(by_four), single = pair(by_one);
    std::array<Block, 4> blocks{load(data.data()), load(data.data() + 16), load(data.data() + 32),
                                load(data.data() + 48)};
    blocks[0].words = _mm_xor_si128(blocks[0].words, pair({crc, 0}).words);
    for (data.remove_prefix(folded); data.size() >= folded; data.remove_prefix(folded))
        for (std::size_t i = 0; i < blocks.size(); ++i)
            blocks[i] = fold(blocks[i], four, load(data.data() + 16 * i));
    Block rest = blocks[0];
    for (std::size_t i = 1; i < blocks.size(); ++i)
        rest = fold(rest, single, blocks[i]);
    std::array<char, 16> bytes{};
    _mm_storeu_si128(reinterpret_cast<__m128i*>(bytes.data()), rest.words);
    return by_table(data, by_table({bytes.data(), bytes.size()}, 0));
}

std::uint64_t added(std::string_view data, std::uint64_t crc) {
    static const bool multiplies = __builtin_cpu_supports("pclmul");
    return multiplies && data.size() >= folded ? by_folding(data, crc) : by_table(data, crc);
}

#else

std::uint64_t added(std::string_view data, std::uint64_t crc) { return by_table(data, crc); }

#endif

} // namespace

std::uint64_t crc64(std::string_view data, std::uint64_t before) { return ~added(data, ~before); }

std::uint64_t joined_crc64(std::uint64_t first, std::uint64_t second, std::uint64_t second_size) {
    return product(power_of_x(8 * second_size), first) ^ second;
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
