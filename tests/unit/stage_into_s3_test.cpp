#include "stage/into_s3.hpp"

#include "staging.hpp"

namespace fairlead::stage {
namespace stage_into_s3_test {

using test::copies;
using test::faults_with;
using test::Staging;

class StageIntoS3 : public test::AsRoot {
  protected:
    Item item(const std::string& content) {
        staging->user.folder.write("from", content);
        return staging->from_file("from", Staging::key("a"));
    }
    const std::string& stored() { return staging->bucket.objects["a"].content; }
};

TEST_F(StageIntoS3, AFileOfOnePartIsSentInOnePiece) {
    EXPECT_TRUE(copies(staging->copy(item("abc"))));
    EXPECT_EQ(stored(), "abc");
    EXPECT_EQ(staging->bucket.asked, std::vector<std::string>{"PUT a"});
}

TEST_F(StageIntoS3, ALargerOneIsSentInPartsAndLookedAtAfterwards) {
    EXPECT_TRUE(copies(staging->copy(item("0123456789"))));
    EXPECT_EQ(stored(), "0123456789");
    EXPECT_EQ(staging->asked("PUT a?partNumber="), 3);
    EXPECT_EQ(staging->asked("HEAD a"), 1);
    EXPECT_TRUE(staging->bucket.uploads.empty());
}

TEST_F(StageIntoS3, AnotherRunSendsThePartsThatAreMissing) {
    const Item large = item("0123456789");
    auto copying = begin_copying(large, staging->lane, staging->run());
    ASSERT_TRUE(copies(copying));
    EXPECT_TRUE(copies((*copying)->part(staging->lane, 1)));
    (*copying)->give_up(staging->lane, true);
    staging->open();
    staging->bucket.asked.clear();
    EXPECT_TRUE(copies(staging->copy(large)));
    EXPECT_EQ(stored(), "0123456789");
    EXPECT_EQ(staging->asked("PUT a?partNumber="), 2);
    EXPECT_EQ(staging->asked("POST a?uploads"), 0);
}

TEST_F(StageIntoS3, AnUploadOfAnotherVersionIsEnded) {
    auto copying = begin_copying(item("0123456789"), staging->lane, staging->run());
    ASSERT_TRUE(copies(copying));
    (*copying)->give_up(staging->lane, true);
    EXPECT_EQ(staging->bucket.uploads.size(), 1u);
    staging->open();
    EXPECT_TRUE(copies(staging->copy(item("abcdefghijk"))));
    EXPECT_EQ(stored(), "abcdefghijk");
    EXPECT_TRUE(staging->bucket.uploads.empty());
}

TEST_F(StageIntoS3, AnUploadThatAnotherEndedIsBegunAnewByTheNextTry) {
    const Item large = item("0123456789");
    auto copying = begin_copying(large, staging->lane, staging->run());
    ASSERT_TRUE(copies(copying));
    (*copying)->give_up(staging->lane, true);
    staging->open();
    staging->bucket.uploads.clear();
    EXPECT_TRUE(faults_with(staging->copy(large), Code::S114));
    EXPECT_TRUE(copies(staging->copy(large)));
    EXPECT_EQ(stored(), "0123456789");
}

TEST_F(StageIntoS3, WhatTheServerHasLostIsSentAgain) {
    auto copying = begin_copying(item("0123456789"), staging->lane, staging->run());
    ASSERT_TRUE(copies(copying));
    for (const std::uint64_t number : {0u, 1u, 2u})
        EXPECT_TRUE(copies((*copying)->part(staging->lane, number)));
    staging->bucket.uploads.begin()->second.erase(2);
    EXPECT_TRUE(copies((*copying)->finish(staging->lane)));
    EXPECT_EQ(stored(), "0123456789");
}

TEST_F(StageIntoS3, AFileThatChangesBecomesNoObject) {
    auto copying = begin_copying(item("0123456789"), staging->lane, staging->run());
    ASSERT_TRUE(copies(copying));
    for (const std::uint64_t number : {0u, 1u, 2u})
        EXPECT_TRUE(copies((*copying)->part(staging->lane, number)));
    staging->user.folder.write("from", "9876543210-");
    EXPECT_TRUE(faults_with((*copying)->finish(staging->lane), Code::S114));
    (*copying)->give_up(staging->lane, false);
    EXPECT_FALSE(staging->bucket.objects.contains("a"));
    EXPECT_TRUE(staging->bucket.uploads.empty());
}

TEST_F(StageIntoS3, ASourceThatHasChangedIsClosedAgain) {
    const Item before = item("0123456789");
    staging->user.folder.write("from", "another");
    const auto files = staging->user.open_files();
    EXPECT_TRUE(faults_with(staging->copy(before), Code::S114));
    EXPECT_EQ(staging->user.open_files(), files);
}

TEST_F(StageIntoS3, MoreThan10000PartsAreNotBegun) {
    EXPECT_TRUE(faults_with(
        begin_copying(item(std::string(10'001, 'x')), staging->lane, staging->run(1)), Code::S102));
    EXPECT_TRUE(staging->bucket.asked.empty());
}

} // namespace stage_into_s3_test
} // namespace fairlead::stage
