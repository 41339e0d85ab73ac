#include "aws/sigv4.hpp"

#include "source_dir.hpp"

#include <algorithm>
#include <fstream>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace fairlead::aws {
namespace aws_sigv4_test {

using nlohmann::json;
using std::chrono::sys_days;
using namespace std::chrono_literals;

/// Cases of AWS's own suite; the file says where from.
const json& suite() {
    static const json cases =
        json::parse(std::ifstream(test::source_dir() / "tests/fixtures/sigv4.json"));
    return cases;
}

std::string decoded(const std::string& text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            plain += text[i];
            continue;
        }
        plain += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
        i += 2;
    }
    return plain;
}

std::vector<Parameter> parameters(const std::string& query) {
    std::vector<Parameter> found;
    std::istringstream parts(query);
    for (std::string part; std::getline(parts, part, '&');) {
        const auto equals = part.find('=');
        found.emplace_back(decoded(part.substr(0, equals)), decoded(part.substr(equals + 1)));
    }
    return found;
}

/// The suite's cases without normalization have one path for sending and signing, as S3 does.
Signable request_of(const json& the_case) {
    const std::string target = the_case["target"];
    const auto question = target.find('?');
    const std::string path = target.substr(0, question);
    const bool normalized = the_case.value("normalize", true);
    const std::string body = the_case.value("body", "");
    Signable request{.method = the_case["method"],
                     .path = normalized ? path : encode_path(path),
                     .headers = {},
                     .payload_hash = sha256_hex(body),
                     .path_rule = normalized ? PathRule::Normalized : PathRule::AsSent};
    if (question != std::string::npos)
        request.query = parameters(target.substr(question + 1));
    for (const auto& header : the_case["headers"])
        request.headers.push_back({header[0], header[1]});
    if (the_case.value("sign_body", false))
        request.headers.push_back({"x-amz-content-sha256", request.payload_hash});
    return request;
}

Credentials credentials_of(const json& the_case) {
    return {.access_key_id = suite()["access_key_id"],
            .secret_access_key = Secret(suite()["secret_access_key"]),
            .session_token = Secret(the_case.value("session_token", ""))};
}

const Scope scope{"us-east-1", "service", sys_days{2015y / 8 / 30} + 12h + 36min};

std::string value_of(const std::vector<Header>& headers, std::string_view name) {
    const auto found = std::ranges::find(headers, name, &Header::name);
    return found == headers.end() ? "(none)" : found->value;
}

class SigV4Suite : public testing::TestWithParam<json> {};

TEST_P(SigV4Suite, CanonicalRequestAndSignatureAreThePublishedOnes) {
    const json& the_case = GetParam();
    const auto headers = sign(request_of(the_case), scope, credentials_of(the_case));
    Signable sent = request_of(the_case);
    sent.headers = headers;
    std::erase_if(sent.headers,
                  [](const Header& header) { return header.name == "Authorization"; });
    EXPECT_EQ(canonical_request(sent), the_case["canonical_request"].get<std::string>());
    const std::string authorization = value_of(headers, "Authorization");
    EXPECT_TRUE(authorization.ends_with(", Signature=" + the_case["signature"].get<std::string>()))
        << authorization;
    EXPECT_TRUE(authorization.starts_with("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/"
                                          "us-east-1/service/aws4_request, SignedHeaders="))
        << authorization;
}

INSTANTIATE_TEST_SUITE_P(Aws, SigV4Suite,
                         testing::ValuesIn(suite()["cases"].get<std::vector<json>>()),
                         [](const auto& the_case) {
                             std::string name = the_case.param["name"];
                             std::ranges::replace(name, '-', '_');
                             return name;
                         });

TEST(SigV4, TheSuiteIsThere) { EXPECT_EQ(suite()["cases"].size(), 38u); }

TEST(SigV4, HashIsSha256) {
    EXPECT_EQ(sha256_hex("abc"),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(SigV4, EncodingKeepsTheUnreservedAlone) {
    EXPECT_EQ(encode("aZ09-._~"), "aZ09-._~");
    EXPECT_EQ(encode("a b+c/d%é"), "a%20b%2Bc%2Fd%25%C3%A9");
    EXPECT_EQ(encode(std::string_view("\0\x7f\xff", 3)), "%00%7F%FF");
    EXPECT_EQ(encode_path("/a b//~/../%41"), "/a%20b//~/../%2541");
}

TEST(SigV4, QueriesAreSortedByEncodedNameThenValue) {
    EXPECT_EQ(canonical_query({{"b", ""}, {"a", "2"}, {"a", "1"}, {"A", "x y"}}),
              "A=x%20y&a=1&a=2&b=");
    EXPECT_EQ(canonical_query({{"a-b", "1"}, {"a", "2"}}), "a=2&a-b=1");
    EXPECT_EQ(canonical_query({{"a", "é"}, {"a", "z"}}), "a=%C3%A9&a=z");
    EXPECT_EQ(canonical_query({}), "");
}

// EC2's paths are encoded once for the wire and once more for the signature, S3's once.
TEST(SigV4, AnEncodedPathIsEncodedAgainForAllButS3) {
    Signable request{.method = "GET",
                     .path = encode_path("/a b/é"),
                     .headers = {{"host", "h"}},
                     .payload_hash = "x",
                     .path_rule = PathRule::Normalized};
    EXPECT_TRUE(canonical_request(request).starts_with("GET\n/a%2520b/%25C3%25A9\n"));
    request.path_rule = PathRule::AsSent;
    EXPECT_TRUE(canonical_request(request).starts_with("GET\n/a%20b/%C3%A9\n"));
    request.path = "/a//../b/./";
    EXPECT_TRUE(canonical_request(request).starts_with("GET\n/a//../b/./\n"));
}

// The first example of "Authenticating Requests: Using the Authorization Header" of S3's reference.
TEST(SigV4, SignsAsTheExampleOfS3) {
    const std::string empty = sha256_hex("");
    const auto headers =
        sign({.method = "GET",
              .path = "/test.txt",
              .headers = {{"Host", "examplebucket.s3.amazonaws.com"},
                          {"Range", "bytes=0-9"},
                          {"x-amz-content-sha256", empty}},
              .payload_hash = empty,
              .path_rule = PathRule::AsSent},
             {"us-east-1", "s3", sys_days{2013y / 5 / 24}},
             {.access_key_id = "AKIAIOSFODNN7EXAMPLE",
              .secret_access_key = Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")});
    EXPECT_EQ(
        value_of(headers, "Authorization"),
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
        "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "
        "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

TEST(SigV4, HeadersWithACommonBeginningAreSortedByWholeName) {
    const Signable request{
        .method = "PUT",
        .path = "/",
        .headers = {{"x-amz-meta-a-b", "2"}, {"x-amz-meta-a", "1"}, {"host", "h"}},
        .payload_hash = unsigned_payload};
    EXPECT_EQ(canonical_request(request), "PUT\n/\n\nhost:h\nx-amz-meta-a:1\nx-amz-meta-a-b:2\n\n"
                                          "host;x-amz-meta-a;x-amz-meta-a-b\nUNSIGNED-PAYLOAD");
}

TEST(SigV4, ATokenIsSentAndSigned) {
    const auto headers = sign(
        {.method = "GET", .path = "/", .headers = {{"host", "h"}}, .payload_hash = sha256_hex("")},
        scope,
        {.access_key_id = "A",
         .secret_access_key = Secret("s"),
         .session_token = Secret("the token")});
    EXPECT_EQ(value_of(headers, "X-Amz-Security-Token"), "the token");
    EXPECT_NE(value_of(headers, "Authorization").find("x-amz-security-token"), std::string::npos);
    const auto without = sign(
        {.method = "GET", .path = "/", .headers = {{"host", "h"}}, .payload_hash = sha256_hex("")},
        scope, {.access_key_id = "A", .secret_access_key = Secret("s")});
    EXPECT_EQ(value_of(without, "X-Amz-Security-Token"), "(none)");
}

} // namespace aws_sigv4_test
} // namespace fairlead::aws
