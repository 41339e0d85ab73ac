#include "stage/into_file.hpp"

#include "staging.hpp"

#include <fstream>

namespace fairlead::stage {
namespace stage_into_file_test {

using test::content_of;
using test::copies;
using test::faults_with;

class StageIntoFile : public test::AsRoot {};

TEST_F(StageIntoFile, AnObjectOfOnePartIsReadWhole) {
    staging->bucket.put("a", "abc");
    EXPECT_TRUE(copies(staging->copy(staging->from_s3("a", "x"))));
    EXPECT_EQ(content_of(staging->user / "x"), "abc");
    EXPECT_EQ(staging->bucket.asked, std::vector<std::string>{"GET a"});
}

TEST_F(StageIntoFile, AnObjectOfMorePartsIsReadByRangesInAnyOrder) {
    staging->bucket.put("a", "0123456789");
    auto copying = begin_copying(staging->from_s3("a", "x"), staging->lane, staging->run());
    ASSERT_TRUE(copies(copying));
    ASSERT_EQ((*copying)->parts(), 3u);
    for (const std::uint64_t number : {2u, 0u, 1u})
        EXPECT_TRUE(copies((*copying)->part(staging->lane, number)));
    EXPECT_FALSE(std::filesystem::exists(staging->user / "x"));
    EXPECT_TRUE(copies((*copying)->finish(staging->lane)));
    EXPECT_EQ(content_of(staging->user / "x"), "0123456789");
    EXPECT_EQ(staging->report->files(), 1);
    EXPECT_EQ(staging->report->bytes_moved(), 10);
}

TEST_F(StageIntoFile, BytesThatAreNotTheObjectsAreNotPutInPlace) {
    staging->bucket.put("a", "0123456789");
    staging->bucket.objects["a"].content = "0123456_89";
    EXPECT_TRUE(faults_with(staging->copy(staging->from_s3("a", "x")), Code::S115));
    EXPECT_EQ(test::entries_in(staging->user.folder.path()), 0u);
    // With verify=size that is as was asked for.
    Item item = staging->from_s3("a", "x");
    item.check = Check::Size;
    EXPECT_TRUE(copies(staging->copy(item)));
}

TEST_F(StageIntoFile, AnObjectThatBecomesAnotherIsNotMixed) {
    staging->bucket.put("a", "0123456789");
    const Item item = staging->from_s3("a", "x");
    auto copying = begin_copying(item, staging->lane, staging->run());
    ASSERT_TRUE(copies(copying));
    EXPECT_TRUE(copies((*copying)->part(staging->lane, 0)));
    staging->bucket.put("a", "9876543210");
    EXPECT_TRUE(faults_with((*copying)->part(staging->lane, 1), Code::S114));
    (*copying)->give_up(staging->lane, false);
    EXPECT_EQ(test::entries_in(staging->user.folder.path()), 0u);
    EXPECT_TRUE(faults_with(staging->copy(item), Code::S114)); // already when it is begun
}

/// Two of three parts are copied, and the run ends.
void begin_and_end(test::Staging& staging) {
    staging.bucket.put("a", "0123456789");
    auto copying = begin_copying(staging.from_s3("a", "x"), staging.lane, staging.run());
    ASSERT_TRUE(copies(copying));
    EXPECT_TRUE(copies((*copying)->part(staging.lane, 0)));
    EXPECT_TRUE(copies((*copying)->part(staging.lane, 2)));
    (*copying)->give_up(staging.lane, true);
    staging.open();
    staging.bucket.asked.clear();
}

TEST_F(StageIntoFile, AnotherRunGoesOnWithThePartsThatAreThere) {
    begin_and_end(*staging);
    EXPECT_EQ(test::entries_in(staging->user.folder.path()), 1u);
    EXPECT_TRUE(copies(staging->copy(staging->from_s3("a", "x"))));
    EXPECT_EQ(content_of(staging->user / "x"), "0123456789");
    EXPECT_EQ(staging->asked("GET a"), 1);
    EXPECT_EQ(test::entries_in(staging->user.folder.path()), 1u);
}

TEST_F(StageIntoFile, AndDoesNotBelieveTheJournalOfWhatIsNot) {
    begin_and_end(*staging);
    const auto part = std::filesystem::directory_iterator { staging->user.folder.path() } -> path();
    std::ofstream(part, std::ios::binary | std::ios::in) << "x"; // a byte of the first part
    EXPECT_TRUE(copies(staging->copy(staging->from_s3("a", "x"))));
    EXPECT_EQ(content_of(staging->user / "x"), "0123456789");
    EXPECT_EQ(staging->asked("GET a"), 2);
}

TEST_F(StageIntoFile, OfAnotherVersionNothingIsKept) {
    begin_and_end(*staging);
    staging->bucket.put("a", "abcdefgh");
    EXPECT_TRUE(copies(staging->copy(staging->from_s3("a", "x"))));
    EXPECT_EQ(content_of(staging->user / "x"), "abcdefgh");
    EXPECT_EQ(test::entries_in(staging->user.folder.path()), 1u);
}

TEST_F(StageIntoFile, AFileIsCopiedWithItsModeAndNoticedWhenItChanges) {
    staging->user.folder.write("from", "0123456789");
    std::filesystem::permissions(staging->user / "from", std::filesystem::perms(0755));
    Item item = staging->from_file("from", {.path = staging->user / "to"});
    EXPECT_TRUE(copies(staging->copy(item)));
    EXPECT_EQ(content_of(staging->user / "to"), "0123456789");
    EXPECT_EQ(test::mode_of(staging->user / "to"), 0755u);
    item.check = Check::Size;
    EXPECT_TRUE(copies(staging->copy(item)));
    auto copying = begin_copying(item, staging->lane, staging->run(100));
    ASSERT_TRUE(copies(copying));
    EXPECT_TRUE(copies((*copying)->part(staging->lane, 0)));
    staging->user.folder.write("from", "another");
    EXPECT_TRUE(faults_with((*copying)->finish(staging->lane), Code::S114));
    (*copying)->give_up(staging->lane, false);
}

TEST_F(StageIntoFile, ASourceThatHasChangedIsClosedAgain) {
    staging->user.folder.write("from", "0123456789");
    const Item item = staging->from_file("from", {.path = staging->user / "to"});
    staging->user.folder.write("from", "another");
    const auto before = staging->user.open_files();
    EXPECT_TRUE(faults_with(staging->copy(item), Code::S114));
    EXPECT_EQ(staging->user.open_files(), before);
}

TEST_F(StageIntoFile, NothingIsCopiedAsWell) {
    staging->bucket.put("a", "");
    EXPECT_TRUE(copies(staging->copy(staging->from_s3("a", "x"))));
    EXPECT_EQ(std::filesystem::file_size(staging->user / "x"), 0u);
    EXPECT_TRUE(staging->bucket.asked.empty());
}

} // namespace stage_into_file_test
} // namespace fairlead::stage
