#include "aws/imds.hpp"

#include "expect_error.hpp"
#include "fake_imds.hpp"

#include <chrono>
#include <cstdlib>
#include <fmt/core.h>
#include <gtest/gtest.h>
#include <map>

namespace fairlead::aws {
namespace {

using namespace std::chrono_literals;
using test::fails_with;
using test::FakeImds;
using test::http;
using test::succeeds;

constexpr auto plenty = 10s;
constexpr const char* zone_path = "/latest/meta-data/placement/availability-zone";
constexpr const char* lifecycle_path = "/latest/meta-data/instance-life-cycle";
constexpr const char* document_path = "/latest/dynamic/instance-identity/document";
using Answers = std::map<std::string, std::string>;

const Answers instance{{"/latest/api/token", http(200, "TOKEN==")},
                       {zone_path, http(200, "us-east-2b")},
                       {lifecycle_path, http(200, "spot")},
                       {document_path, http(200, R"({"pendingTime":"2026-11-21T09:00:00Z"})")}};

/// The word after the method.
std::string path_of(const std::string& request) {
    const auto begin = request.find(' ') + 1;
    return request.substr(begin, request.find(' ', begin) - begin);
}

test::Answerer answers(Answers known) {
    return [known = std::move(known)](const std::string& request) {
        const auto found = known.find(path_of(request));
        return found == known.end() ? http(404, "not here") : found->second;
    };
}

Answers instance_but(const std::string& path, const std::string& answer) {
    Answers changed = instance;
    changed[path] = answer;
    return changed;
}

TEST(Imds, SaysZoneLifecycleAndLaunchTime) {
    const FakeImds imds{answers(instance)};
    const auto facts = instance_facts(imds.endpoint(), plenty);
    ASSERT_TRUE(succeeds(facts));
    EXPECT_EQ(facts->availability_zone, "us-east-2b");
    EXPECT_EQ(facts->lifecycle, "spot");
    EXPECT_EQ(facts->launch_time, "2026-11-21T09:00:00Z");
}

TEST(Imds, IsAskedForATokenThatEveryReadCarries) {
    const FakeImds imds{answers(instance)};
    ASSERT_TRUE(succeeds(instance_facts(imds.endpoint(), plenty)));
    const auto requests = imds.requests();
    ASSERT_EQ(requests.size(), 4u);
    EXPECT_TRUE(requests[0].starts_with("PUT /latest/api/token HTTP/1.1\r\n")) << requests[0];
    EXPECT_NE(requests[0].find("\r\nX-aws-ec2-metadata-token-ttl-seconds: 60\r\n"),
              std::string::npos);
    for (std::size_t i = 1; i < requests.size(); ++i) {
        EXPECT_TRUE(requests[i].starts_with("GET /latest/")) << requests[i];
        EXPECT_NE(requests[i].find("\r\nX-aws-ec2-metadata-token: TOKEN==\r\n"), std::string::npos);
    }
}

TEST(Imds, APathThatItDoesNotHaveStaysEmpty) {
    const FakeImds imds{answers(instance_but(lifecycle_path, http(404, "<html>")))};
    const auto facts = instance_facts(imds.endpoint(), plenty);
    ASSERT_TRUE(succeeds(facts));
    EXPECT_EQ(facts->lifecycle, std::nullopt);
    EXPECT_EQ(facts->availability_zone, "us-east-2b");
}

TEST(Imds, WithoutATokenIsNotAvailable) {
    for (const int status : {401, 403, 404, 500}) {
        const FakeImds imds{answers(instance_but("/latest/api/token", http(status, "x")))};
        EXPECT_TRUE(fails_with(instance_facts(imds.endpoint(), plenty), Code::X204,
                               fmt::format("refused a token with status {}", status)));
        EXPECT_EQ(imds.requests().size(), 1u);
    }
}

TEST(Imds, WhereNothingListensIsNotAvailable) {
    std::string endpoint;
    {
        const FakeImds gone{answers({})};
        endpoint = gone.endpoint();
    }
    EXPECT_TRUE(fails_with(instance_facts(endpoint, plenty), Code::X204, endpoint));
}

TEST(Imds, ThatNeverAnswersCostsTheDeadlineAndNoMore) {
    const FakeImds imds{[](const std::string&) { return std::string(); }};
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_TRUE(fails_with(instance_facts(imds.endpoint(), 200ms), Code::X204));
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 3s);
}

TEST(Imds, ThatStopsAnsweringCostsOneDeadlineForAllReads) {
    const FakeImds imds{[](const std::string& request) {
        return request.starts_with("PUT") ? http(200, "T") : std::string();
    }};
    const auto begin = std::chrono::steady_clock::now();
    const auto facts = instance_facts(imds.endpoint(), 300ms);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 3s);
    ASSERT_TRUE(succeeds(facts));
    EXPECT_EQ(facts->availability_zone, std::nullopt);
    EXPECT_EQ(facts->launch_time, std::nullopt);
}

TEST(Imds, ADeadlineThatIsOverAsksNothing) {
    const FakeImds imds{answers(instance)};
    EXPECT_TRUE(fails_with(instance_facts(imds.endpoint(), 0ms), Code::X204, "in time"));
    EXPECT_TRUE(imds.requests().empty());
}

TEST(Imds, HalfABodyIsNoAnswer) {
    const std::string half = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nus-ea";
    const FakeImds imds{answers(instance_but(zone_path, half))};
    const auto facts = instance_facts(imds.endpoint(), plenty);
    ASSERT_TRUE(succeeds(facts));
    EXPECT_EQ(facts->availability_zone, std::nullopt);
    EXPECT_EQ(facts->lifecycle, "spot");
}

TEST(Imds, AnEmptyBodyIsNoAnswer) {
    const FakeImds imds{answers(instance_but(zone_path, http(200, "")))};
    EXPECT_EQ(instance_facts(imds.endpoint(), plenty)->availability_zone, std::nullopt);
}

TEST(Imds, ABodyTooLargeIsNoAnswer) {
    const FakeImds imds{
        answers(instance_but(zone_path, http(200, std::string(64 * 1024 + 1, 'x'))))};
    const auto facts = instance_facts(imds.endpoint(), plenty);
    ASSERT_TRUE(succeeds(facts));
    EXPECT_EQ(facts->availability_zone, std::nullopt);
}

TEST(Imds, ADocumentThatCannotBeReadHasNoLaunchTime) {
    for (const std::string document :
         {"rubbish", "[]", "{}", "{\"pendingTime\":5}", "{\"pending", "null", "\xff\xfe"}) {
        const FakeImds imds{answers(instance_but(document_path, http(200, document)))};
        const auto facts = instance_facts(imds.endpoint(), plenty);
        ASSERT_TRUE(succeeds(facts)) << document;
        EXPECT_EQ(facts->launch_time, std::nullopt) << document;
    }
}

TEST(Imds, WhatSpeaksNoHttpIsNotAvailable) {
    const FakeImds imds{[](const std::string&) { return std::string("\x16\x03\x01 hello"); }};
    EXPECT_TRUE(fails_with(instance_facts(imds.endpoint(), plenty), Code::X204));
}

TEST(Imds, IsNotAskedThroughAProxy) {
    const FakeImds imds{answers(instance)};
    ::setenv("http_proxy", "http://127.0.0.1:1", 1);
    const auto facts = instance_facts(imds.endpoint(), plenty);
    ::unsetenv("http_proxy");
    EXPECT_TRUE(succeeds(facts));
}

TEST(Imds, ARedirectIsNotFollowed) {
    const FakeImds imds{answers(
        instance_but(zone_path, "HTTP/1.1 302 X\r\nConnection: close\r\nContent-Length: 0\r\n"
                                "Location: /latest/meta-data/instance-life-cycle\r\n\r\n"))};
    const auto facts = instance_facts(imds.endpoint(), plenty);
    ASSERT_TRUE(succeeds(facts));
    EXPECT_EQ(facts->availability_zone, std::nullopt);
    EXPECT_EQ(imds.requests().size(), 4u);
}

// The token goes into a header as it came.
TEST(Imds, ATokenWithALineEndIsRefused) {
    const FakeImds imds{answers(instance_but("/latest/api/token", http(200, "T\r\nHost: evil")))};
    EXPECT_TRUE(fails_with(instance_facts(imds.endpoint(), plenty), Code::X204));
}

} // namespace
} // namespace fairlead::aws
