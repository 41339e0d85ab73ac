#include "base/guarded.hpp"

#include <gtest/gtest.h>
#include <stdexcept>
#include <string>

namespace fairlead {
namespace base_guarded_test {

std::string reported;

void report(const char* where, const char* what) noexcept {
    reported = std::string(where) + ": " + what;
}

TEST(Guarded, PassesTheResultThroughAndReportsNothing) {
    reported.clear();
    EXPECT_EQ(guarded("hook", -1, report, [] { return 7; }), 7);
    EXPECT_EQ(reported, "");
}

TEST(Guarded, AnExceptionBecomesTheFaultValueAndAReport) {
    reported.clear();
    const int status = guarded("slurm_spank_init", -1, report,
                               []() -> int { throw std::runtime_error("no memory"); });
    EXPECT_EQ(status, -1);
    EXPECT_EQ(reported, "slurm_spank_init: no memory");
}

TEST(Guarded, AnythingThrownStopsAtTheWall) {
    reported.clear();
    EXPECT_EQ(guarded("job_submit", 5, report, []() -> int { throw 42; }), 5);
    EXPECT_EQ(reported, "job_submit: not a std::exception");
}

TEST(Guarded, NeverThrowsItself) {
    const auto throws = []() -> int { throw 1; };
    static_assert(noexcept(guarded("where", 0, report, throws)));
    EXPECT_EQ(guarded("where", 3, report, throws), 3);
}

} // namespace base_guarded_test
} // namespace fairlead
