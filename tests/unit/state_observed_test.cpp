#include "state/observed.hpp"

#include "expect_error.hpp"
#include "temp_folder.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace fairlead::state {
namespace state_observed_test {

using test::fails_with;
using test::succeeds;
using test::TempFolder;

Counts counts_in(const std::string& text) {
    const TempFolder folder;
    const auto counts = read_counts(folder.write("observed.json", text));
    EXPECT_TRUE(succeeds(counts));
    return counts.value_or(Counts{});
}

TEST(Observed, NothingCountedYetIsEmpty) {
    const TempFolder folder;
    const auto counts = read_counts(folder / "observed.json");
    ASSERT_TRUE(succeeds(counts));
    EXPECT_TRUE(counts->empty());
}

TEST(Observed, CountsByCode) {
    const TempFolder folder;
    const auto file = folder / "run/observed.json";
    for (const Code code : {Code::E201, Code::E101, Code::E201})
        ASSERT_TRUE(succeeds(count(file, code)));
    EXPECT_EQ(read_counts(file), (Counts{{"FL-E201", 2}, {"FL-E101", 1}}));
    EXPECT_EQ(test::mode_of(file), 0644u);
    EXPECT_EQ(test::mode_of(file.native() + ".lock"), 0600u);
}

TEST(Observed, ReadsBackWhatWasWritten) {
    const TempFolder folder;
    const Counts counts{{"FL-A101", 1}, {"FL-X203", 18446744073709551615u}};
    ASSERT_TRUE(succeeds(write_counts(folder / "o.json", counts)));
    EXPECT_EQ(read_counts(folder / "o.json"), counts);
}

TEST(Observed, WhatWasRefusedIsCountedByItself) {
    const TempFolder folder;
    const auto file = folder / "refused.json";
    ASSERT_TRUE(succeeds(add_counts(file, {{"FL-A201", 2}}, refused)));
    ASSERT_TRUE(succeeds(add_counts(file, {{"FL-A201", 1}}, refused)));
    EXPECT_EQ(read_counts(file, refused), (Counts{{"FL-A201", 3}}));
    EXPECT_EQ(read_counts(file), Counts{});
}

TEST(Observed, ProcessesThatCountAtTheSameTimeLoseNothing) {
    constexpr int processes = 8, times = 25;
    const TempFolder folder;
    const auto file = folder / "observed.json";
    std::vector<pid_t> children;
    for (int i = 0; i < processes; ++i) {
        const pid_t child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            bool fine = true;
            for (int k = 0; k < times; ++k)
                fine &= count(file, k % 2 ? Code::E101 : Code::E201).has_value();
            ::_exit(fine ? 0 : 1);
        }
        children.push_back(child);
    }
    for (const pid_t child : children) {
        int status = -1;
        ::waitpid(child, &status, 0);
        EXPECT_EQ(status, 0);
    }
    EXPECT_EQ(read_counts(file), (Counts{{"FL-E101", processes * (times / 2)},
                                         {"FL-E201", processes * (times / 2 + 1)}}));
}

TEST(Observed, KeepsTheCodesThatTheNextReleaseAdds) {
    EXPECT_EQ(counts_in(R"({"schema":"fairlead.observed/2","new":1,
                            "would_have":{"FL-E999":4,"FL-E101":3}})"),
              (Counts{{"FL-E101", 3}, {"FL-E999", 4}}));
}

TEST(Observed, WhatIsNoCountIsLeftOut) {
    EXPECT_TRUE(counts_in(R"({"schema":"fairlead.observed/1",
                              "would_have":{"FL-E101":-1,"FL-E102":"5","FL-E201":1.5}})")
                    .empty());
    for (const std::string field : {"5", "null", "[]", "[1]", "\"x\""})
        EXPECT_TRUE(
            counts_in(R"({"schema":"fairlead.observed/1","would_have":)" + field + "}").empty())
            << field;
}

TEST(Observed, ADamagedFileIsRefusedByTheReaderAndBegunAnewByTheCounter) {
    const TempFolder folder;
    const auto file = folder.write("observed.json", "rubbish");
    EXPECT_TRUE(fails_with(read_counts(file), Code::X203, file.native()));
    ASSERT_TRUE(succeeds(count(file, Code::E201)));
    EXPECT_EQ(read_counts(file), (Counts{{"FL-E201", 1}}));
}

// Neighbouring releases share the file, so a count that only one knows must survive the other.
TEST(Observed, CountingKeepsTheCodesOfTheNextRelease) {
    const TempFolder folder;
    const auto file =
        folder.write("o.json", R"({"schema":"fairlead.observed/2","would_have":{"FL-E999":4}})");
    ASSERT_TRUE(succeeds(count(file, Code::E201)));
    EXPECT_NE(test::content_of(file).find("FL-E999"), std::string::npos);
}

TEST(Observed, OfAReleaseFurtherAwayIsRefused) {
    const TempFolder folder;
    const auto file = folder.write("o.json", R"({"schema":"fairlead.observed/3"})");
    EXPECT_TRUE(fails_with(read_counts(file), Code::X202));
}

TEST(Observed, SaysWhenItCannotBeWritten) {
    const TempFolder folder;
    EXPECT_TRUE(fails_with(count(folder.write("file", "") / "o.json", Code::E201), Code::X201));
}

} // namespace state_observed_test
} // namespace fairlead::state
