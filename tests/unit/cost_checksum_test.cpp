#include "cost/checksum.hpp"

#include "expect_error.hpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>

namespace fairlead::cost {
namespace cost_checksum_test {

using test::fails_with;

// FIPS 180-4: the examples that NIST publishes for SHA-256.
TEST(Sha256, IsThatOfTheStandard) {
    Sha256 sha;
    EXPECT_EQ(sha.of("abc").value(),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(sha.of("").value(),
              "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(sha.of("abc").value(),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        << "nothing is left of the text before";
}

TEST(Sha256, IsAnErrorWhereOpenSslHasNone) {
    ASSERT_EQ(EVP_set_default_properties(nullptr, "provider=none"), 1);
    Sha256 without;
    EXPECT_TRUE(fails_with(without.of("abc"), Code::C302, "no SHA-256"));
    ASSERT_EQ(EVP_set_default_properties(nullptr, ""), 1);
    EXPECT_TRUE(Sha256().of("abc"));
}

TEST(Checksum, IsSixtyFourDigits) {
    const std::string digits(64, 'a');
    EXPECT_TRUE(is_checksum(digits));
    for (const std::string& wrong : {std::string{}, digits.substr(1), digits + "a",
                                     std::string(64, 'A'), std::string(64, 'g')})
        EXPECT_FALSE(is_checksum(wrong)) << wrong;
}

} // namespace cost_checksum_test
} // namespace fairlead::cost
