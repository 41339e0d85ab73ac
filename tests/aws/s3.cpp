// Signs with lib/aws what the S3 server of s3.bats, Debian's radosgw, then judges.

#include "aws/http.hpp"
#include "aws/sigv4.hpp"

#include <algorithm>
#include <functional>
#include <gtest/gtest.h>
#include <pugixml.hpp>

namespace fairlead::aws {
namespace {

using namespace std::chrono_literals;

constexpr const char* host = "127.0.0.1:7480";
constexpr const char* bucket = "/fairlead";

struct Call {
    std::string method;
    std::string key{}; ///< not encoded; empty for the bucket
    std::vector<Parameter> query{};
    std::string body{};
    std::vector<Header> headers{};
    std::string token{};
    std::string secret = "test/secret+of=radosgw";
    std::string access_key = "FAIRLEADTEST";
    std::chrono::seconds clock{0};
    bool sign_body = true;
};

HttpRequest signed_request(const Call& call) {
    Signable request{.method = call.method,
                     .path = encode_path(call.key.empty() ? bucket : bucket + ("/" + call.key)),
                     .query = call.query,
                     .headers = call.headers,
                     .payload_hash = call.sign_body ? sha256_hex(call.body) : unsigned_payload,
                     .path_rule = PathRule::AsSent};
    request.headers.push_back({"Host", host});
    request.headers.push_back({"x-amz-content-sha256", request.payload_hash});
    const std::string query = canonical_query(request.query);
    return {
        .method = call.method,
        .url = fmt::format("http://{}{}{}{}", host, request.path, query.empty() ? "" : "?", query),
        .headers = sign(request, {"us-east-1", "s3", std::chrono::system_clock::now() + call.clock},
                        {.access_key_id = call.access_key,
                         .secret_access_key = Secret(call.secret),
                         .session_token = Secret(call.token)}),
        .body = call.body};
}

HttpResponse send(const HttpRequest& request) {
    Http http{Http::Proxy::None, 4 * 1024 * 1024};
    auto answer = http.send(request, 30s);
    if (answer)
        return std::move(*answer);
    ADD_FAILURE() << answer.error().reason;
    return {};
}

HttpResponse send(const Call& call) { return send(signed_request(call)); }

std::string code_of(const HttpResponse& response) {
    pugi::xml_document document;
    document.load_buffer(response.body.data(), response.body.size());
    return document.child("Error").child_value("Code");
}

std::vector<std::string> listed(const std::vector<Parameter>& query) {
    const auto answer = send(Call{.method = "GET", .query = query});
    EXPECT_EQ(answer.status, 200) << answer.body;
    pugi::xml_document document;
    EXPECT_TRUE(document.load_buffer(answer.body.data(), answer.body.size()));
    std::vector<std::string> keys;
    for (const pugi::xml_node entry : document.child("ListBucketResult").children("Contents"))
        keys.emplace_back(entry.child_value("Key"));
    return keys;
}

class Bucket : public testing::Environment {
  public:
    void SetUp() override { EXPECT_EQ(send(Call{.method = "PUT"}).status, 200); }
};
[[maybe_unused]] const auto* const created = testing::AddGlobalTestEnvironment(new Bucket);

class Keys : public testing::TestWithParam<std::string> {};

TEST_P(Keys, IsStoredGivenBackListedAndDeleted) {
    const std::string key = GetParam(), body = "body of " + key;
    EXPECT_EQ(send(Call{.method = "PUT", .key = key, .body = body}).status, 200);
    const auto got = send(Call{.method = "GET", .key = key});
    EXPECT_EQ(got.status, 200);
    EXPECT_EQ(got.body, body);
    const auto head = send(Call{.method = "HEAD", .key = key});
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.header("content-length"), std::to_string(body.size()));
    EXPECT_EQ(listed({{"list-type", "2"}, {"prefix", key}}), std::vector{key});
    EXPECT_EQ(send(Call{.method = "DELETE", .key = key}).status, 204);
    EXPECT_EQ(send(Call{.method = "GET", .key = key}).status, 404);
}

INSTANTIATE_TEST_SUITE_P(
    Keys, Keys,
    testing::Values("plain.txt", "with space", " space at both ends ", "a+b", "a%20b", "a%2Fb",
                    "100%", "caf\xc3\xa9/\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e", "\xf0\x9f\x9a\x80",
                    "double//slash", "/slash at first", "///", "slash at last/", "~tilde~", "a~b",
                    "a&b=c", "what?x=1", "#fragment", "'single' \"double\"", "star*(!)",
                    "a:b;c,d@e$f", "[1]{2}|^`\\<>", "dots..", "a/./b", "a/../b", "..", "tab\there",
                    "-._~AZaz09", std::string(1024, 'k')));

TEST(S3Believes, QueriesInAnyOrderWithEmptyAndRepeatedCharacters) {
    const std::string prefix = "q/a+b c/\xc3\xa9&=%";
    ASSERT_EQ(send(Call{.method = "PUT", .key = prefix + "x"}).status, 200);
    EXPECT_EQ(
        listed({{"prefix", prefix}, {"max-keys", "5"}, {"list-type", "2"}, {"delimiter", ""}}),
        std::vector{prefix + "x"});
    EXPECT_EQ(listed({{"prefix", "q/"}, {"delimiter", "/"}, {"marker", ""}}).size(), 0u);
}

TEST(S3Believes, ASubresourceWithoutAValue) {
    EXPECT_EQ(send(Call{.method = "GET", .query = {{"location", ""}}}).status, 200);
    EXPECT_EQ(send(Call{.method = "POST", .key = "multi part", .query = {{"uploads", ""}}}).status,
              200);
}

TEST(S3Believes, AnEmptyBody) {
    EXPECT_EQ(send(Call{.method = "PUT", .key = "empty"}).status, 200);
    EXPECT_EQ(send(Call{.method = "GET", .key = "empty"}).body, "");
}

TEST(S3Believes, ABodyThatIsNotSigned) {
    EXPECT_EQ(
        send(Call{.method = "PUT", .key = "unsigned", .body = "x", .sign_body = false}).status,
        200);
    HttpRequest changed =
        signed_request({.method = "PUT", .key = "unsigned", .body = "x", .sign_body = false});
    changed.body = "y";
    EXPECT_EQ(send(changed).status, 200);
    EXPECT_EQ(send(Call{.method = "GET", .key = "unsigned"}).body, "y");
}

TEST(S3Believes, HeadersWithACommonBeginningAndBlanks) {
    EXPECT_EQ(send(Call{.method = "PUT",
                        .key = "meta",
                        .body = "x",
                        .headers = {{"x-amz-meta-a-b", "  two   blanks  "},
                                    {"x-amz-meta-a", "1"},
                                    {"X-Amz-Meta-A-B-C", "upper"},
                                    {"Content-Type", "text/plain; charset=utf-8"}}})
                  .status,
              200);
    const auto head = send(Call{.method = "HEAD", .key = "meta"});
    EXPECT_EQ(head.header("x-amz-meta-a"), "1");
    EXPECT_EQ(head.header("x-amz-meta-a-b-c"), "upper");
    EXPECT_EQ(head.header("content-type"), "text/plain; charset=utf-8");
}

TEST(S3Believes, ARange) {
    ASSERT_EQ(send(Call{.method = "PUT", .key = "range", .body = "0123456789"}).status, 200);
    const auto part =
        send(Call{.method = "GET", .key = "range", .headers = {{"Range", "bytes=2-4"}}});
    EXPECT_EQ(part.status, 206);
    EXPECT_EQ(part.body.size(), 3u); // of a small object dbstore (18.2.7) gives the first bytes
}

// radosgw takes any token, but the signature has to cover it.
TEST(S3Believes, ATokenThatIsSigned) {
    EXPECT_EQ(send(Call{.method = "GET", .token = "a+token/of=STS"}).status, 200);
}

TEST(S3Refuses, AnotherSecret) {
    const auto answer = send(Call{.method = "GET", .secret = "another"});
    EXPECT_EQ(answer.status, 403);
    EXPECT_EQ(code_of(answer), "SignatureDoesNotMatch");
}

TEST(S3Refuses, AnUnknownKey) {
    const auto answer = send(Call{.method = "GET", .access_key = "NOBODY"});
    EXPECT_EQ(answer.status, 403);
    EXPECT_EQ(code_of(answer), "InvalidAccessKeyId");
}

TEST(S3Refuses, AClockThatIsWrong) {
    for (const auto wrong : {20min, -20min}) {
        const auto answer = send(Call{.method = "GET", .clock = wrong});
        EXPECT_EQ(answer.status, 403);
        EXPECT_EQ(code_of(answer), "RequestTimeTooSkewed");
        EXPECT_FALSE(answer.header("date").empty());
    }
}

TEST(S3Refuses, AnotherBody) {
    HttpRequest request = signed_request({.method = "PUT", .key = "body", .body = "x"});
    request.body = "y";
    const auto answer = send(request);
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(code_of(answer), "XAmzContentSHA256Mismatch");
}

/// What the server says to a request that was changed after it was signed.
std::string changed(const std::function<void(HttpRequest&)>& change) {
    HttpRequest request = signed_request({.method = "GET",
                                          .key = "a+b",
                                          .query = {{"x", "1"}},
                                          .headers = {{"x-amz-meta-a", "1"}},
                                          .token = "token"});
    change(request);
    const auto answer = send(request);
    EXPECT_EQ(answer.status, 403);
    return code_of(answer);
}

TEST(S3Refuses, WhatWasChangedAfterItWasSigned) {
    const auto header = [](HttpRequest& request, std::string_view name) -> std::string& {
        return std::ranges::find(request.headers, name, &Header::name)->value;
    };
    const std::string refused = "SignatureDoesNotMatch";
    EXPECT_EQ(changed([](HttpRequest& request) { request.method = "DELETE"; }), refused);
    EXPECT_EQ(changed([](HttpRequest& request) {
                  request.url.replace(request.url.find("%2B"), 3, "%20");
              }),
              refused);
    EXPECT_EQ(changed([](HttpRequest& request) { request.url.back() = '2'; }), refused);
    EXPECT_EQ(changed([](HttpRequest& request) { request.url += "&y=1"; }), refused);
    EXPECT_EQ(changed([&](HttpRequest& request) { header(request, "x-amz-meta-a") = "2"; }),
              refused);
    EXPECT_EQ(
        changed([&](HttpRequest& request) { header(request, "X-Amz-Security-Token") += "x"; }),
        refused);
}

} // namespace
} // namespace fairlead::aws
