#include "jobsubmit/retired.hpp"

#include <gtest/gtest.h>
#include <thread>

namespace fairlead::jobsubmit {
namespace {

/// Notes which thread destroys it.
struct Large {
    std::thread::id* freed_by;
    explicit Large(std::thread::id& by) : freed_by(&by) {}
    Large(const Large&) = delete;
    Large& operator=(const Large&) = delete;
    ~Large() { *freed_by = std::this_thread::get_id(); }
};

TEST(Retired, KeepsWhatIsStillUsedAndFreesTheRest) {
    std::thread::id freed_by;
    Retired<const Large> retired;
    auto used = std::make_shared<const Large>(freed_by);
    retired.keep(used);
    retired.keep(nullptr);
    EXPECT_EQ(retired.sweep(), 1u);
    used.reset();
    EXPECT_EQ(freed_by, std::thread::id{}) << "not by the one who used it last";
    EXPECT_EQ(retired.sweep(), 0u);
    EXPECT_EQ(freed_by, std::this_thread::get_id());
}

TEST(Retired, AUserOnAnotherThreadFreesNothing) {
    std::thread::id freed_by;
    Retired<const Large> retired;
    auto value = std::make_shared<const Large>(freed_by);
    retired.keep(value);
    std::jthread([mine = std::move(value)]() mutable { mine.reset(); }).join();
    EXPECT_EQ(retired.sweep(), 0u);
    EXPECT_EQ(freed_by, std::this_thread::get_id());
}

} // namespace
} // namespace fairlead::jobsubmit
