#include "aws/ec2.hpp"

#include "expect_error.hpp"
#include "fake_ec2.hpp"

#include <algorithm>
#include <gtest/gtest.h>

namespace fairlead::aws {
namespace aws_ec2_test {

using namespace std::chrono_literals;
using nlohmann::json;
using test::fails_with;
using test::FakeEc2;
using test::succeeds;
using Names = std::vector<std::string>;

Client client_of(const FakeEc2& fake) {
    return Client{{.region = "us-east-2", .endpoint = fake.endpoint(), .deadline = 60s},
                  CredentialSource{[](milliseconds) -> Result<Credentials> {
                      return Credentials{.access_key_id = test::fake_key,
                                         .secret_access_key = Secret(test::fake_secret),
                                         .session_token = Secret(test::fake_token),
                                         .expires = {}};
                  }},
                  {.now = std::chrono::system_clock::now,
                   .uptime = std::chrono::steady_clock::now,
                   .sleep = [](milliseconds) {},
                   .random = [] { return 0.0; }}};
}

std::string id_of_number(int number) { return fmt::format("i-{:017x}", number); }

json instance(const std::string& leaf) {
    return {{"type", "hpc7a.96xlarge"},
            {"zone", "us-east-2b"},
            {"zone_id", "use2-az2"},
            {"path", {"nn-1", "nn-2", leaf}}};
}

json cluster_of(int size) {
    json state;
    for (int i = 0; i < size; ++i)
        state["instances"][id_of_number(i)] = instance("nn-3");
    return state;
}

Names ids(int size) {
    Names all;
    for (int i = 0; i < size; ++i)
        all.push_back(id_of_number(i));
    return all;
}

/// What one call for one instance makes of this XML.
Result<std::vector<InstanceTopology>> read(FakeEc2& fake, const std::string& xml) {
    fake.set({{"faults", {{{"fault", "raw"}, {"body", xml}}}}});
    Client client = client_of(fake);
    return instance_topology(client, Names{"i-0aaaaaaaaaaaaaaa1"});
}

std::string answer_with(const std::string& item) {
    return "<DescribeInstanceTopologyResponse><instanceSet><item>" + item +
           "</item></instanceSet></DescribeInstanceTopologyResponse>";
}

TEST(InstanceTopology, IsReadFromARecordedAnswer) {
    FakeEc2 fake{json::object()};
    const auto found =
        read(fake, test::content_of(test::source_dir() /
                                    "tests/fixtures/DescribeInstanceTopology.sample.xml"));
    ASSERT_TRUE(succeeds(found));
    ASSERT_EQ(found->size(), 1u);
    const auto& instance = found->front();
    EXPECT_EQ(instance.id, "i-0aaaaaaaaaaaaaaa1");
    EXPECT_EQ(instance.type, "hpc7a.96xlarge");
    EXPECT_EQ(instance.group, "efa-pg");
    EXPECT_EQ(instance.network_nodes,
              (Names{"nn-1000000000000000a", "nn-2000000000000000a", "nn-3000000000000000a"}));
    EXPECT_EQ(instance.zone, "us-east-2b");
    EXPECT_EQ(instance.zone_id, "use2-az2");
    EXPECT_EQ(instance.capacity_block, "");
}

TEST(InstanceTopology, OfOnePageIsReadAsItCame) {
    const auto page = read_topology_page(test::content_of(
        test::source_dir() / "tests/fixtures/DescribeInstanceTopology.sample.xml"));
    ASSERT_TRUE(succeeds(page));
    ASSERT_EQ(page->size(), 1u);
    EXPECT_EQ(page->front().id, "i-0aaaaaaaaaaaaaaa1");
    EXPECT_TRUE(fails_with(read_topology_page("<half"), Code::X208));
}

TEST(InstanceTopology, HasGroupAndCapacityBlockWhereEc2NamesThem) {
    json state = cluster_of(2);
    state["instances"][id_of_number(0)]["capacity_block"] = "cr-1";
    state["instances"][id_of_number(0)]["group"] = "pg & <co>";
    const FakeEc2 fake{state};
    Client client = client_of(fake);
    const auto found = instance_topology(client, ids(2));
    ASSERT_TRUE(succeeds(found));
    EXPECT_EQ(found->at(0).capacity_block, "cr-1");
    EXPECT_EQ(found->at(0).group, "pg & <co>");
    EXPECT_EQ(found->at(1).group, "");
}

// The limit is EC2's; MaxResults is refused together with ids.
TEST(InstanceTopology, AThousandInstancesCostTenCalls) {
    const FakeEc2 fake{cluster_of(1000)};
    Client client = client_of(fake);
    const auto found = instance_topology(client, ids(1000));
    ASSERT_TRUE(succeeds(found));
    EXPECT_EQ(found->size(), 1000u);
    EXPECT_EQ(fake.calls(), Names(10, "DescribeInstanceTopology 200"));
    for (const auto& request : fake.requests())
        EXPECT_FALSE(request.contains("MaxResults"));
}

TEST(InstanceTopology, PagesAreFollowed) {
    json state = cluster_of(45);
    state["page"] = 20;
    const FakeEc2 fake{state};
    Client client = client_of(fake);
    EXPECT_EQ(instance_topology(client, ids(45))->size(), 45u);
    ASSERT_EQ(fake.requests().size(), 3u);
    EXPECT_EQ(fake.requests()[2].at("NextToken"), "page-40");
    EXPECT_TRUE(fake.requests()[2].contains("InstanceId.45"));
}

TEST(InstanceTopology, PagesWithoutAnEndAreRefused) {
    FakeEc2 fake{json::object()};
    const auto xml = "<DescribeInstanceTopologyResponse><instanceSet/><nextToken>again</nextToken>"
                     "</DescribeInstanceTopologyResponse>";
    EXPECT_TRUE(fails_with(read(fake, xml), Code::X208, "has no end"));
    EXPECT_TRUE(fails_with(
        read(fake, "<DescribeInstanceTopologyResponse><instanceSet/><nextToken>" +
                       std::string(5000, 't') + "</nextToken></DescribeInstanceTopologyResponse>"),
        Code::X208, "has no end"));
}

TEST(InstanceTopology, OfNothingAsksNothing) {
    const FakeEc2 fake{json::object()};
    Client client = client_of(fake);
    EXPECT_TRUE(instance_topology(client, {})->empty());
    EXPECT_TRUE(placement_groups(client, {})->empty());
    EXPECT_TRUE(fake.calls().empty());
}

TEST(InstanceTopology, AnInstanceNamedTwiceIsAskedForOnce) {
    const FakeEc2 fake{cluster_of(1)};
    Client client = client_of(fake);
    EXPECT_EQ(instance_topology(client, Names{id_of_number(0), id_of_number(0)})->size(), 1u);
    EXPECT_FALSE(fake.requests()[0].contains("InstanceId.2"));
}

TEST(InstanceTopology, ATypeWithoutOneIsAbsent) {
    json state = cluster_of(2);
    state["instances"][id_of_number(1)] = nullptr;
    const FakeEc2 fake{state};
    Client client = client_of(fake);
    const auto found = instance_topology(client, ids(2));
    ASSERT_TRUE(succeeds(found));
    ASSERT_EQ(found->size(), 1u);
    EXPECT_EQ(found->front().id, id_of_number(0));
}

// One terminated instance must not hide the others.
TEST(InstanceTopology, InstancesThatEc2DoesNotKnowAreAbsent) {
    for (const char* how : {"refuse", "absent"}) {
        json state = cluster_of(3);
        state["unknown"] = how;
        const FakeEc2 fake{state};
        Client client = client_of(fake);
        const auto found = instance_topology(client, ids(5));
        ASSERT_TRUE(succeeds(found)) << how;
        EXPECT_EQ(found->size(), 3u) << how;
    }
}

TEST(InstanceTopology, AnIdThatIsNoneIsAbsent) {
    const FakeEc2 fake{cluster_of(1)};
    Client client = client_of(fake);
    const auto found = instance_topology(client, Names{"nonsense", id_of_number(0)});
    ASSERT_TRUE(succeeds(found));
    EXPECT_EQ(found->size(), 1u);
}

TEST(InstanceTopology, ARefusalThatNamesNoInstanceIsAnError) {
    const FakeEc2 fake{{{"faults",
                         {{{"fault", "error"},
                           {"status", 400},
                           {"code", "InvalidInstanceID.NotFound"},
                           {"message", "some do not exist"}}}}}};
    Client client = client_of(fake);
    EXPECT_TRUE(fails_with(instance_topology(client, ids(2)), Code::X206, "some do not exist"));
    EXPECT_EQ(fake.calls().size(), 1u);
}

TEST(InstanceTopology, WhatIsNotTheAnswerIsNotUnderstood) {
    FakeEc2 fake{json::object()};
    const std::string id = "<instanceId>i-0aaaaaaaaaaaaaaa1</instanceId>";
    std::string nodes;
    for (int i = 0; i < 17; ++i)
        nodes += "<item>nn-1</item>";
    for (const std::string& xml : {
             std::string(""),
             std::string("rubbish"),
             std::string("<DescribeInstanceTopologyResponse>"),
             std::string("<DescribeInstanceTopologyResponse/>"),
             std::string("<html><body>Sign in</body></html>"),
             std::string("<DescribePlacementGroupsResponse><instanceSet/>"
                         "</DescribePlacementGroupsResponse>"),
             answer_with(""),
             answer_with("<instanceId>i-0aaaaaaaaaaaaaaa2</instanceId>"),
             answer_with(id + "</item><item>" + id),
             answer_with(id + "<zoneId>use2\naz2</zoneId>"),
             answer_with(id + "<groupName>" + std::string(257, 'g') + "</groupName>"),
             answer_with(id + "<networkNodeSet><item/></networkNodeSet>"),
             answer_with(id + "<networkNodeSet>" + nodes + "</networkNodeSet>"),
             answer_with(id + "<groupName>caf\xc3\xa9</groupName>"),
         })
        EXPECT_TRUE(fails_with(read(fake, xml), Code::X208)) << xml;
}

// "Billion laughs": a document type is not read, so its entities are nothing.
TEST(InstanceTopology, EntitiesAreNotExpanded) {
    FakeEc2 fake{json::object()};
    const auto found = read(
        fake, "<!DOCTYPE x [<!ENTITY a \"lol\"><!ENTITY b \"&a;&a;\"><!ENTITY c SYSTEM "
              "\"file:///etc/hostname\">]>" +
                  answer_with(
                      "<instanceId>i-0aaaaaaaaaaaaaaa1</instanceId><groupName>&b;&c;</groupName>"));
    ASSERT_TRUE(succeeds(found));
    EXPECT_EQ(found->front().group, "&b;&c;");
}

TEST(InstanceTopology, DeepNestingIsHarmless) {
    FakeEc2 fake{json::object()};
    std::string deep;
    for (int i = 0; i < 200000; ++i)
        deep += "<a>";
    EXPECT_TRUE(fails_with(read(fake, deep), Code::X208));
}

TEST(InstanceTopology, HalfAnAnswerIsAskedForAgainOrRefused) {
    json state = cluster_of(1);
    state["faults"] = {{{"fault", "half"}, {"times", 1}}};
    const FakeEc2 again{state};
    Client client = client_of(again);
    EXPECT_EQ(instance_topology(client, ids(1))->size(), 1u);
    state["faults"] = {{{"fault", "half-xml"}}};
    const FakeEc2 half{state};
    Client second = client_of(half);
    EXPECT_TRUE(fails_with(instance_topology(second, ids(1)), Code::X208, "is not XML"));
}

const json groups{{"groups",
                   {{"efa-pg", {{"strategy", "cluster"}}},
                    {"apart", {{"strategy", "spread"}, {"state", "deleting"}}},
                    {"other", {{"strategy", "partition"}}}}}};

TEST(PlacementGroups, ThoseNamedAreFound) {
    const FakeEc2 fake{groups};
    Client client = client_of(fake);
    const auto found = placement_groups(client, Names{"efa-pg", "apart"});
    ASSERT_TRUE(succeeds(found));
    ASSERT_EQ(found->size(), 2u);
    EXPECT_EQ(found->at(0).name, "apart");
    EXPECT_EQ(found->at(0).strategy, "spread");
    EXPECT_EQ(found->at(0).state, "deleting");
    EXPECT_EQ(found->at(1).strategy, "cluster");
    EXPECT_EQ(found->at(1).state, "available");
}

// A GroupName that EC2 does not know would fail the call.
TEST(PlacementGroups, OneThatIsNotThereIsAbsent) {
    const FakeEc2 fake{groups};
    Client client = client_of(fake);
    const auto found = placement_groups(client, Names{"gone", "efa-pg"});
    ASSERT_TRUE(succeeds(found));
    EXPECT_EQ(found->size(), 1u);
}

TEST(PlacementGroups, ManyNamesAreAskedForInTurns) {
    Names names{"efa-pg"};
    for (int i = 0; i < 399; ++i)
        names.push_back(fmt::format("pg-{}", i));
    const FakeEc2 fake{groups};
    Client client = client_of(fake);
    EXPECT_EQ(placement_groups(client, names)->size(), 1u);
    ASSERT_EQ(fake.requests().size(), 2u);
    EXPECT_TRUE(fake.requests()[0].contains("Filter.1.Value.200"));
    EXPECT_FALSE(fake.requests()[0].contains("Filter.1.Value.201"));
}

const json hpc7a{{"vcpus", 192}, {"cores", 192},        {"threads", 1}, {"memory_gib", 768},
                 {"efa", 2},     {"cards", {150, 150}}, {"gpus", 0},    {"arch", "x86_64"}};

TEST(EfaInstanceTypes, AreRowsOfTheCatalog) {
    json p5 = hpc7a;
    p5["gpus"] = 8;
    p5["cards"] = {100.5, 100};
    json quiet = hpc7a;
    quiet["cards"] = {nullptr};
    json t3 = hpc7a;
    t3["efa"] = 0;
    const FakeEc2 fake{
        {{"types", {{"hpc7a.96xlarge", hpc7a}, {"p5.x", p5}, {"q.x", quiet}, {"t3", t3}}}}};
    Client client = client_of(fake);
    const auto types = efa_instance_types(client);
    ASSERT_TRUE(succeeds(types));
    ASSERT_EQ(types->size(), 3u);
    const auto& first = types->at(0);
    EXPECT_EQ(first.name, "hpc7a.96xlarge");
    EXPECT_EQ(first.vcpus, 192);
    EXPECT_EQ(first.cores, 192);
    EXPECT_EQ(first.threads_per_core, 1);
    EXPECT_EQ(first.memory_gib, 768);
    EXPECT_EQ(first.efa_interfaces, 2);
    EXPECT_EQ(first.network_cards, 2);
    EXPECT_EQ(first.gbps, 300);
    EXPECT_EQ(first.gpus, 0);
    EXPECT_EQ(first.arch, "x86_64");
    EXPECT_EQ(types->at(1).gpus, 8);
    EXPECT_EQ(types->at(1).gbps, 200.5);
    EXPECT_EQ(types->at(2).gbps, std::nullopt);
}

TEST(EfaInstanceTypes, AllPagesAreRead) {
    json state{{"page", 100}};
    for (int i = 0; i < 298; ++i)
        state["types"][fmt::format("t.{}", i)] = hpc7a;
    const FakeEc2 fake{state};
    Client client = client_of(fake);
    EXPECT_EQ(efa_instance_types(client)->size(), 298u);
    EXPECT_EQ(fake.calls().size(), 3u);
}

TEST(EfaInstanceTypes, ARowThatCannotBeIsRefused) {
    FakeEc2 fake{json::object()};
    const auto refused = [&](const char* key, const json& value) {
        json type = hpc7a;
        type[key] = value;
        fake.set({{"types", {{"x.large", type}}}});
        Client client = client_of(fake);
        return fails_with(efa_instance_types(client), Code::X208, "has bad fields for 'x.large'");
    };
    EXPECT_TRUE(refused("vcpus", "many"));
    EXPECT_TRUE(refused("cores", -1));
    EXPECT_TRUE(refused("threads", 99999999999));
    EXPECT_TRUE(refused("arch", "i386"));
    EXPECT_TRUE(refused("efa", 2.5));
}

// A name goes into a file of comma separated values.
TEST(EfaInstanceTypes, ANameThatIsNoneIsRefused) {
    FakeEc2 fake{json::object()};
    for (const char* name : {"a,b", "#x", "a\nb", "\"x\""}) {
        fake.set({{"types", {{name, hpc7a}}}});
        Client client = client_of(fake);
        EXPECT_TRUE(fails_with(efa_instance_types(client), Code::X208)) << name;
    }
}

TEST(Ec2, SaysInADryRunWhatTheRoleMayCall) {
    FakeEc2 fake(json{{"denied", {"DescribePlacementGroups"}}});
    Client client = client_of(fake);
    const auto may = may_call(client, "DescribeInstanceTypes");
    ASSERT_TRUE(succeeds(may));
    EXPECT_TRUE(*may);
    const auto may_not = may_call(client, "DescribePlacementGroups");
    ASSERT_TRUE(succeeds(may_not));
    EXPECT_FALSE(*may_not);
    EXPECT_TRUE(fails_with(may_call(client, "TerminateAll"), Code::X206, "InvalidAction"));
    fake.set({{"credentials", json::object()}});
    EXPECT_TRUE(fails_with(may_call(client, "DescribeInstanceTypes"), Code::X206, "AuthFailure"));
}

} // namespace aws_ec2_test
} // namespace fairlead::aws
