#include "base/log.hpp"

#include <gtest/gtest.h>
#include <string>

namespace fairlead {
namespace base_log_test {

std::string written(log::Level level, std::string_view line) {
    testing::internal::CaptureStderr();
    log::write(level, line);
    return testing::internal::GetCapturedStderr();
}

// open_syslog() names the process for good, so both states are shown in one test.
TEST(Log, WritesALineUnderTheNameOfTheProgram) {
    EXPECT_EQ(written(log::Level::Info, "hello"), "fairlead: hello\n");
    log::open_syslog("fairlead-unit-tests");
    EXPECT_EQ(written(log::Level::Error, "node broken [FL-E201]"),
              "fairlead-unit-tests: node broken [FL-E201]\n");
    EXPECT_EQ(written(log::Level::Warning, "careful"), "fairlead-unit-tests: careful\n");
}

TEST(Log, ALineIsNeverAFormat) {
    EXPECT_TRUE(written(log::Level::Info, "%s%n%d").ends_with(": %s%n%d\n"));
}

TEST(Log, ALineNeedsNoTerminatingZero) {
    EXPECT_TRUE(written(log::Level::Info, std::string_view("short and long").substr(0, 5))
                    .ends_with(": short\n"));
}

} // namespace base_log_test
} // namespace fairlead
