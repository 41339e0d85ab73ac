#include "aws/imds_session.hpp"

#include "expect_error.hpp"
#include "fake_imds.hpp"

#include <gtest/gtest.h>

namespace fairlead::aws {
namespace aws_imds_session_test {

using namespace std::chrono_literals;
using test::fails_with;
using test::FakeImds;
using test::http;
using test::succeeds;

constexpr const char* path = "/latest/meta-data/placement/group-name";

test::Answerer says(std::string reply) {
    return [reply = std::move(reply)](const std::string& request) {
        return request.starts_with("PUT") ? http(200, "T") : reply;
    };
}

TEST(ImdsSession, ReadsAPath) {
    const FakeImds imds{says(http(200, "efa-pg"))};
    auto session = ImdsSession::open(imds.endpoint(), 10s);
    ASSERT_TRUE(succeeds(session));
    EXPECT_EQ(session->read(path).value(), "efa-pg");
    EXPECT_EQ(session->read_if_possible(path), "efa-pg");
}

// An instance in no placement group has no such path; that is known, not unknown.
TEST(ImdsSession, TellsNothingThereFromNoAnswer) {
    const FakeImds none{says(http(404, "<html>"))};
    auto session = ImdsSession::open(none.endpoint(), 10s);
    ASSERT_TRUE(succeeds(session->read(path)));
    EXPECT_EQ(session->read(path).value(), std::nullopt);
    for (const std::string& reply : {http(401, ""), http(500, "x"), http(200, "")}) {
        const FakeImds broken{says(reply)};
        auto other = ImdsSession::open(broken.endpoint(), 10s);
        EXPECT_TRUE(fails_with(other->read(path), Code::X204, path)) << reply;
        EXPECT_EQ(other->read_if_possible(path), std::nullopt);
    }
}

TEST(ImdsSession, HasOneDeadlineForAll) {
    const FakeImds imds{says("")};
    auto session = ImdsSession::open(imds.endpoint(), 200ms);
    ASSERT_TRUE(succeeds(session));
    EXPECT_TRUE(fails_with(session->read(path), Code::X204));
    EXPECT_TRUE(fails_with(session->read(path), Code::X204, "did not answer in time"));
    EXPECT_EQ(imds.requests().size(), 2u);
}

} // namespace aws_imds_session_test
} // namespace fairlead::aws
