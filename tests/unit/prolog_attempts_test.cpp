#include "prolog/attempts.hpp"

#include <gtest/gtest.h>

namespace fairlead::prolog {
namespace prolog_attempts_test {

TEST(Attempts, AreNoneWhereNothingIsSaid) {
    for (const std::string_view comment :
         {"", "a site's own", R"({"schema":"fairlead.admitted/1"})", "fairlead: attempt ",
          "fairlead: attempt x",
          "of fairlead: attempt 3 of 3"})
        EXPECT_EQ(attempts_in(comment), 0) << comment;
}

TEST(Attempts, AreWhatTheCommentSays) {
    EXPECT_EQ(attempts_in(with_attempt("", 1, "too far")), 1);
    EXPECT_EQ(attempts_in(with_attempt("ours", 2, "too far")), 2);
    EXPECT_EQ(attempts_in("x;fairlead: attempt 3 of 3: too far;y"), 3);
}

TEST(Attempts, NeverLeaveTheirRange) {
    EXPECT_EQ(attempts_in("fairlead: attempt -7 of 3"), 0);
    EXPECT_EQ(attempts_in("fairlead: attempt 99 of 3"), most_attempts);
    EXPECT_EQ(attempts_in("fairlead: attempt 99999999999999 of 3"), 0);
}

TEST(Attempts, StandBehindWhatOthersWrote) {
    EXPECT_EQ(with_attempt("", 1, "nodes too far [FL-E220]"),
              "fairlead: attempt 1 of 3: nodes too far [FL-E220]");
    EXPECT_EQ(with_attempt("grant 7", 1, "a; b"), "grant 7;fairlead: attempt 1 of 3: a, b");
}

TEST(Attempts, ReplaceTheOneBeforeAndKeepTheRest) {
    const std::string first = with_attempt("grant 7", 1, "a") + ";noted by ops";
    EXPECT_EQ(with_attempt(first, 2, "b"), "grant 7;fairlead: attempt 2 of 3: b;noted by ops");
}

} // namespace prolog_attempts_test
} // namespace fairlead::prolog
