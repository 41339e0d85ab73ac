/// A hand for tests: the process with a user's rights, and a folder of that user's. Needs root.
#pragma once

#include "stage/hand.hpp"
#include "temp_folder.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace fairlead::test {

inline constexpr std::uint32_t staged_uid = 2001;

struct StagedUser {
    TempFolder folder;
    std::chrono::milliseconds left = std::chrono::seconds(60);
    stage::HandLane::Judge
        judge{}; ///< of what the hand says; a fault stays as it is where it is empty
    stage::Staged<stage::Hand> hand{start()};

    StagedUser() {
        EXPECT_TRUE(hand.has_value()) << hand.error().error.message;
        if (hand)
            hand->lanes().front().set_buffer(hand->pool(), 0, 1024 * 1024);
    }

    stage::HandLane& lane() { return hand->lanes().front(); }
    std::string operator/(std::string_view name) const { return (folder / name).native(); }
    /// How many files the hand has open.
    std::size_t open_files() const {
        return entries_in("/proc/" + std::to_string(hand->pid()) + "/fd");
    }

  private:
    stage::Staged<stage::Hand> start() {
        EXPECT_EQ(::chown(folder.path().c_str(), staged_uid, staged_uid), 0);
        return stage::Hand::start(
            FAIRLEAD_STAGE_PROGRAM, {staged_uid, staged_uid, {staged_uid}}, 2,
            [this] { return left; },
            [this](const stage::Fault& fault, std::vector<std::string> paths,
                   stage::MountId mount) {
                return judge ? judge(fault, std::move(paths), mount) : fault;
            });
    }
};

inline bool is_root() { return ::geteuid() == 0; }

} // namespace fairlead::test
