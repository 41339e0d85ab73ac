#include "aws/s3.hpp"

#include "fake_imds.hpp"

#include <gtest/gtest.h>

namespace fairlead::aws {
namespace aws_s3_test {

using namespace std::chrono_literals;
using Kind = S3Failure::Kind;
using test::FakeImds;

/// An answer with headers; "{}" of `headers` stands for lines that end in CR LF.
std::string answer(int status, const std::string& headers, const std::string& body) {
    return fmt::format("HTTP/1.1 {} X\r\nConnection: close\r\n{}Content-Length: {}\r\n\r\n{}",
                       status, headers, body.size(), body);
}

std::string error(int status, const std::string& code) {
    return answer(status, "", "<Error><Code>" + code + "</Code><Message>m</Message></Error>");
}

/// Time that passes only where something sleeps.
struct Service {
    std::vector<std::string> answers; ///< the last one again and again
    std::size_t next = 0;
    milliseconds slept{0};
    int fetched = 0;
    FakeImds fake{[this](const std::string&) {
        const std::string& reply = answers.at(std::min(next, answers.size() - 1));
        ++next;
        return reply;
    }};
    S3Options extra; ///< of it the regions and the key
    S3Account account{{.region = "us-east-2",
                       .endpoint = fake.endpoint(),
                       .regions = extra.regions,
                       .kms_key = extra.kms_key,
                       .deadline = 60s},
                      CredentialSource{[this](milliseconds) -> Result<Credentials> {
                          ++fetched;
                          return Credentials{.access_key_id = "AKID",
                                             .secret_access_key = Secret("secret"),
                                             .session_token = Secret("token"),
                                             .expires = {}};
                      }},
                      {.now = [] { return std::chrono::system_clock::now(); },
                       .uptime = [this] { return std::chrono::steady_clock::time_point{} + slept; },
                       .sleep = [this](milliseconds pause) { slept += pause; },
                       .random = [] { return 0.5; }}};
    S3 s3{account};

    explicit Service(std::vector<std::string> replies, S3Options more = {})
        : answers(std::move(replies)), extra(std::move(more)) {}

    std::string request(std::size_t number) const { return fake.requests().at(number); }
};

template <class T>
Kind kind(const S3Result<T>& result) {
    EXPECT_FALSE(result);
    return result ? Kind{-1} : result.error().kind;
}

const S3Place place{"lab", "a b+c/é"};

TEST(S3, AnObjectIsDescribedByItsHeaders) {
    Service service{{answer(200,
                            "ETag: \"x\"\r\nx-amz-checksum-crc64nvme: rosUhgp5mIg=\r\n"
                            "x-amz-checksum-type: FULL_OBJECT\r\n",
                            std::string(9, ' '))}};
    const auto facts = service.s3.head(place);
    ASSERT_TRUE(facts);
    EXPECT_EQ(facts->size, 9u);
    EXPECT_EQ(facts->etag, "\"x\"");
    EXPECT_EQ(facts->crc64nvme, "rosUhgp5mIg=");
    EXPECT_TRUE(facts->plain_etag);
    EXPECT_FALSE(facts->archived);
    EXPECT_TRUE(service.request(0).starts_with("HEAD /lab/a%20b%2Bc/%C3%A9 HTTP/1.1\r\n"));
    EXPECT_NE(service.request(0).find("x-amz-checksum-mode: ENABLED"), std::string::npos);
}

TEST(S3, AChecksumOfChecksumsIsNone) {
    Service service{{answer(200,
                            "ETag: \"x\"\r\nx-amz-checksum-crc64nvme: rosUhgp5mIg=\r\n"
                            "x-amz-checksum-type: COMPOSITE\r\n"
                            "x-amz-server-side-encryption: aws:kms\r\n",
                            "")}};
    const auto facts = service.s3.head(place);
    ASSERT_TRUE(facts);
    EXPECT_EQ(facts->crc64nvme, "");
    EXPECT_FALSE(facts->plain_etag);
}

S3Options with_key() {
    return {
        .region = {}, .regions = {{"far", "eu-west-1"}}, .kms_key = "alias/lab", .deadline = {}};
}

TEST(S3, WhatIsMadeHasTheKeyOfTheSite) {
    const std::string begun = "<InitiateMultipartUploadResult><UploadId>u</UploadId>"
                              "</InitiateMultipartUploadResult>";
    Service service{{answer(200, "ETag: \"x\"\r\n", ""), answer(200, "", begun)}, with_key()};
    ASSERT_TRUE(service.s3.put(place, "abc", "crc"));
    ASSERT_TRUE(service.s3.begin_upload(place));
    for (const std::size_t number : {0u, 1u}) {
        const std::string request = service.request(number);
        EXPECT_NE(request.find("x-amz-server-side-encryption: aws:kms\r\n"), std::string::npos);
        EXPECT_NE(request.find("x-amz-server-side-encryption-aws-kms-key-id: alias/lab\r\n"),
                  std::string::npos);
    }
}

TEST(S3, ABucketOfAnotherRegionIsAskedThere) {
    Service service{{answer(200, "ETag: \"x\"\r\n", "")}, with_key()};
    ASSERT_TRUE(service.s3.head(place));
    EXPECT_NE(service.request(0).find("/us-east-2/s3/aws4_request"), std::string::npos);
    ASSERT_TRUE(service.s3.put({"far", "a"}, "abc", "crc"));
    EXPECT_NE(service.request(1).find("/eu-west-1/s3/aws4_request"), std::string::npos);
    // The key is of the cluster's region.
    EXPECT_EQ(service.request(1).find("x-amz-server-side-encryption"), std::string::npos);
    const S3Options aws{.region = "us-east-2", .regions = with_key().regions, .deadline = {}};
    EXPECT_EQ(s3_url(aws, "lab"), "https://lab.s3.us-east-2.amazonaws.com");
    EXPECT_EQ(s3_url(aws, "far"), "https://far.s3.eu-west-1.amazonaws.com");
}

TEST(S3, AnArchivedObjectIsOneUntilItIsRestored) {
    const std::string cold = "ETag: \"x\"\r\nx-amz-storage-class: DEEP_ARCHIVE\r\n";
    Service service{{answer(200, cold, ""),
                     answer(200, cold + "x-amz-restore: ongoing-request=\"true\"\r\n", ""),
                     answer(200, cold + "x-amz-restore: ongoing-request=\"false\", expiry\r\n", ""),
                     answer(200, "ETag: \"x\"\r\nx-amz-storage-class: GLACIER_IR\r\n", ""),
                     answer(200, "ETag: \"x\"\r\nx-amz-archive-status: ARCHIVE_ACCESS\r\n", "")}};
    for (const bool archived : {true, true, false, false, true})
        EXPECT_EQ(service.s3.head(place)->archived, archived);
}

TEST(S3, ARangeOfOneVersionIsAskedForAndFillsWhatItIsGiven) {
    Service service{{answer(206, "Content-Range: bytes 2-4/100\r\nETag: \"x\"\r\n", "abc")}};
    std::array<char, 3> into{};
    const auto facts = service.s3.get(place, "\"x\"", ByteRange{2, 3}, into);
    ASSERT_TRUE(facts);
    EXPECT_EQ(facts->size, 100u);
    EXPECT_EQ(std::string_view(into.data(), into.size()), "abc");
    EXPECT_NE(service.request(0).find("\r\nRange: bytes=2-4\r\n"), std::string::npos);
    EXPECT_NE(service.request(0).find("\r\nIf-Match: \"x\"\r\n"), std::string::npos);
}

TEST(S3, AnAnswerOfAnotherLengthIsAskedForAgain) {
    Service service{{answer(206, "", "ab"), answer(206, "", "abcd"), answer(206, "", "abc")}};
    std::array<char, 3> into{};
    EXPECT_TRUE(service.s3.get(place, "\"x\"", ByteRange{0, 3}, into));
    EXPECT_EQ(service.fake.requests().size(), 3u);
    EXPECT_GT(service.slept, 0ms);
}

TEST(S3, WhatMayPassIsAskedAgainUntilTheDeadline) {
    Service service{{error(503, "SlowDown"), error(429, "TooManyRequests"),
                     error(500, "InternalError"), answer(200, "ETag: \"x\"\r\n", "")}};
    EXPECT_TRUE(service.s3.head(place));
    Service never{{error(503, "SlowDown")}};
    const auto failed = never.s3.list("lab", "", "");
    EXPECT_EQ(kind(failed), Kind::NoAnswer);
    EXPECT_NE(failed.error().message.find("SlowDown"), std::string::npos);
    EXPECT_GT(never.slept, 40s);
    EXPECT_LE(never.slept, 60s);
}

TEST(S3, AfterAStopNothingIsTriedAgain) {
    Service service{{error(503, "SlowDown")}};
    service.account.stop();
    EXPECT_EQ(kind(service.s3.list("lab", "", "")), Kind::NoAnswer);
    EXPECT_EQ(service.fake.requests().size(), 1u);
}

TEST(S3, WhatWillNotPassIsSaidAtOnce) {
    const std::vector<std::tuple<int, std::string, Kind>> cases{
        {404, "NoSuchKey", Kind::NotFound},
        {404, "NoSuchBucket", Kind::NotFound},
        {404, "NoSuchUpload", Kind::NoUpload},
        {400, "InvalidPart", Kind::NoPart},
        {403, "AccessDenied", Kind::Denied},
        {403, "InvalidObjectState", Kind::Archived},
        {412, "PreconditionFailed", Kind::Changed},
        {416, "InvalidRange", Kind::Changed},
        {301, "PermanentRedirect", Kind::OtherRegion},
        {400, "InvalidRequest", Kind::Refused},
    };
    for (const auto& [status, code, expected] : cases) {
        Service service{{error(status, code)}};
        EXPECT_EQ(kind(service.s3.list("lab", "", "")), expected) << code;
        EXPECT_EQ(service.fake.requests().size(), 1u) << code;
    }
}

TEST(S3, ABodyThatArrivesSpoiledIsSentAgainAFewTimes) {
    Service service{{error(400, "BadDigest"), answer(200, "ETag: \"x\"\r\n", "")}};
    EXPECT_EQ(service.s3.put(place, "body", "crc"), "\"x\"");
    EXPECT_NE(service.request(0).find("x-amz-checksum-crc64nvme: crc"), std::string::npos);
    Service always{{error(400, "XAmzContentSHA256Mismatch")}};
    EXPECT_EQ(kind(always.s3.put(place, "body", "crc")), Kind::Corrupt);
    EXPECT_EQ(always.fake.requests().size(), 4u);
}

TEST(S3, KeysThatEndedAreFetchedOnce) {
    Service service{{error(400, "ExpiredToken"), answer(200, "ETag: \"x\"\r\n", "")}};
    EXPECT_TRUE(service.s3.put(place, "body", "crc"));
    EXPECT_EQ(service.fetched, 2);
    Service always{{error(400, "ExpiredToken")}};
    EXPECT_FALSE(always.s3.put(place, "body", "crc"));
    EXPECT_EQ(always.fetched, 2);
}

TEST(S3, AListIsReadWithItsNextPage) {
    Service service{{answer(
        200, "",
        "<?xml version=\"1.0\"?><ListBucketResult><EncodingType>url</EncodingType>"
        "<IsTruncated>true</IsTruncated><NextContinuationToken>t&amp;1</NextContinuationToken>"
        "<Contents><Key>a+b%2Bc%0A</Key><Size>5</Size><ETag>&quot;e&quot;</ETag></Contents>"
        "<Contents><Key>100%25%</Key><Size>0</Size><StorageClass>GLACIER</StorageClass></Contents>"
        "</ListBucketResult>")}};
    const auto page = service.s3.list("lab", "a/", "");
    ASSERT_TRUE(page);
    EXPECT_EQ(page->next, "t&1");
    ASSERT_EQ(page->objects.size(), 2u);
    EXPECT_EQ(page->objects[0].key, "a b+c\n");
    EXPECT_EQ(page->objects[0].size, 5u);
    EXPECT_EQ(page->objects[0].etag, "\"e\"");
    EXPECT_EQ(page->objects[1].key, "100%%");
    EXPECT_TRUE(page->objects[1].archived);
    EXPECT_TRUE(service.request(0).starts_with(
        "GET /lab/?encoding-type=url&list-type=2&prefix=a%2F HTTP/1.1"));
}

TEST(S3, AnAnswerThatIsNotS3sIsRefused) {
    for (const char* body : {"", "<html></html>", "{}", "<ListBucketResult>"}) {
        Service service{{answer(200, "", body)}};
        EXPECT_EQ(kind(service.s3.list("lab", "", "")), Kind::Refused) << body;
    }
    Service service{{answer(200, "", "<InitiateMultipartUploadResult/>")}};
    EXPECT_EQ(kind(service.s3.begin_upload(place)), Kind::Refused);
}

TEST(S3, AnUploadIsBegunFilledAndCompleted) {
    Service service{{answer(200, "",
                            "<InitiateMultipartUploadResult><UploadId>u/1</UploadId>"
                            "</InitiateMultipartUploadResult>"),
                     answer(200, "ETag: \"p\"\r\n", ""),
                     answer(200, "",
                            "<CompleteMultipartUploadResult><ETag>\"w-1\"</ETag>"
                            "</CompleteMultipartUploadResult>")}};
    EXPECT_EQ(service.s3.begin_upload(place), "u/1");
    EXPECT_EQ(service.s3.put_part(place, "u/1", 1, "body", "crc"), "\"p\"");
    const std::array parts{UploadedPart{1, "\"p\"", "crc"}};
    EXPECT_EQ(service.s3.complete_upload(place, "u/1", parts, "all"), "\"w-1\"");
    EXPECT_NE(service.request(1).find("?partNumber=1&uploadId=u%2F1 "), std::string::npos);
}

TEST(S3, ACompleteThatFailsLateHasStatus200) {
    Service service{{"HTTP/1.1 200 X\r\nConnection: close\r\n\r\n"
                     "<?xml version=\"1.0\"?>\n   <Error><Code>InvalidPart</Code></Error>"}};
    EXPECT_EQ(kind(service.s3.complete_upload(place, "u", {}, "all")), Kind::NoPart);
}

TEST(S3, EachBucketHasItsHost) {
    const S3Options options{.region = "us-east-2", .deadline = 1s};
    EXPECT_EQ(s3_url(options, "lab"), "https://lab.s3.us-east-2.amazonaws.com");
    EXPECT_EQ(s3_url(options, "lab.of.x"), "https://s3.us-east-2.amazonaws.com/lab.of.x");
    EXPECT_EQ(s3_url({.region = "cn-north-1", .deadline = 1s}, "lab"),
              "https://lab.s3.cn-north-1.amazonaws.com.cn");
    EXPECT_EQ(s3_url({.region = "x", .endpoint = "http://127.0.0.1:1", .deadline = 1s}, "lab"),
              "http://127.0.0.1:1/lab");
    EXPECT_EQ(to_string(S3Place{"lab", "a\x1b"}), "s3://lab/a?");
}

} // namespace aws_s3_test
} // namespace fairlead::aws
