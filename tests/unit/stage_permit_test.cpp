#include "expect_error.hpp"
#include "stage/permit.hpp"
#include "temp_folder.hpp"

namespace fairlead::stage {
namespace stage_permit_test {

using test::fails_with;
using test::succeeds;

Result<Permit> load(const std::string& text) {
    const test::TempFolder folder;
    const auto file = folder.write("private.yaml", "schema: fairlead.private/1\n" + text);
    ::chmod(file.c_str(), 0600);
    return load_permit(folder / "fairlead.yaml");
}

const std::string map = R"(staging:
  regions: [eu-central-1]
  buckets:
    - {prefix: "s3://lab/", read: ["group:genomics"], write: ["user:ada"]}
    - {prefix: "s3://lab/secret/", read: ["user:eve"]}
    - {prefix: "s3://home/%u/", read: [everyone], write: [everyone]}
    - {prefix: "s3://paid/", read: ["account:chem"]}
    - {prefix: "s3://far/", read: [everyone], write: [everyone], region: eu-west-1}
    - {prefix: "s3://near/", read: [everyone], write: [everyone], region: eu-central-1}
)";

Result<void> may(Direction direction, const std::string& bucket, const Who& who) {
    const auto permit = load(map);
    EXPECT_TRUE(succeeds(permit));
    const bool in = direction == Direction::In;
    return allow(
        *permit,
        {.direction = direction, .source = in ? bucket : "/a", .destination = in ? "/a" : bucket},
        who, "us-east-2");
}

Result<void> reads(const std::string& bucket, const Who& who) {
    return may(Direction::In, bucket, who);
}
Result<void> writes(const std::string& bucket, const Who& who) {
    return may(Direction::Out, bucket, who);
}

const Who ada{"ada", {"genomics", "staff"}, ""}, ben{"ben", {"climate"}, "chem"};

TEST(StagePermit, IsForUsersGroupsAndAccounts) {
    EXPECT_TRUE(succeeds(reads("s3://lab/data/", ada)));
    EXPECT_TRUE(succeeds(writes("s3://lab/out", ada)));
    EXPECT_TRUE(fails_with(reads("s3://lab/data/", ben), Code::S103, "'s3://lab/data/'"));
    EXPECT_TRUE(succeeds(reads("s3://paid/a", ben)));
    EXPECT_TRUE(fails_with(reads("s3://paid/a", ada), Code::S103));
    EXPECT_TRUE(fails_with(writes("s3://paid/a", ben), Code::S103));
}

TEST(StagePermit, OfTheLongestPrefixCounts) {
    EXPECT_TRUE(fails_with(reads("s3://lab/secret/a", ada), Code::S103));
    EXPECT_TRUE(succeeds(reads("s3://lab/secret/a", {"eve", {}, ""})));
    EXPECT_TRUE(fails_with(reads("s3://lab/a", {"eve", {}, ""}), Code::S103));
}

TEST(StagePermit, ATreeIsAllowedWithAllThatIsInIt) {
    for (const char* whole : {"s3://lab/", "s3://lab/secret", "s3://la%x", "s3://lab/%u"})
        EXPECT_FALSE(reads(whole, ada)) << whole;
    EXPECT_TRUE(fails_with(reads("s3://lab/", ada), Code::S103,
                           "'s3://lab/' is not allowed as a "
                           "whole, because a part of it"));
    EXPECT_TRUE(succeeds(writes("s3://lab/out/", ada)));
    EXPECT_TRUE(fails_with(writes("s3://lab/", ada), Code::S103));
    EXPECT_TRUE(succeeds(reads("s3://lab/secrets", ada)));
    EXPECT_TRUE(succeeds(reads("s3://lab/sec", ada)));
}

TEST(StagePermit, ASymbolMayBecomeThePlaceOfOthers) {
    const auto permit = load("staging:\n  buckets:\n"
                             "    - {prefix: \"s3://lab/\", read: [everyone]}\n"
                             "    - {prefix: \"s3://lab/site7/\", read: [\"user:eve\"]}\n");
    ASSERT_TRUE(succeeds(permit));
    const auto reads_as = [&](const char* source, const char* user) {
        return allow(*permit, {.direction = Direction::In, .source = source, .destination = "/a"},
                     {user, {}, ""}, "");
    };
    for (const char* source : {"s3://lab/site%a/", "s3://lab/site%j", "s3://lab/site%A7/x"}) {
        EXPECT_TRUE(fails_with(reads_as(source, "ada"), Code::S103)) << source;
        EXPECT_TRUE(succeeds(reads_as(source, "eve"))) << source;
    }
    for (const char* source : {"s3://lab/%j/", "s3://lab/site7x/%a", "s3://lab/run%a/"})
        EXPECT_TRUE(succeeds(reads_as(source, "ada"))) << source;
}

TEST(StagePermit, GivesEachUserTheirOwnPlace) {
    EXPECT_TRUE(succeeds(writes("s3://home/ada/x", ada)));
    EXPECT_TRUE(
        fails_with(writes("s3://home/ada/x", ben), Code::S103, "ben may write s3://home/ben/"));
    EXPECT_TRUE(fails_with(writes("s3://home/%j/x", ada), Code::S103));
    EXPECT_TRUE(fails_with(reads("s3://home//x", {"", {}, ""}), Code::S103));
    EXPECT_TRUE(fails_with(reads("s3://home/ada", ada), Code::S103));
}

TEST(StagePermit, TellsNobodyOfOthersPlaces) {
    const auto refused = reads("s3://other/a", ben);
    ASSERT_FALSE(refused);
    EXPECT_FALSE(refused.error().message.contains("lab")) << refused.error().message;
    EXPECT_TRUE(refused.error().message.contains("s3://paid/"));
}

TEST(StagePermit, KeepsDataInItsRegion) {
    EXPECT_TRUE(fails_with(reads("s3://far/a", ada), Code::S103, "eu-west-1"));
    EXPECT_TRUE(succeeds(reads("s3://near/a", ada)));
}

TEST(StagePermit, LetsNothingToAnotherRegionWhereTheClustersIsNotKnown) {
    const auto permit = load(map);
    ASSERT_TRUE(succeeds(permit));
    for (const auto direction : {Direction::In, Direction::Out}) {
        const auto asked = [&](const char* bucket) {
            const bool in = direction == Direction::In;
            return allow(*permit,
                         {.direction = direction,
                          .source = in ? bucket : "/a",
                          .destination = in ? "/a" : bucket},
                         ada, "");
        };
        EXPECT_TRUE(fails_with(asked("s3://far/a"), Code::S104, "set region in fairlead.yaml"));
        EXPECT_TRUE(succeeds(asked("s3://near/a")));
        EXPECT_TRUE(succeeds(asked("s3://home/ada/a")));
    }
    EXPECT_TRUE(
        fails_with(check_regions(*permit, ""), Code::S104, "'s3://far/' lies in eu-west-1"));
    EXPECT_TRUE(succeeds(check_regions(*permit, "us-east-2")));
    EXPECT_TRUE(succeeds(check_regions({}, "")));
}

TEST(StagePermit, IsNotAskedAboutPathsOfTheNodes) {
    EXPECT_TRUE(succeeds(reads("/etc/anything", ben)));
}

TEST(StagePermit, WithoutAMapAllowsNothing) {
    const test::TempFolder folder;
    const auto permit = load_permit(folder / "fairlead.yaml");
    ASSERT_TRUE(succeeds(permit));
    EXPECT_TRUE(fails_with(
        allow(*permit, {.direction = Direction::In, .source = "s3://lab/a", .destination = "/a"},
              ada, ""),
        Code::S104));
}

TEST(StagePermit, IsReadStrictly) {
    EXPECT_TRUE(fails_with(load("staging: {bukets: []}\n"), Code::X105, "did you mean 'buckets'"));
    for (const std::string prefix :
         {"s3://lab", "s3://lab/data", "/lab/", "s3://lab/%x/", "s3://../"})
        EXPECT_TRUE(fails_with(load("staging: {buckets: [{prefix: \"" + prefix + "\"}]}\n"),
                               Code::X106, "prefix"))
            << prefix;
    EXPECT_TRUE(fails_with(load("staging: {buckets: [{prefix: \"s3://lab/\", read: [ada]}]}\n"),
                           Code::X106, "user:NAME"));
    EXPECT_TRUE(fails_with(load("staging: {buckets: [{read: [everyone]}]}\n"), Code::X106));
    EXPECT_TRUE(fails_with(load("staging: {buckets: {}}\n"), Code::X106, "list"));
}

TEST(StagePermit, IsReadByItsOwnerAlone) {
    const test::TempFolder folder;
    const auto file = folder.write("private.yaml", "schema: fairlead.private/1\n");
    ::chmod(file.c_str(), 0644);
    EXPECT_TRUE(fails_with(load_permit(folder / "fairlead.yaml"), Code::X108));
}

} // namespace stage_permit_test
} // namespace fairlead::stage
