#include "aws/client.hpp"

#include "expect_error.hpp"
#include "fake_ec2.hpp"
#include "fake_imds.hpp"

#include <gtest/gtest.h>

namespace fairlead::aws {
namespace aws_client_test {

using namespace std::chrono_literals;
using nlohmann::json;
using test::fails_with;
using test::FakeEc2;
using test::FakeImds;
using test::succeeds;

constexpr const char* action = "DescribePlacementGroups";

/// Time that passes only where a client sleeps.
struct Time {
    std::chrono::seconds slow{0}; ///< what this machine's clock is behind
    milliseconds slept{0};
    std::vector<milliseconds> pauses;

    Surroundings surroundings() {
        return {.now = [this] { return std::chrono::system_clock::now() - slow; },
                .uptime = [this] { return std::chrono::steady_clock::time_point{} + slept; },
                .sleep =
                    [this](milliseconds pause) {
                        pauses.push_back(pause);
                        slept += pause;
                    },
                .random = [] { return 0.5; }};
    }
};

/// The keys that the fake knows; as many times as they are asked for, counted.
struct Keys {
    std::string secret = test::fake_secret;
    int fetched = 0;

    CredentialSource source() {
        return CredentialSource{[this](milliseconds) -> Result<Credentials> {
            ++fetched;
            return Credentials{.access_key_id = test::fake_key,
                               .secret_access_key = Secret(secret),
                               .session_token = Secret(test::fake_token),
                               .expires = {}};
        }};
    }
};

struct Ec2 {
    FakeEc2 fake;
    Time time{};
    Keys keys{};

    explicit Ec2(const json& state) : fake(state) {}

    Client client(milliseconds deadline = 60s) {
        return Client{{.region = "us-east-2", .endpoint = fake.endpoint(), .deadline = deadline},
                      keys.source(),
                      time.surroundings()};
    }

    Result<std::string> call(milliseconds deadline = 60s) {
        auto answer = client(deadline).call(action, {});
        if (!answer)
            return std::unexpected(answer.error().error);
        return *answer;
    }
};

json with_fault(const json& fault) { return {{"faults", json::array({fault})}}; }

using Calls = std::vector<std::string>;
Calls statuses(const FakeEc2& fake) {
    Calls all;
    for (const auto& call : fake.calls())
        all.push_back(call.substr(call.find(' ') + 1));
    return all;
}

TEST(Client, IsBelievedByAServerThatVerifiesItsSignature) {
    Ec2 ec2{json::object()};
    const auto answer = ec2.call();
    ASSERT_TRUE(succeeds(answer));
    EXPECT_NE(answer->find("<DescribePlacementGroupsResponse"), std::string::npos);
    EXPECT_EQ(statuses(ec2.fake), Calls{"200"});
    EXPECT_EQ(ec2.fake.requests().at(0).at("Version"), "2016-11-15");
}

TEST(Client, SendsParametersAsTheyAre) {
    Ec2 ec2{json::object()};
    const std::string hostile = "a b+c&d=e/é%41\"'<>";
    ASSERT_TRUE(ec2.client().call(action, {{"Filter.1.Name", hostile}, {"Empty", ""}}));
    EXPECT_EQ(ec2.fake.requests().at(0).at("Filter.1.Name"), hostile);
    EXPECT_EQ(ec2.fake.requests().at(0).at("Empty"), "");
}

TEST(Client, WithAWrongSecretIsRefused) {
    Ec2 ec2{json::object()};
    ec2.keys.secret = "another/secret";
    EXPECT_TRUE(fails_with(ec2.call(), Code::X206, "SignatureDoesNotMatch"));
    EXPECT_EQ(statuses(ec2.fake), Calls{"403"});
}

TEST(Client, WithoutCredentialsAsksNothing) {
    Ec2 ec2{json::object()};
    Client client{{.region = "us-east-2", .endpoint = ec2.fake.endpoint(), .deadline = 60s},
                  CredentialSource{[](milliseconds) -> Result<Credentials> {
                      return fail(Code::X205, "none here");
                  }},
                  ec2.time.surroundings()};
    const auto answer = client.call(action, {});
    ASSERT_FALSE(answer);
    EXPECT_EQ(to_string(answer.error().error), "none here [FL-X205]");
    EXPECT_TRUE(ec2.fake.calls().empty());
}

TEST(Client, TriesAgainWhenThrottled) {
    Ec2 ec2{with_fault({{"fault", "throttle"}, {"times", 3}})};
    EXPECT_TRUE(succeeds(ec2.call()));
    EXPECT_EQ(statuses(ec2.fake), (Calls{"503", "503", "503", "200"}));
    EXPECT_EQ(ec2.time.pauses, (std::vector<milliseconds>{500ms, 1s, 2s}));
}

TEST(Client, WaitsAsLongAsItIsAskedTo) {
    Ec2 ec2{with_fault({{"fault", "throttle"}, {"times", 1}, {"retry_after", "9"}})};
    EXPECT_TRUE(succeeds(ec2.call()));
    EXPECT_EQ(ec2.time.pauses, std::vector<milliseconds>{9s});
}

TEST(Client, DoesNotWaitLongerThanItsDeadline) {
    Ec2 ec2{with_fault({{"fault", "throttle"}, {"retry_after", "61"}})};
    EXPECT_TRUE(fails_with(ec2.call(), Code::X207,
                           "asked once, at last: RequestLimitExceeded: Request limit exceeded."));
    EXPECT_TRUE(ec2.time.pauses.empty());
}

TEST(Client, GivesUpOnThrottlingAtTheDeadline) {
    Ec2 ec2{with_fault({{"fault", "throttle"}})};
    EXPECT_TRUE(fails_with(ec2.call(10s), Code::X207, "asked 5 times, at last: RequestLimit"));
    EXPECT_EQ(ec2.time.slept, 7500ms);
}

TEST(Client, TriesAgainWhatTheServerCouldNotDo) {
    Ec2 ec2{json::object()};
    std::size_t calls = 0;
    for (const int status : {500, 502, 503, 504}) {
        ec2.fake.set(
            with_fault({{"fault", "error"}, {"status", status}, {"times", 1}, {"code", "Any"}}));
        EXPECT_TRUE(succeeds(ec2.call())) << status;
        EXPECT_EQ(ec2.fake.calls().size(), calls += 2);
    }
}

TEST(Client, TakesARefusalForAnAnswer) {
    Ec2 ec2{with_fault({{"fault", "error"},
                        {"status", 403},
                        {"code", "UnauthorizedOperation"},
                        {"message", "You are not authorized to perform this operation.\x1b[2J"}})};
    EXPECT_TRUE(fails_with(ec2.call(), Code::X206,
                           "EC2 DescribePlacementGroups: UnauthorizedOperation: You are not "
                           "authorized to perform this operation.?[2J"));
    EXPECT_EQ(ec2.fake.calls().size(), 1u);
}

TEST(Client, SaysWhatAwsSaidToItsCaller) {
    Ec2 ec2{with_fault({{"fault", "error"},
                        {"status", 400},
                        {"code", "InvalidInstanceID.NotFound"},
                        {"message", "i-1 does not exist"}})};
    const auto answer = ec2.client().call(action, {});
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().aws_code, "InvalidInstanceID.NotFound");
    EXPECT_EQ(answer.error().aws_message, "i-1 does not exist");
}

TEST(Client, BoundsWhatItRepeats) {
    Ec2 ec2{with_fault({{"fault", "error"},
                        {"status", 400},
                        {"code", "Long"},
                        {"message", std::string(100000, 'm')}})};
    const auto answer = ec2.client().call(action, {});
    ASSERT_FALSE(answer);
    EXPECT_LE(answer.error().aws_message.size(), 4000u);
    EXPECT_LE(answer.error().error.message.size(), 500u);
}

TEST(Client, AnErrorThatIsNotOfAwsIsNotUnderstood) {
    Ec2 ec2{json::object()};
    for (const char* code : {"", "two words", "<b>"}) {
        ec2.fake.set(with_fault({{"fault", "error"}, {"status", 403}, {"code", code}}));
        EXPECT_TRUE(fails_with(ec2.call(), Code::X208, "status 403")) << code;
    }
}

TEST(Client, DoesNotFollowARedirect) {
    Ec2 ec2{with_fault({{"fault", "redirect"}, {"location", "http://127.0.0.1:1/"}})};
    EXPECT_TRUE(fails_with(ec2.call(), Code::X208, "status 302"));
    EXPECT_EQ(ec2.fake.calls().size(), 1u);
}

TEST(Client, AHalfBodyIsAskedForAgain) {
    Ec2 ec2{with_fault({{"fault", "half"}, {"times", 1}})};
    EXPECT_TRUE(succeeds(ec2.call()));
    EXPECT_EQ(ec2.fake.calls().size(), 2u);
}

TEST(Client, AnAnswerTooLargeIsNotRead) {
    Ec2 ec2{with_fault({{"fault", "huge"}})};
    EXPECT_TRUE(fails_with(ec2.call(), Code::X208, "too large"));
}

// One try that is never answered gets a third of the deadline.
TEST(Client, SilenceIsAskedAgain) {
    Ec2 ec2{with_fault({{"fault", "silent"}, {"times", 1}})};
    EXPECT_TRUE(succeeds(ec2.call(900ms)));
    EXPECT_EQ(statuses(ec2.fake), (Calls{"0", "200"}));
}

TEST(Client, WhereNothingListensItIsNotReached) {
    Ec2 ec2{json::object()};
    Client client{{.region = "us-east-2", .endpoint = "http://127.0.0.1:1", .deadline = 3s},
                  ec2.keys.source(),
                  ec2.time.surroundings()};
    const auto answer = client.call(action, {});
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().error.code, Code::X207);
    EXPECT_EQ(ec2.time.pauses, (std::vector<milliseconds>{500ms, 1s}));
}

TEST(Client, ExpiredCredentialsAreFetchedAnewOnce) {
    Ec2 once{with_fault({{"fault", "expired"}, {"times", 1}})};
    EXPECT_TRUE(succeeds(once.call()));
    EXPECT_EQ(once.keys.fetched, 2);
    EXPECT_TRUE(once.time.pauses.empty());
    Ec2 forever{with_fault({{"fault", "expired"}})};
    EXPECT_TRUE(fails_with(forever.call(), Code::X206, "RequestExpired"));
    EXPECT_EQ(forever.keys.fetched, 2);
    EXPECT_EQ(forever.fake.calls().size(), 2u);
}

TEST(Client, AWrongClockIsCorrectedByThatOfAws) {
    for (const int ahead : {1200, -1200, 90000}) {
        Ec2 ec2{{{"clock", ahead}}};
        Client client = ec2.client();
        EXPECT_TRUE(client.call(action, {})) << ahead;
        EXPECT_TRUE(client.call(action, {})) << ahead;
        EXPECT_EQ(statuses(ec2.fake), (Calls{"400", "200", "200"})) << ahead;
        EXPECT_EQ(ec2.keys.fetched, 1) << ahead;
        EXPECT_TRUE(ec2.time.pauses.empty());
    }
}

TEST(Client, AClockIsCorrectedAtMostOnceACall) {
    Ec2 ec2{
        {{"clock", 1200},
         {"faults", {{{"fault", "error"}, {"status", 403}, {"code", "RequestTimeTooSkewed"}}}}}};
    EXPECT_TRUE(fails_with(ec2.call(), Code::X206, "RequestTimeTooSkewed"));
    EXPECT_EQ(ec2.fake.calls().size(), 2u);
}

// AWS repeats the headers it was sent, the session token among them, where a signature is wrong.
TEST(Client, NoSecretIsInAnErrorWhateverTheServerRepeats) {
    Ec2 ec2{json::object()};
    ec2.keys.secret = "Secret+Of/TheTest";
    for (const char* fault :
         {"echo", "expired", "garbage", "half-xml", "throttle", "error", "redirect"}) {
        ec2.fake.set(
            with_fault({{"fault", fault}, {"location", "/"}, {"status", 403}, {"code", "Any"}}));
        const auto answer = ec2.client(3s).call(action, {});
        if (answer)
            continue; // garbage is not an error for the client
        const Failure& failure = answer.error();
        for (const std::string& said :
             {to_string(failure.error), failure.aws_message, failure.aws_code})
            for (const std::string& secret : {std::string(test::fake_token), ec2.keys.secret})
                EXPECT_EQ(said.find(secret), std::string::npos) << fault << ": " << said;
        if (std::string_view(fault) == "echo") {
            EXPECT_NE(failure.aws_message.find("X-Amz-Security-Token: ***"), std::string::npos)
                << failure.aws_message;
        }
    }
}

TEST(Client, EndpointsFollowTheRegion) {
    EXPECT_EQ(ec2_endpoint("us-east-2"), "https://ec2.us-east-2.amazonaws.com");
    EXPECT_EQ(fsx_endpoint("us-east-2"), "https://fsx.us-east-2.amazonaws.com");
    EXPECT_EQ(ec2_endpoint("us-gov-west-1"), "https://ec2.us-gov-west-1.amazonaws.com");
    EXPECT_EQ(ec2_endpoint("cn-north-1"), "https://ec2.cn-north-1.amazonaws.com.cn");
    EXPECT_EQ(ec2_endpoint("us-iso-east-1"), "https://ec2.us-iso-east-1.c2s.ic.gov");
    EXPECT_EQ(ec2_endpoint("us-isob-east-1"), "https://ec2.us-isob-east-1.sc2s.sgov.gov");
}

TEST(Client, RealSurroundingsAreThoseOfTheMachine) {
    const auto real = real_surroundings();
    for (int i = 0; i < 100; ++i) {
        const double random = real.random();
        EXPECT_TRUE(random >= 0 && random < 1) << random;
    }
    const auto uptime = real.uptime();
    const auto now = real.now();
    EXPECT_LE(uptime, std::chrono::steady_clock::now());
    EXPECT_LE(now, std::chrono::system_clock::now());
}

config::Config with_imds(const std::string& endpoint, const std::string& region) {
    config::Config config;
    config.region = region;
    config.testing.emplace().imds_endpoint = endpoint;
    return config;
}

test::Answerer in_region(const std::string& region) {
    return [region](const std::string& request) {
        const bool asked = request.starts_with("GET /latest/meta-data/placement/region ");
        return test::http(request.starts_with("PUT") || asked ? 200 : 404, asked ? region : "T");
    };
}

TEST(OpenClient, TakesTheRegionOfTheConfigurationElseThatOfTheInstance) {
    const FakeImds imds{in_region("eu-north-1")};
    EXPECT_EQ(open_client(with_imds(imds.endpoint(), "us-east-2"), 1s)->region(), "us-east-2");
    EXPECT_TRUE(imds.requests().empty());
    EXPECT_EQ(open_client(with_imds(imds.endpoint(), ""), 1s)->region(), "eu-north-1");
}

TEST(OpenClient, ARegionBecomesPartOfANameSoItIsChecked) {
    for (const char* bad : {"us east", "evil.example/", "US-EAST-2", "a@b", "\n"}) {
        const FakeImds imds{in_region(bad)};
        EXPECT_TRUE(fails_with(open_client(with_imds(imds.endpoint(), ""), 1s), Code::X204,
                               "is not a region"))
            << bad;
        EXPECT_FALSE(open_client(with_imds(imds.endpoint(), bad), 1s)) << bad;
    }
    EXPECT_TRUE(fails_with(open_client(with_imds("http://127.0.0.1:1", ""), 1s), Code::X204,
                           "no `region:` is configured"));
}

} // namespace aws_client_test
} // namespace fairlead::aws
