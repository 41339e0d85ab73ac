#include "stage/etag.hpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>

namespace fairlead::stage {
namespace stage_etag_test {

using Md5 = std::array<unsigned char, 16>;

Md5 md5_of(std::string_view text) {
    Md5 digest{};
    EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_md5(), nullptr);
    return digest;
}

TEST(StageEtag, OfOnePieceIsItsMd5) {
    const Md5 md5 = md5_of("hello");
    EXPECT_EQ(etag_of(std::array<Md5, 1>{md5}, false), "5d41402abc4b2a76b9719d911017c592");
    EXPECT_EQ(parts_in("\"5d41402abc4b2a76b9719d911017c592\""), 1u);
}

TEST(StageEtag, OfPartsIsTheMd5OfTheirMd5s) {
    const std::array md5s{md5_of("hello"), md5_of("world")};
    std::string both(reinterpret_cast<const char*>(md5s.data()), sizeof md5s);
    EXPECT_EQ(etag_of(md5s, true), etag_of(std::array<Md5, 1>{md5_of(both)}, false) + "-2");
    EXPECT_EQ(parts_in(etag_of(md5s, true)), 2u);
    // Of one part too.
    const std::string one = etag_of(std::array<Md5, 1>{md5_of("x")}, true);
    EXPECT_TRUE(one.ends_with("-1") && is_multipart(one));
    EXPECT_EQ(parts_in(one), 1u);
    EXPECT_NE(one.substr(0, 32), etag_of(std::array<Md5, 1>{md5_of("x")}, false));
}

TEST(StageEtag, ThatCanBeNoMd5SaysNothing) {
    for (const char* etag :
         {"", "\"\"", "\"", "x", "5d41402abc4b2a76b9719d911017c59",
          "5d41402abc4b2a76b9719d911017c592-", "5d41402abc4b2a76b9719d911017c592-x",
          "5d41402abc4b2a76b9719d911017c592-10001", "5d41402abc4b2a76b9719d911017c5922",
          "5D41402ABC4B2A76B9719D911017C592"})
        EXPECT_EQ(parts_in(etag), 0u) << etag;
    EXPECT_EQ(parts_in("5d41402abc4b2a76b9719d911017c592-10000"), 10000u);
}

TEST(StageEtag, LosesItsQuotesOnce) {
    EXPECT_EQ(unquoted("\"a\""), "a");
    EXPECT_EQ(unquoted("a"), "a");
    EXPECT_EQ(unquoted("\""), "\"");
    EXPECT_EQ(unquoted("\"\""), "");
}

} // namespace stage_etag_test
} // namespace fairlead::stage
