#include "aws/imds_session.hpp"

#include <algorithm>

namespace fairlead::aws {
namespace {

constexpr std::size_t largest_answer = 64 * 1024;

} // namespace

ImdsSession::ImdsSession(std::string endpoint, Clock::time_point end)
    : endpoint_(std::move(endpoint)), end_(end), http_(Http::Proxy::None, largest_answer) {}

Result<HttpResponse> ImdsSession::request(const char* method, const std::string& path,
                                          Header header) {
    const auto left = std::chrono::duration_cast<milliseconds>(end_ - Clock::now());
    const std::string url = endpoint_ + path;
    if (left.count() <= 0)
        return fail(Code::X204, "{} did not answer in time", url);
    auto answer = http_.send({.method = method, .url = url, .headers = {std::move(header)}}, left);
    if (!answer)
        return fail(Code::X204, "instance metadata at {}: {}", url, answer.error().reason);
    return std::move(*answer);
}

Result<ImdsSession> ImdsSession::open(const std::string& endpoint, milliseconds deadline) {
    ImdsSession session{endpoint, Clock::now() + deadline};
    auto token =
        session.request("PUT", "/latest/api/token", {"X-aws-ec2-metadata-token-ttl-seconds", "60"});
    if (!token)
        return std::unexpected(token.error());
    if (token->status != 200)
        return fail(Code::X204, "instance metadata refused a token with status {}", token->status);
    if (!std::ranges::all_of(token->body, [](unsigned char c) { return c > 0x20 && c < 0x7f; }))
        return fail(Code::X204, "instance metadata gave a token that is none");
    session.token_ = std::move(token->body);
    return session;
}

Result<std::optional<std::string>> ImdsSession::read(const std::string& path) {
    auto answer = request("GET", path, {"X-aws-ec2-metadata-token", token_});
    if (!answer)
        return std::unexpected(answer.error());
    if (answer->status == 404)
        return std::nullopt;
    if (answer->status != 200 || answer->body.empty())
        return fail(Code::X204, "instance metadata at {} answered status {} and {} bytes", path,
                    answer->status, answer->body.size());
    return std::move(answer->body);
}

std::optional<std::string> ImdsSession::read_if_possible(const std::string& path) {
    return read(path).value_or(std::nullopt);
}

} // namespace fairlead::aws
