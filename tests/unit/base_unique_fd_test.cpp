#include "base/unique_fd.hpp"

#include <array>
#include <fcntl.h>
#include <gtest/gtest.h>

namespace fairlead {
namespace base_unique_fd_test {

int open_null() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

bool is_open(int fd) { return ::fcntl(fd, F_GETFD) != -1; }

TEST(UniqueFd, ClosesWhenItEnds) {
    const int raw = open_null();
    {
        const UniqueFd fd{raw};
        EXPECT_EQ(fd.get(), raw);
        EXPECT_TRUE(fd);
        EXPECT_TRUE(is_open(raw));
    }
    EXPECT_FALSE(is_open(raw));
}

TEST(UniqueFd, ResetClosesOnce) {
    const int raw = open_null();
    UniqueFd fd{raw};
    fd.reset();
    EXPECT_FALSE(fd);
    EXPECT_EQ(fd.get(), -1);
    const UniqueFd reused{open_null()}; // takes the freed number
    fd.reset();
    EXPECT_TRUE(is_open(reused.get()));
}

TEST(UniqueFd, AMoveHandsTheDescriptorOver) {
    const int raw = open_null();
    UniqueFd from{raw};
    const UniqueFd to{std::move(from)};
    EXPECT_FALSE(from); // NOLINT: the state after a move is the subject
    EXPECT_EQ(to.get(), raw);
    EXPECT_TRUE(is_open(raw));
}

TEST(UniqueFd, AnAssignmentClosesWhatWasHeld) {
    const int first = open_null(), second = open_null();
    UniqueFd fd{first};
    fd = UniqueFd{second};
    EXPECT_FALSE(is_open(first));
    EXPECT_EQ(fd.get(), second);
    EXPECT_TRUE(is_open(second));
}

TEST(UniqueFd, AssigningToItselfKeepsIt) {
    UniqueFd fd{open_null()};
    UniqueFd& same = fd;
    fd = std::move(same);
    EXPECT_TRUE(fd);
    EXPECT_TRUE(is_open(fd.get()));
}

TEST(UniqueFd, ZeroIsADescriptorAndMinusOneIsNone) {
    EXPECT_FALSE(UniqueFd{});
    EXPECT_FALSE(UniqueFd{-1});
    UniqueFd zero{::dup(0) >= 0 ? ::fcntl(0, F_DUPFD_CLOEXEC, 100) : open_null()};
    EXPECT_TRUE(zero);
}

} // namespace base_unique_fd_test
} // namespace fairlead
