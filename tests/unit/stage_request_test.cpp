#include "expect_error.hpp"
#include "stage/request.hpp"

namespace fairlead::stage {
namespace stage_request_test {

using test::fails_with;
using test::succeeds;

constexpr auto in = Direction::In, out = Direction::Out;

Transfer transfer(Direction direction, std::string source, std::string destination) {
    return {.direction = direction,
            .source = std::move(source),
            .destination = std::move(destination),
            .when = direction == in ? When::Start : When::Always};
}

TEST(StageOption, IsASourceAndADestination) {
    EXPECT_EQ(parse_option(in, "s3://lab/data/:/fsx/data"),
              transfer(in, "s3://lab/data/", "/fsx/data"));
    EXPECT_EQ(parse_option(out, "/fsx/out:s3://lab/out"),
              transfer(out, "/fsx/out", "s3://lab/out"));
    EXPECT_EQ(parse_option(in, "/home/ada/a:/fsx/a"), transfer(in, "/home/ada/a", "/fsx/a"));
}

TEST(StageOption, PartsAtTheFirstColonThatAPathFollows) {
    EXPECT_EQ(parse_option(in, "s3://lab/a:b.dat:/fsx/c:d"),
              transfer(in, "s3://lab/a:b.dat", "/fsx/c:d"));
}

TEST(StageOption, NamesAProfileInstead) {
    const auto read = parse_option(in, "profile=reference");
    ASSERT_TRUE(succeeds(read));
    EXPECT_EQ(read->profile, "reference");
    EXPECT_TRUE(fails_with(parse_option(in, "profile=a b"), Code::S101, "'a b'"));
}

TEST(StageOption, WithoutADestinationSaysWhatIsExpected) {
    EXPECT_TRUE(
        fails_with(parse_option(in, "s3://lab/data/"), Code::S101, "s3://BUCKET/PREFIX/:/PATH"));
    EXPECT_TRUE(fails_with(parse_option(out, ""), Code::S101, "/PATH:s3://BUCKET/PREFIX/"));
}

TEST(StageOption, GoesTheWayItSays) {
    EXPECT_TRUE(fails_with(parse_option(in, "/fsx/a:s3://lab/a"), Code::S101, "destination"));
    EXPECT_TRUE(fails_with(parse_option(out, "s3://lab/a:/fsx/a"), Code::S101, "source"));
    EXPECT_TRUE(fails_with(parse_option(in, "s3://lab/a:s3://lab/b"), Code::S101));
}

TEST(StageOption, TooLongIsForAScript) {
    const std::string path(longest_option, 'a');
    EXPECT_TRUE(fails_with(parse_option(in, "/" + path + ":/b"), Code::S102, "#STAGE"));
}

TEST(StageLine, SaysAllInWords) {
    const auto read = parse_line(
        " in src=s3://lab/a dst=\"/fsx/with blanks\" verify=size when=start on-fail=run");
    ASSERT_TRUE(succeeds(read));
    EXPECT_EQ(read->destination, "/fsx/with blanks");
    EXPECT_EQ(read->verify, Verify::Size);
    EXPECT_EQ(read->on_fail, OnFail::Run);
    EXPECT_EQ(parse_line("out src=/a dst=/b when=success")->when, When::Success);
    EXPECT_EQ(parse_line("out src=/a dst=/b")->when, When::Always);
    EXPECT_EQ(parse_line("in src=/a dst=/b when=queued")->when, When::Queued);
    EXPECT_EQ(parse_line("in src=/a dst=/b when=start")->when, When::Start);
    EXPECT_TRUE(fails_with(parse_line("out src=/a dst=/b when=queued"), Code::S101, "'queued'"));
    EXPECT_EQ(parse_line("in src=/a dst=/b mode=local")->mode, Mode::Local);
    EXPECT_EQ(parse_line("in src=/a dst=/b")->mode, Mode::Shared);
    EXPECT_TRUE(fails_with(parse_line("out src=/a dst=/b mode=local"), Code::S101, "for `in`"));
    EXPECT_TRUE(fails_with(parse_line("in src=s3://lab/b dst=/b mode=local"), Code::S101, "in S3"));
    EXPECT_TRUE(fails_with(parse_line("in src=/a dst=/b mode=local when=queued"), Code::S101,
                           "needs the job's nodes"));
    EXPECT_EQ(parse_line("in profile=ref")->profile, "ref");
}

TEST(StageLine, NamesTheWordThatIsWrongAndTheNearestRightOne) {
    EXPECT_TRUE(fails_with(parse_line("inn src=/a dst=/b"), Code::S101, "did you mean 'in'?"));
    EXPECT_TRUE(fails_with(parse_line(""), Code::S101, "no direction"));
    EXPECT_TRUE(fails_with(parse_line("in scr=/a dst=/b"), Code::S101, "did you mean 'src'?"));
    EXPECT_TRUE(fails_with(parse_line("in src=/a dst=/b verify=chekcsum"), Code::S101,
                           "did you mean 'checksum'?"));
    EXPECT_TRUE(fails_with(parse_line("in src=/a"), Code::S101, "dst is missing"));
    EXPECT_TRUE(fails_with(parse_line("in src= dst=/b"), Code::S101, "src says nothing"));
    EXPECT_TRUE(fails_with(parse_line("in src=/a src=/b dst=/b"), Code::S101, "twice"));
    EXPECT_TRUE(fails_with(parse_line("in src=\"/a dst=/b"), Code::S101, "quote"));
    EXPECT_TRUE(fails_with(parse_line("in profile=a src=/b dst=/c"), Code::S101, "one or the"));
    EXPECT_TRUE(
        fails_with(parse_line("in src=/a dst=/b when=success"), Code::S101, "one of: start"));
    EXPECT_TRUE(fails_with(parse_line("out src=/a dst=/b on-fail=run"), Code::S101, "on-fail"));
}

std::optional<std::string> job(char symbol) {
    if (symbol == 'j')
        return "4711";
    return symbol == 'x' ? std::optional<std::string>("50%j") : std::nullopt;
}

TEST(StageSymbols, AreFilledInTwoSteps) {
    const auto first = expand(transfer(in, "/%u/%x/%%", "/b"), job, false);
    ASSERT_TRUE(succeeds(first));
    EXPECT_EQ(first->source, "/%u/50%%j/%%");
    const auto last = expand(*first, [](char) { return std::optional<std::string>("ada"); }, true);
    ASSERT_TRUE(succeeds(last));
    EXPECT_EQ(last->source, "/ada/50%j/%");
}

TEST(StageSymbols, ThatStayUnknownAreAnError) {
    EXPECT_TRUE(fails_with(expand(transfer(in, "/%a", "/b"), job, true), Code::S101, "%a"));
}

TEST(StageSymbols, LeadNowhereElse) {
    for (const std::string name : {"..", ".", "", "a/b", "a\nb", "\xff"})
        EXPECT_TRUE(fails_with(
            expand(
                transfer(in, "/%x", "/b"), [&](char) { return std::optional(name); }, true),
            Code::S102))
            << name;
}

TEST(StageOptions, TravelJoined) {
    const Request request{"17",
                          {transfer(in, "s3://lab/a:b", "/a"), transfer(out, "/r", "s3://lab/r")}};
    EXPECT_EQ(decode_options(encode_options(request)), request);
    Request profile{"18", {{.direction = in, .profile = "ref", .when = When::Start}}};
    EXPECT_EQ(decode_options(encode_options(profile)), profile);
}

// T4: the entry is the user's, and may hold anything.
TEST(StageOptions, ThatAreForgedAreRefused) {
    for (const std::string text : {"", "x\nin /a:/b", "1\nin", "1\nup /a:/b", "1\nin /a:b", "1\n",
                                   "123456789012345678901\nin /a:/b"})
        EXPECT_FALSE(decode_options(text)) << text;
    std::string many = "1";
    for (std::size_t i = 0; i <= most_transfers; ++i)
        many += "\nin /a:/b";
    EXPECT_TRUE(fails_with(decode_options(many), Code::S101, "more than 32"));
    EXPECT_FALSE(decode_options("1\nin /" + std::string(longest_request, 'a') + ":/b"));
}

} // namespace stage_request_test
} // namespace fairlead::stage
