#include "stage/copying.hpp"

#include "staging.hpp"

namespace fairlead::stage {
namespace stage_copying_test {

using test::copies;
using test::Staging;

class StageCopying : public test::AsRoot {};

TEST_F(StageCopying, WhatWasCopiedIsKnownToTheNextRunUntilASideChanges) {
    staging->bucket.put("a", "0123456789");
    const Item item = staging->from_s3("a", "x");
    EXPECT_FALSE(*is_copied(item, staging->lane, staging->run()));
    ASSERT_TRUE(copies(staging->copy(item)));
    staging->open();
    EXPECT_TRUE(*is_copied(item, staging->lane, staging->run()));
    EXPECT_EQ(staging->report->files(), 2); // both times it is in the manifest
    Item other = item;
    other.version = "\"other\"";
    EXPECT_FALSE(*is_copied(other, staging->lane, staging->run()));
    staging->user.folder.write("x", "changed");
    EXPECT_FALSE(*is_copied(item, staging->lane, staging->run()));
    std::filesystem::remove(staging->user / "x");
    EXPECT_FALSE(*is_copied(item, staging->lane, staging->run()));
}

TEST_F(StageCopying, OfAnObjectByItsEtag) {
    staging->user.folder.write("from", "0123456789");
    const Item item = staging->from_file("from", Staging::key("a"));
    ASSERT_TRUE(copies(staging->copy(item)));
    staging->open();
    EXPECT_TRUE(*is_copied(item, staging->lane, staging->run()));
    staging->bucket.put("a", "another");
    EXPECT_FALSE(*is_copied(item, staging->lane, staging->run()));
    staging->bucket.objects.erase("a");
    EXPECT_FALSE(*is_copied(item, staging->lane, staging->run()));
}

TEST_F(StageCopying, APlanIsMadeAnewOfWhatIsThereNow) {
    staging->bucket.put("a", "x");
    const Item item = staging->from_s3("a", "x");
    staging->bucket.put("a", "longer");
    const auto now = planned_again(item, staging->lane);
    ASSERT_TRUE(copies(now));
    EXPECT_EQ(now->size, 6u);
    EXPECT_NE(now->version, item.version);
    EXPECT_EQ(now->destination, item.destination);
    staging->bucket.objects.erase("a");
    EXPECT_TRUE(test::faults_with(planned_again(item, staging->lane), Code::S110));
}

TEST_F(StageCopying, TheChecksumOfTheWholeIsThatOfItsPartsJoined) {
    staging->user.folder.write("from", "0123456789");
    ASSERT_TRUE(copies(staging->copy(staging->from_file("from", Staging::key("a")), 3)));
    ASSERT_TRUE(staging->report->finish().has_value());
    EXPECT_NE(test::content_of(staging->work / "manifest").find(crc64_hex(crc64("0123456789"))),
              std::string::npos);
}

} // namespace stage_copying_test
} // namespace fairlead::stage
