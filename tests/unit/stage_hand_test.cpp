#include "stage/hand.hpp"

#include "stage/crc64.hpp"
#include "staged_user.hpp"

#include <csignal>
#include <gtest/gtest.h>

namespace fairlead::stage {
namespace stage_hand_test {

using test::content_of;
using test::StagedUser;

constexpr const char* temporary = ".fairlead-0123456789abcdef.part";

class StageHand : public testing::Test {
  protected:
    void SetUp() override {
        if (!test::is_root())
            GTEST_SKIP() << "needs root";
    }
};

void put(std::span<char> buffer, std::string_view text) { std::ranges::copy(text, buffer.begin()); }

TEST_F(StageHand, WritesWhatLiesInThePoolAsTheUser) {
    StagedUser user;
    const auto opened = user.lane().open_temporary(user / "new/x", temporary);
    ASSERT_TRUE(opened && *opened);
    put(user.lane().buffer(), "hello");
    EXPECT_EQ(*user.lane().write((*opened)->handle, "x", 0, 5), crc64("hello"));
    EXPECT_EQ(*user.lane().sum((*opened)->handle, "x", 1, 3), crc64("ell"));
    const auto state = user.lane().commit((*opened)->handle, "x");
    ASSERT_TRUE(state);
    EXPECT_EQ(content_of(user / "new/x"), "hello");
    struct stat info{};
    ASSERT_EQ(::stat((user / "new/x").c_str(), &info), 0);
    EXPECT_EQ(info.st_uid, test::staged_uid);
    EXPECT_EQ(info.st_gid, test::staged_uid);
    EXPECT_TRUE(user.lane().sync_folders());
}

TEST_F(StageHand, ReadsIntoThePoolAllThatIsAskedForOrSaysThatItEnded) {
    StagedUser user;
    user.folder.write("x", "hello");
    const auto opened = user.lane().open_source(user / "x");
    ASSERT_TRUE(opened);
    EXPECT_EQ(*user.lane().read(opened->handle, "x", 1, 4), crc64("ello"));
    EXPECT_EQ(std::string_view(user.lane().buffer().data(), 4), "ello");
    const auto beyond = user.lane().read(opened->handle, "x", 1, 5);
    ASSERT_FALSE(beyond);
    EXPECT_EQ(beyond.error().error.code, Code::S114);
    const auto md5 = user.lane().digest(opened->handle, "x", 0, 5);
    ASSERT_TRUE(md5);
    EXPECT_EQ((*md5)[0], 0x5d); // 5d41402abc4b2a76b9719d911017c592
    EXPECT_EQ((*md5)[15], 0x92);
}

TEST_F(StageHand, CopiesAndSumsAndNamesTheFileThatIsShort) {
    StagedUser user;
    const std::string bytes(700'001, 'x'); // three pieces
    user.folder.write("from", bytes);
    const auto from = user.lane().open_source(user / "from");
    const auto to = user.lane().open_temporary(user / "to", temporary);
    ASSERT_TRUE(from && to && *to);
    const FileHandle target = (*to)->handle;
    EXPECT_EQ(*user.lane().copy_and_sum(from->handle, "from", target, "to", 1, bytes.size() - 1),
              crc64(std::string_view(bytes).substr(1)));
    EXPECT_EQ(*user.lane().copy_and_sum(from->handle, "from", target, "to", 0, 1), crc64("x"));
    const auto beyond =
        user.lane().copy_and_sum(from->handle, "from", target, "to", 0, bytes.size() + 1);
    ASSERT_FALSE(beyond);
    EXPECT_EQ(beyond.error().error.code, Code::S114);
    EXPECT_TRUE(beyond.error().error.message.starts_with("from: "));
    ASSERT_TRUE(user.lane().commit(target, "to"));
    EXPECT_EQ(content_of(user / "to"), bytes);
    const auto closed = user.lane().copy_and_sum(from->handle, "from", target, "to", 0, 1);
    ASSERT_FALSE(closed);
    EXPECT_TRUE(closed.error().error.message.starts_with("to: "));
}

TEST_F(StageHand, RunsAProgramAsTheUserWithItsComplaintsAndADeadline) {
    StagedUser user;
    const auto who = user.lane().run({"/usr/bin/id", "-u"}, std::chrono::seconds(30));
    ASSERT_TRUE(who);
    EXPECT_EQ(who->status, 0);
    EXPECT_EQ(who->output, fmt::format("{}\n", test::staged_uid));
    const auto absent = user.lane().run({"/usr/bin/stat", user / "x"}, std::chrono::seconds(30));
    ASSERT_TRUE(absent);
    EXPECT_EQ(absent->status, 1);
    EXPECT_NE(absent->output.find("No such file"), std::string::npos);
    const auto late = user.lane().run({"/usr/bin/sleep", "20"}, std::chrono::milliseconds(50));
    ASSERT_TRUE(late);
    EXPECT_EQ(late->status, 127);
    EXPECT_EQ(late->output, "/usr/bin/sleep did not end within 50 ms");
    EXPECT_EQ(user.lane().run({"/nonexistent"}, std::chrono::seconds(30))->status, 127);
    EXPECT_FALSE(user.lane().run({std::string(2 * 1024 * 1024, 'x')}, std::chrono::seconds(30)));
}

TEST_F(StageHand, IsRefusedWhatTheUserIsRefused) {
    StagedUser user;
    user.folder.write("roots", "x");
    ::chmod((user / "roots").c_str(), 0600);
    const auto opened = user.lane().open_source(user / "roots");
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().outcome, Outcome::DataFault);
    EXPECT_EQ(opened.error().error.code, Code::S111);
}

TEST_F(StageHand, AHandleOfNobodyIsAFault) {
    StagedUser user;
    EXPECT_FALSE(user.lane().write(77, "x", 0, 1));
    EXPECT_FALSE(user.lane().commit(77, "x"));
    EXPECT_TRUE(user.lane().close(77)); // what is closed is closed
}

TEST_F(StageHand, WhatIsBeyondThePoolIsNotTouched) {
    StagedUser user;
    const auto opened = user.lane().open_temporary(user / "x", temporary);
    ASSERT_TRUE(opened && *opened);
    EXPECT_FALSE(user.lane().write((*opened)->handle, "x", 0, pool_size + 1));
    EXPECT_FALSE(user.lane().write((*opened)->handle, "x", 0, UINT64_MAX));
}

TEST_F(StageHand, EntriesOfAFolderComeWithNamesOfAnyKind) {
    StagedUser user;
    user.folder.write("with blank and\nline", "xy");
    std::filesystem::create_directory(user / "sub");
    const auto folder = user.lane().open_folder(user.folder.path().native());
    ASSERT_TRUE(folder);
    const auto entries = user.lane().read_folder(*folder, "x");
    ASSERT_TRUE(entries);
    ASSERT_EQ(entries->size(), 2u);
    for (const auto& [name, state] : *entries)
        if (name == "sub") {
            EXPECT_EQ(state.kind, FileState::Kind::Folder);
        } else {
            EXPECT_EQ(name, "with blank and\nline");
            EXPECT_EQ(state.size, 2);
        }
    EXPECT_TRUE(user.lane().read_folder(*folder, "x")->empty());
}

TEST_F(StageHand, OneThatEndsIsNotWaitedFor) {
    StagedUser user;
    ::kill(user.hand->pid(), SIGKILL);
    for (;;)
        if (const auto there = user.lane().look("/"); !there) {
            EXPECT_EQ(there.error().outcome, Outcome::ServiceFault);
            EXPECT_EQ(there.error().error.code, Code::S119);
            break;
        }
}

TEST_F(StageHand, OneThatDoesNotAnswerIsWaitedForUntilTheDeadline) {
    StagedUser user;
    ::kill(user.hand->pid(), SIGSTOP);
    user.left = std::chrono::milliseconds(0);
    const auto there = user.lane().look("/");
    ::kill(user.hand->pid(), SIGCONT);
    ASSERT_FALSE(there);
    EXPECT_EQ(there.error().error.code, Code::S119);
}

TEST_F(StageHand, AProgramThatIsNoHandDoesNotStart) {
    const auto left = [] { return std::chrono::milliseconds(60'000); };
    for (const char* program : {"/none", "/bin/true"}) {
        const auto hand = Hand::start(program, {1, 1, {}}, 1, left);
        ASSERT_FALSE(hand) << program;
        EXPECT_EQ(hand.error().outcome, Outcome::ServiceFault);
    }
}

} // namespace stage_hand_test
} // namespace fairlead::stage
