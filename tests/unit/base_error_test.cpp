#include "base/error.hpp"

#include <gtest/gtest.h>

namespace fairlead {
namespace base_error_test {

TEST(Error, IsShownAsASentenceWithItsCodeBehind) {
    EXPECT_EQ(to_string(Error{Code::E201, "1 of 2 EFA interfaces"}),
              "1 of 2 EFA interfaces [FL-E201]");
}

TEST(Error, FailFormatsTheMessageAndKeepsTheCode) {
    const Result<int> result = fail(Code::X106, "{} is {}, expected {}", "mode", "on", "off");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Code::X106);
    EXPECT_EQ(result.error().message, "mode is on, expected off");
}

TEST(Error, BracesInAnArgumentAreText) {
    const Result<void> result = fail(Code::P101, "unknown word '{}'", "{0}{");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().message, "unknown word '{0}{'");
}

} // namespace base_error_test
} // namespace fairlead
