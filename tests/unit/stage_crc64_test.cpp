#include "stage/crc64.hpp"

#include <gtest/gtest.h>
#include <random>

namespace fairlead::stage {
namespace stage_crc64_test {

std::string some_bytes(std::size_t size) {
    std::mt19937 random{7};
    std::string bytes(size, '\0');
    for (char& byte : bytes)
        byte = static_cast<char>(random());
    return bytes;
}

/// One bit after another, as the definition has it.
std::uint64_t slow_crc64(std::string_view data) {
    std::uint64_t crc = ~std::uint64_t{0};
    for (const char c : data) {
        crc ^= static_cast<unsigned char>(c);
        for (int bit = 0; bit < 8; ++bit)
            crc = (crc & 1) ? (crc >> 1) ^ 0x9a6c9329ac4bc9b5 : crc >> 1;
    }
    return ~crc;
}

TEST(StageCrc64, HasTheCheckValueOfTheStandard) {
    EXPECT_EQ(crc64("123456789"), 0xae8b14860a799888u);
    EXPECT_EQ(crc64(""), 0u);
}

TEST(StageCrc64, OfEveryLengthIsWhatTheDefinitionSays) {
    const std::string bytes = some_bytes(300); // of several blocks, and of none
    for (std::size_t size = 0; size <= bytes.size(); ++size)
        EXPECT_EQ(crc64(std::string_view(bytes).substr(0, size)),
                  slow_crc64(std::string_view(bytes).substr(0, size)))
            << size;
}

TEST(StageCrc64, GoesOnWhereItEndedAndJoins) {
    const std::string bytes = some_bytes(1000);
    const std::string_view all = bytes;
    for (const std::size_t cut : {0u, 1u, 7u, 8u, 500u, 999u, 1000u}) {
        const std::uint64_t first = crc64(all.substr(0, cut)), second = crc64(all.substr(cut));
        EXPECT_EQ(crc64(all.substr(cut), first), crc64(all)) << cut;
        EXPECT_EQ(joined_crc64(first, second, all.size() - cut), crc64(all)) << cut;
    }
}

TEST(StageCrc64, IsTheSameOfLongAndOfShortPieces) {
    const std::string bytes = some_bytes(100'003);
    for (const std::size_t piece : {1u, 63u, 64u, 65u, 127u, 128u, 4096u, 100'000u}) {
        std::uint64_t crc = 0;
        for (std::string_view rest = bytes; !rest.empty();
             rest.remove_prefix(std::min(piece, rest.size())))
            crc = crc64(rest.substr(0, piece), crc);
        EXPECT_EQ(crc, slow_crc64(bytes)) << piece;
    }
}

TEST(StageCrc64, JoinsWhatIsTooLongToSum) {
    // A TiB of zeros, joined of halves.
    std::uint64_t crc = crc64(std::string(1024, '\0'));
    std::uint64_t by_doubling = crc;
    for (std::uint64_t size = 1024; size < (1ULL << 40); size *= 2)
        by_doubling = joined_crc64(by_doubling, by_doubling, size);
    std::uint64_t by_steps = crc;
    for (std::uint64_t size = 1024; size < (1ULL << 40); size *= 1024) {
        std::uint64_t block = by_steps;
        for (int i = 1; i < 1024; ++i)
            by_steps = joined_crc64(by_steps, block, size);
    }
    EXPECT_EQ(by_doubling, by_steps);
}

TEST(StageCrc64, IsWrittenAsS3WritesIt) {
    EXPECT_EQ(crc64_base64(0xae8b14860a799888), "rosUhgp5mIg="); // the AWS SDKs' test value
    EXPECT_EQ(crc64_base64(0), "AAAAAAAAAAA=");
    EXPECT_EQ(crc64_hex(0xab), "00000000000000ab");
    EXPECT_EQ(parse_crc64_hex("00000000000000ab"), 0xabu);
    for (const char* bad : {"", "ab", "00000000000000ag", "00000000000000ab0", "0x000000000000ab"})
        EXPECT_FALSE(parse_crc64_hex(bad)) << bad;
}

} // namespace stage_crc64_test
} // namespace fairlead::stage
