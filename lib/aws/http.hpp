/// One HTTP request with a deadline, over libcurl.
#pragma once

#include <chrono>
#include <cstddef>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace fairlead::aws {

using SteadyTime = std::chrono::steady_clock::time_point;

struct Header {
    std::string name;
    std::string value;
};

/// A header sent is the caller's word: names and values with a line end are refused.
struct HttpRequest {
    std::string method;
    std::string url;
    std::vector<Header> headers{};
    std::string body{};
};

struct HttpResponse {
    int status = 0;
    std::string body{};
    std::vector<Header> headers{}; ///< names in lower case; of a repeated one each value

    /// The first of that name (in lower case); empty where there is none.
    std::string_view header(std::string_view name) const;
};

struct HttpFailure {
    enum class Kind {
        NotReached, ///< no connection, no answer in time, or one cut short
        TooLarge,   ///< more than the limit
    };
    Kind kind;
    std::string reason; ///< "Timeout was reached"
};

/// One connection at a time, kept for the next request. Redirects are not followed, and nothing but
/// http and https is spoken.
class Http {
  public:
    enum class Proxy { None, FromEnvironment };

    Http(Proxy proxy, std::size_t largest_body);
    ~Http();
    Http(Http&&) noexcept;
    Http& operator=(Http&&) noexcept;

    /// An answer of any status is an answer. A response's headers are bounded as the body is.
    std::expected<HttpResponse, HttpFailure> send(const HttpRequest& request, SteadyTime end);

  private:
    struct Handle;
    std::unique_ptr<Handle> handle_;
};

} // namespace fairlead::aws
