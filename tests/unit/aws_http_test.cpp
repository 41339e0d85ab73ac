#include "aws/http.hpp"

#include "fake_imds.hpp"

#include <cstdlib>
#include <gtest/gtest.h>

namespace fairlead::aws {
namespace aws_http_test {

using namespace std::chrono_literals;
using test::FakeImds; // an HTTP server on loopback that answers what a test wants
using Kind = HttpFailure::Kind;

constexpr std::size_t limit = 1000;

test::Answerer says(std::string reply) {
    return [reply = std::move(reply)](const std::string&) { return reply; };
}

HttpRequest get(const FakeImds& server) {
    return {.method = "GET", .url = server.endpoint() + "/a"};
}

Kind failure(const std::expected<HttpResponse, HttpFailure>& answer) {
    EXPECT_FALSE(answer) << "status " << answer->status;
    return answer ? Kind{-1} : answer.error().kind;
}

TEST(Http, GivesStatusBodyAndHeadersByTheirNameInLowerCase) {
    const FakeImds server{
        says("HTTP/1.1 418 X\r\nDate: Sat, 21 Nov 2026 09:00:00 GMT\r\n"
             "X-Amzn-RequestId:   abc  \r\nretry-after:\r\nContent-Length: 4\r\n\r\nbody")};
    Http http{Http::Proxy::None, limit};
    const auto answer = http.send(get(server), 10s);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 418);
    EXPECT_EQ(answer->body, "body");
    EXPECT_EQ(answer->header("date"), "Sat, 21 Nov 2026 09:00:00 GMT");
    EXPECT_EQ(answer->header("x-amzn-requestid"), "abc");
    EXPECT_EQ(answer->header("retry-after"), "");
    EXPECT_EQ(answer->header("location"), "");
}

TEST(Http, SendsMethodPathAndHeadersAsTheyAre) {
    const FakeImds server{says(test::http(200, ""))};
    Http http{Http::Proxy::None, limit};
    ASSERT_TRUE(http.send({.method = "PUT",
                           .url = server.endpoint() + "/a/../b//%41?x=1",
                           .headers = {{"X-One", "1"}, {"X-Empty", ""}, {"Host", "other:1"}}},
                          10s));
    const std::string sent = server.requests().at(0);
    EXPECT_TRUE(sent.starts_with("PUT /a/../b//%41?x=1 HTTP/1.1\r\n")) << sent;
    EXPECT_NE(sent.find("\r\nHost: other:1\r\n"), std::string::npos);
    EXPECT_NE(sent.find("\r\nX-One: 1\r\n"), std::string::npos);
    EXPECT_NE(sent.find("\r\nX-Empty:\r\n"), std::string::npos);
    EXPECT_NE(sent.find("\r\nContent-Length: 0\r\n"), std::string::npos);
    EXPECT_EQ(sent.find("Content-Type"), std::string::npos);
}

TEST(Http, ARequestLeavesNothingToTheNext) {
    const FakeImds server{says(test::http(200, "x"))};
    Http http{Http::Proxy::None, limit};
    HttpRequest first = get(server);
    first.method = "PUT";
    first.headers = {{"X-One", "1"}};
    ASSERT_TRUE(http.send(first, 10s));
    ASSERT_TRUE(http.send(get(server), 10s));
    const std::string second = server.requests().at(1);
    EXPECT_TRUE(second.starts_with("GET /a HTTP/1.1\r\n")) << second;
    EXPECT_EQ(second.find("X-One"), std::string::npos);
    EXPECT_EQ(second.find("Content-Length"), std::string::npos);
}

TEST(Http, AHeadHasNoBodyToWaitFor) {
    const FakeImds server{says("HTTP/1.1 200 X\r\nContent-Length: 500\r\n\r\n")};
    Http http{Http::Proxy::None, limit};
    HttpRequest head = get(server);
    head.method = "HEAD";
    const auto answer = http.send(head, 10s);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->header("content-length"), "500");
}

TEST(Http, TheBodyIsBounded) {
    const FakeImds fits{says(test::http(200, std::string(limit, 'x')))};
    const FakeImds exceeds{says(test::http(200, std::string(limit + 1, 'x')))};
    Http http{Http::Proxy::None, limit};
    EXPECT_TRUE(http.send(get(fits), 10s));
    EXPECT_EQ(failure(http.send(get(exceeds), 10s)), Kind::TooLarge);
}

TEST(Http, HeadersAreBounded) {
    std::string many = "HTTP/1.1 200 X\r\n";
    for (int i = 0; i < 100; ++i)
        many += "X-" + std::to_string(i) + ": y\r\n";
    const FakeImds too_many{says(many + "Content-Length: 0\r\n\r\n")};
    const FakeImds too_long{
        says("HTTP/1.1 200 X\r\nX: " + std::string(20000, 'y') + "\r\nContent-Length: 0\r\n\r\n")};
    Http http{Http::Proxy::None, limit};
    EXPECT_EQ(failure(http.send(get(too_many), 10s)), Kind::TooLarge);
    EXPECT_EQ(failure(http.send(get(too_long), 10s)), Kind::TooLarge);
}

TEST(Http, ABodyCutShortIsNoAnswer) {
    const FakeImds server{says("HTTP/1.1 200 X\r\nContent-Length: 10\r\n\r\nhalf")};
    Http http{Http::Proxy::None, limit};
    EXPECT_EQ(failure(http.send(get(server), 10s)), Kind::NotReached);
}

TEST(Http, SilenceEndsWithTheTimeOut) {
    const FakeImds server{says("")};
    Http http{Http::Proxy::None, limit};
    EXPECT_EQ(failure(http.send(get(server), 100ms)), Kind::NotReached);
    EXPECT_EQ(failure(http.send(get(server), 0ms)), Kind::NotReached);
    EXPECT_EQ(failure(http.send(get(server), -5ms)), Kind::NotReached);
}

TEST(Http, ARedirectIsAnAnswer) {
    const FakeImds server{
        says("HTTP/1.1 302 X\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")};
    Http http{Http::Proxy::None, limit};
    const auto answer = http.send(get(server), 10s);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 302);
    EXPECT_EQ(server.requests().size(), 1u);
}

TEST(Http, AHeaderWithALineEndIsNotSent) {
    const FakeImds server{says(test::http(200, ""))};
    Http http{Http::Proxy::None, limit};
    for (const std::string evil : {"a\r\nHost: evil", "a\nb", "a\rb"}) {
        HttpRequest request = get(server);
        request.headers = {{"X", evil}};
        EXPECT_EQ(failure(http.send(request, 10s)), Kind::BadRequest);
        request.headers = {{evil, "x"}};
        EXPECT_EQ(failure(http.send(request, 10s)), Kind::BadRequest);
    }
    EXPECT_TRUE(server.requests().empty());
}

TEST(Http, SpeaksNothingElse) {
    Http http{Http::Proxy::None, limit};
    for (const char* url : {"file:///etc/hostname", "ftp://127.0.0.1/", "gopher://127.0.0.1/", ""})
        EXPECT_EQ(failure(http.send({.method = "GET", .url = url}, 10s)), Kind::BadRequest) << url;
}

TEST(Http, TakesTheProxyOfTheEnvironmentWhereItIsToldTo) {
    const FakeImds proxy{says(test::http(200, "of the proxy"))};
    ::setenv("http_proxy", proxy.endpoint().c_str(), 1);
    ::unsetenv("no_proxy");
    Http through{Http::Proxy::FromEnvironment, limit}, past{Http::Proxy::None, limit};
    const auto answer = through.send({.method = "GET", .url = "http://127.0.0.1:1/x"}, 10s);
    const auto none = past.send({.method = "GET", .url = "http://127.0.0.1:1/x"}, 10s);
    ::unsetenv("http_proxy");
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body, "of the proxy");
    EXPECT_EQ(failure(none), Kind::NotReached);
}

/// Serves requests on the first connection and takes no other.
std::string one_connection(int requests,
                           const std::function<void(const std::string& endpoint)>& use) {
    UniqueFd listener{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* any = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(::bind(listener.get(), any, size), 0);
    EXPECT_EQ(::listen(listener.get(), 1), 0);
    EXPECT_EQ(::getsockname(listener.get(), any, &size), 0);
    std::string received;
    std::thread server{[&] {
        const UniqueFd client{::accept(listener.get(), nullptr, nullptr)};
        listener.reset();
        const std::string reply = "HTTP/1.1 200 X\r\nContent-Length: 2\r\n\r\nok";
        for (int i = 0; i < requests; ++i) {
            char buffer[4096];
            const ssize_t got = ::recv(client.get(), buffer, sizeof buffer, 0);
            received.append(buffer, static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
            (void)::send(client.get(), reply.data(), reply.size(), MSG_NOSIGNAL);
        }
    }};
    use("http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)));
    server.join();
    return received;
}

TEST(Http, KeepsItsConnection) {
    const std::string received = one_connection(2, [](const std::string& endpoint) {
        Http http{Http::Proxy::None, limit};
        EXPECT_TRUE(http.send({.method = "GET", .url = endpoint + "/one"}, 10s));
        EXPECT_TRUE(http.send({.method = "GET", .url = endpoint + "/two"}, 10s));
    });
    EXPECT_NE(received.find("GET /one"), std::string::npos);
    EXPECT_NE(received.find("GET /two"), std::string::npos);
}

} // namespace aws_http_test
} // namespace fairlead::aws
