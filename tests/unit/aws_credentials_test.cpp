#include "aws/credentials.hpp"

#include "expect_error.hpp"
#include "fake_imds.hpp"

#include <gtest/gtest.h>
#include <sstream>

namespace fairlead::aws {
namespace aws_credentials_test {

using namespace std::chrono_literals;
using test::fails_with;
using test::FakeImds;
using test::http;
using test::succeeds;

const WallTime noon = std::chrono::sys_days{std::chrono::year{2026} / 11 / 21} + 12h;
constexpr const char* keys =
    R"({"Code":"Success","AccessKeyId":"ASIA1","SecretAccessKey":"role/secret","Token":"role-token",)"
    R"("Expiration":"2026-11-21T18:00:00Z"})";

/// An instance whose role is what `roles` lists and whose keys are `document`.
test::Answerer instance(std::string roles, std::string document) {
    return [=](const std::string& request) {
        if (request.starts_with("PUT"))
            return http(200, "TOKEN");
        if (request.starts_with("GET /latest/meta-data/iam/security-credentials/ "))
            return roles;
        if (request.starts_with("GET /latest/meta-data/iam/security-credentials/node "))
            return document;
        return http(500, "not expected");
    };
}

TEST(CredentialsOfTheEnvironment, AreKeySecretAndToken) {
    const char* all[] = {"AWS_ACCESS_KEY_ID=AKIA1", "AWS_SECRET_ACCESS_KEY=s=1",
                         "AWS_SESSION_TOKEN=t", nullptr};
    const auto credentials = environment_credentials(EnvView{all});
    ASSERT_TRUE(credentials);
    EXPECT_EQ(credentials->access_key_id, "AKIA1");
    EXPECT_EQ(credentials->secret_access_key.reveal(), "s=1");
    EXPECT_EQ(credentials->session_token.reveal(), "t");
    EXPECT_EQ(credentials->expires, std::nullopt);
}

TEST(CredentialsOfTheEnvironment, NeedKeyAndSecret) {
    const char* no_token[] = {"AWS_ACCESS_KEY_ID=A", "AWS_SECRET_ACCESS_KEY=s", nullptr};
    EXPECT_TRUE(environment_credentials(EnvView{no_token})->session_token.empty());
    const char* no_secret[] = {"AWS_ACCESS_KEY_ID=A", nullptr};
    EXPECT_FALSE(environment_credentials(EnvView{no_secret}));
    const char* empty[] = {"AWS_ACCESS_KEY_ID=A", "AWS_SECRET_ACCESS_KEY=", nullptr};
    EXPECT_FALSE(environment_credentials(EnvView{empty}));
    const char* none[] = {nullptr};
    EXPECT_FALSE(environment_credentials(EnvView{none}));
}

TEST(CredentialsOfTheEnvironment, GoBeforeThoseOfTheRole) {
    const FakeImds imds{instance(http(200, "node"), http(200, keys))};
    const char* own[] = {"AWS_ACCESS_KEY_ID=AKIA1", "AWS_SECRET_ACCESS_KEY=s", nullptr};
    EXPECT_EQ(default_credentials(EnvView{own}, imds.endpoint()).current(noon, 10s)->access_key_id,
              "AKIA1");
    EXPECT_TRUE(imds.requests().empty());
    const char* none[] = {nullptr};
    EXPECT_EQ(default_credentials(EnvView{none}, imds.endpoint()).current(noon, 10s)->access_key_id,
              "ASIA1");
}

TEST(CredentialsOfTheRole, AreReadUnderAToken) {
    const FakeImds imds{instance(http(200, "node\nother"), http(200, keys))};
    const auto credentials = role_credentials(imds.endpoint(), 10s);
    ASSERT_TRUE(succeeds(credentials));
    EXPECT_EQ(credentials->access_key_id, "ASIA1");
    EXPECT_EQ(credentials->secret_access_key.reveal(), "role/secret");
    EXPECT_EQ(credentials->session_token.reveal(), "role-token");
    EXPECT_EQ(credentials->expires, noon + 6h);
    for (const auto& request : imds.requests())
        EXPECT_TRUE(request.starts_with("PUT") ||
                    request.find("\r\nX-aws-ec2-metadata-token: TOKEN\r\n") != std::string::npos);
}

TEST(CredentialsOfTheRole, AnInstanceWithoutARoleHasNone) {
    const FakeImds imds{instance(http(404, ""), "")};
    EXPECT_TRUE(fails_with(role_credentials(imds.endpoint(), 10s), Code::X205, "no role"));
}

TEST(CredentialsOfTheRole, OutsideOfEc2ThereAreNone) {
    std::string endpoint;
    {
        const FakeImds gone{instance("", "")};
        endpoint = gone.endpoint();
    }
    EXPECT_TRUE(fails_with(role_credentials(endpoint, 10s), Code::X205,
                           "the environment has no AWS credentials"));
}

TEST(CredentialsOfTheRole, ANameThatCanBeNoneIsNotAskedFor) {
    for (const std::string role : {"../../token", "a b", "\x1b[2J", "a?b", "a%2f", " ", "a#b"}) {
        const FakeImds imds{instance(http(200, role), http(200, keys))};
        EXPECT_TRUE(fails_with(role_credentials(imds.endpoint(), 10s), Code::X205, "can be none"));
        EXPECT_EQ(imds.requests().size(), 2u) << role;
    }
    const FakeImds imds{instance(http(200, std::string(65, 'r')), "")};
    EXPECT_TRUE(fails_with(role_credentials(imds.endpoint(), 10s), Code::X205, "can be none"));
}

// What instance metadata says goes into headers, so a line end in it would add some.
TEST(CredentialsOfTheRole, ADocumentWithoutUsableKeysIsRefusedWithoutRepeatingIt) {
    const std::string good = keys;
    const auto with = [&](const std::string& from, const std::string& to) {
        std::string changed = good;
        return changed.replace(changed.find(from), from.size(), to);
    };
    for (const std::string& document :
         {std::string("rubbish"), std::string("[]"), std::string("{\"Code\":\"Success\"}"),
          good.substr(0, good.size() / 2), with("\"ASIA1\"", "5"), with("ASIA1", ""),
          with("role/secret", "role/secret\\r\\nX: y"), with("role-token", "role-token\\n"),
          with("role-token", ""), with("2026-11-21T18:00:00Z", "soon"),
          with("2026-11-21T18:00:00Z", "2026-11-21T18:00:00Z+1"),
          with("role-token", std::string(9000, 't')), with("ASIA1", std::string(200, 'A'))}) {
        const FakeImds imds{instance(http(200, "node"), http(200, document))};
        const auto credentials = role_credentials(imds.endpoint(), 10s);
        EXPECT_TRUE(fails_with(credentials, Code::X205, "no keys for role node")) << document;
        EXPECT_EQ(credentials.error().message.find("role/secret"), std::string::npos);
    }
}

TEST(CredentialsOfTheRole, SilenceCostsTheDeadline) {
    const FakeImds imds{instance("", "")};
    EXPECT_TRUE(fails_with(role_credentials(imds.endpoint(), 100ms), Code::X205));
}

/// Gives out numbered keys that end an hour after `now`; counts.
struct Issuer {
    WallTime now = noon;
    int issued = 0;
    bool down = false;

    CredentialSource source() {
        return CredentialSource{[this](milliseconds) -> Result<Credentials> {
            if (down)
                return fail(Code::X205, "down");
            return Credentials{.access_key_id = fmt::format("A{}", ++issued),
                               .secret_access_key = Secret("s"),
                               .session_token = {},
                               .expires = now + 1h};
        }};
    }
};

TEST(CredentialSource, KeepsThemUntilFiveMinutesBeforeTheirEnd) {
    Issuer issuer;
    auto source = issuer.source();
    EXPECT_EQ(source.current(noon, 1s)->access_key_id, "A1");
    EXPECT_EQ(source.current(noon + 54min, 1s)->access_key_id, "A1");
    issuer.now = noon + 55min;
    EXPECT_EQ(source.current(noon + 55min, 1s)->access_key_id, "A2");
    EXPECT_EQ(source.current(noon + 60min, 1s)->access_key_id, "A2");
}

TEST(CredentialSource, OldOnesServeUntilTheirEndWhereThereAreNoNewOnes) {
    Issuer issuer;
    auto source = issuer.source();
    EXPECT_TRUE(succeeds(source.current(noon, 1s)));
    issuer.down = true;
    EXPECT_EQ(source.current(noon + 58min, 1s)->access_key_id, "A1");
    EXPECT_TRUE(fails_with(source.current(noon + 60min, 1s), Code::X205, "down"));
}

TEST(CredentialSource, ForgottenOnesAreFetchedAnew) {
    Issuer issuer;
    auto source = issuer.source();
    EXPECT_TRUE(succeeds(source.current(noon, 1s)));
    source.forget();
    EXPECT_EQ(source.current(noon, 1s)->access_key_id, "A2");
}

TEST(CredentialSource, TheDeadlineIsHandedOn) {
    milliseconds given{0};
    CredentialSource source{[&](milliseconds deadline) -> Result<Credentials> {
        given = deadline;
        return fail(Code::X205, "none");
    }};
    EXPECT_FALSE(source.current(noon, 1234ms));
    EXPECT_EQ(given, 1234ms);
}

const Credentials secret_keys{.access_key_id = "AKIDEXAMPLE",
                              .secret_access_key = Secret("the/secret"),
                              .session_token = Secret("the-token"),
                              .expires = {}};

TEST(Secrets, AreNotPrinted) {
    std::ostringstream out;
    out << secret_keys << '|' << secret_keys.secret_access_key << '|';
    out << fmt::format("{}|{}", secret_keys, secret_keys.session_token);
    out << testing::PrintToString(secret_keys) << testing::PrintToString(secret_keys.session_token);
    EXPECT_EQ(out.str().find("the/secret"), std::string::npos) << out.str();
    EXPECT_EQ(out.str().find("the-token"), std::string::npos) << out.str();
    EXPECT_TRUE(out.str().starts_with("AKIDEXAMPLE (secret hidden)|***|")) << out.str();
}

TEST(Secrets, AreTakenOutOfATextThatRepeatsThem) {
    EXPECT_EQ(without_secrets("a the-token b the/secret the-tokenthe-token", secret_keys),
              "a *** b *** ******");
    EXPECT_EQ(without_secrets("x", {.access_key_id = "A", .secret_access_key = {}}), "x");
}

} // namespace aws_credentials_test
} // namespace fairlead::aws
