#include "aws/imds.hpp"

#include "expect_error.hpp"
#include "fake_imds.hpp"

#include <chrono>
#include <cstdlib>
#include <fmt/core.h>
#include <gtest/gtest.h>
#include <map>

namespace fairlead::aws {
namespace aws_imds_test {

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

int asked_for(const FakeImds& imds, const std::string& path) {
    int count = 0;
    for (const std::string& request : imds.requests())
        count += path_of(request) == path;
    return count;
}

const std::string meta = "/latest/meta-data/", macs = meta + "network/interfaces/macs/";

/// A p4d with three of its four network cards, in partition 3 of a group.
const Answers placed{{"/latest/api/token", http(200, "T")},
                     {meta + "instance-id", http(200, "i-0123456789abcdef0")},
                     {meta + "instance-type", http(200, "p4d.24xlarge")},
                     {meta + "placement/availability-zone-id", http(200, "use2-az2")},
                     {meta + "placement/group-name", http(200, "efa pg-1")},
                     {meta + "placement/partition-number", http(200, "3")},
                     {macs, http(200, "02:00:00:00:00:01/\n02:00:00:00:00:02/\n02:03/\n02:04/")},
                     {macs + "02:00:00:00:00:01/network-card-index", http(200, "3")},
                     {macs + "02:00:00:00:00:02/network-card-index", http(200, "1")},
                     {macs + "02:03/network-card-index", http(200, "1")}};

Answers placed_but(const std::string& path, const std::string& answer) {
    Answers changed = placed;
    changed[path] = answer;
    return changed;
}

TEST(Imds, SaysWhatTheInstanceIsAndWhereItIsPlaced) {
    const FakeImds imds{answers(placed)};
    const auto facts = instance_facts(imds.endpoint(), plenty);
    ASSERT_TRUE(succeeds(facts));
    EXPECT_EQ(facts->instance_id, "i-0123456789abcdef0");
    EXPECT_EQ(facts->instance_type, "p4d.24xlarge");
    EXPECT_EQ(facts->zone_id, "use2-az2");
    EXPECT_EQ(facts->placement_group, "efa pg-1");
    EXPECT_EQ(facts->partition_number, 3);
}

// An interface without an index is on the only card.
TEST(Imds, SaysWhichNetworkCardsHaveAnInterface) {
    const FakeImds imds{answers(placed)};
    EXPECT_EQ(instance_facts(imds.endpoint(), plenty)->network_cards, (std::vector<int>{0, 1, 3}));
}

TEST(Imds, NoGroupIsKnownToBeNone) {
    const FakeImds imds{answers(instance)};
    const auto facts = instance_facts(imds.endpoint(), plenty);
    ASSERT_TRUE(succeeds(facts));
    EXPECT_EQ(facts->placement_group, "");
    EXPECT_EQ(facts->partition_number, 0);
}

TEST(Imds, AGroupThatCannotBeReadIsNotKnown) {
    for (const auto& answer : {http(500, "x"), http(200, ""), http(200, "a\x1b[2J"),
                               http(200, std::string(256, 'g')), std::string("rubbish")}) {
        const FakeImds imds{answers(placed_but(meta + "placement/group-name", answer))};
        EXPECT_EQ(instance_facts(imds.endpoint(), plenty)->placement_group, std::nullopt) << answer;
    }
}

TEST(Imds, NumbersThatAreNoneAreNotKnown) {
    for (const char* text : {"x", "-1", "1.5", "99999999999", "3 4"}) {
        const FakeImds group{
            answers(placed_but(meta + "placement/partition-number", http(200, text)))};
        EXPECT_EQ(instance_facts(group.endpoint(), plenty)->partition_number, std::nullopt) << text;
        const FakeImds card{
            answers(placed_but(macs + "02:03/network-card-index", http(200, text)))};
        EXPECT_EQ(instance_facts(card.endpoint(), plenty)->network_cards, std::nullopt) << text;
    }
}

TEST(Imds, AListOfInterfacesThatIsNoneIsNotKnown) {
    std::string many;
    for (int i = 0; i < 200; ++i)
        many += fmt::format("02:{}/\n", i);
    for (const std::string& text : {std::string("02:01"), std::string("<html>\n"), many}) {
        const FakeImds imds{answers(placed_but(macs, http(200, text)))};
        EXPECT_EQ(instance_facts(imds.endpoint(), plenty)->network_cards, std::nullopt);
    }
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
    ASSERT_GE(requests.size(), 4u);
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
    for (const std::string& request : imds.requests())
        EXPECT_LE(asked_for(imds, path_of(request)), 1) << request;
}

// The token goes into a header as it came.
TEST(Imds, ATokenWithALineEndIsRefused) {
    const FakeImds imds{answers(instance_but("/latest/api/token", http(200, "T\r\nHost: evil")))};
    EXPECT_TRUE(fails_with(instance_facts(imds.endpoint(), plenty), Code::X204));
}

} // namespace aws_imds_test
} // namespace fairlead::aws
