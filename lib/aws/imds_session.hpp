/// Reads of the instance metadata service, version 2, under one session token and one deadline.
#pragma once

#include "aws/http.hpp"
#include "base/error.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace fairlead::aws {

inline constexpr const char* imds_endpoint = "http://169.254.169.254";

class ImdsSession {
  public:
    /// Asks for the token. FL-X204.
    static Result<ImdsSession> open(const std::string& endpoint, milliseconds deadline);

    /// The text at a path such as "/latest/meta-data/placement/group-name"; null where IMDS answers
    /// 404, which says that the instance has no such thing. FL-X204 for no answer, any other status
    /// and an empty text.
    Result<std::optional<std::string>> read(const std::string& path);

    /// The same without a difference between what is not there and what cannot be read.
    std::optional<std::string> read_if_possible(const std::string& path);

  private:
    using Clock = std::chrono::steady_clock;

    ImdsSession(std::string endpoint, Clock::time_point end);
    Result<HttpResponse> request(const char* method, const std::string& path, Header header);

    std::string endpoint_;
    std::string token_;
    Clock::time_point end_;
    Http http_;
};

} // namespace fairlead::aws
