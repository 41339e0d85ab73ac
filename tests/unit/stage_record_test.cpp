#include "expect_error.hpp"
#include "stage/record.hpp"

namespace fairlead::stage {
namespace stage_record_test {

using test::fails_with;
using test::succeeds;

const Request request{"17",
                      {{.direction = Direction::Out,
                        .source = "/a \"b\"",
                        .destination = "s3://lab/\xc3\xa9",
                        .verify = Verify::Size,
                        .when = When::Success},
                       {.direction = Direction::In,
                        .source = "s3://lab/%j",
                        .destination = "/c",
                        .on_fail = OnFail::Run,
                        .region = "eu-west-1"},
                       {.direction = Direction::In,
                        .source = "/fsx/ref/",
                        .destination = "/scratch/ref/",
                        .mode = Mode::Local}}};

TEST(StageRecord, IsReadBack) { EXPECT_EQ(decode_record(encode_record(request)), request); }

TEST(StageRecord, IsOneLine) { EXPECT_FALSE(encode_record(request).contains('\n')); }

TEST(StageRecord, ThatIsDamagedIsRefused) {
    std::string text = encode_record(request);
    EXPECT_TRUE(fails_with(decode_record(text.substr(0, text.size() - 2)), Code::X203));
    EXPECT_TRUE(fails_with(decode_record(R"({"schema":"fairlead.staging/9"})"), Code::X202));
    const std::string head = R"({"schema":"fairlead.staging/1","id":)";
    EXPECT_TRUE(fails_with(decode_record(head + R"("../x","transfers":[]})"), Code::X203));
    EXPECT_TRUE(fails_with(decode_record(head + R"("1","transfers":[1]})"), Code::X203));
    Request elsewhere = request;
    elsewhere.transfers[1].region = "evil.example/";
    EXPECT_TRUE(fails_with(decode_record(encode_record(elsewhere)), Code::X203, "region"));
    text.replace(text.find("\"out\""), 5, "\"up\"");
    EXPECT_TRUE(fails_with(decode_record(text), Code::X203, "direction"));
}

TEST(StageRecord, HoldsItsPathsToTheRules) {
    Request climbing = request;
    climbing.transfers[1].destination = "/a/../b";
    EXPECT_TRUE(fails_with(decode_record(encode_record(climbing)), Code::S102));
}

} // namespace stage_record_test
} // namespace fairlead::stage
