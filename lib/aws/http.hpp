/// One HTTP request with a deadline, over libcurl.
#pragma once

#include <chrono>
#include <cstddef>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fairlead::aws {

using std::chrono::milliseconds;

struct Header {
    std::string name;
    std::string value;
};

struct HttpRequest {
    std::string method;
    std::string url; ///< sent as it is: no "/../" is folded
    std::vector<Header> headers{};
    std::string body{}; ///< none is sent with GET and HEAD
    /// Sent in the place of `body`, without a copy; of the caller.
    std::string_view large_body{};
    /// Where the body of an answer of status 2xx goes, in the place of its `body`; of the caller.
    std::span<char> into{};
    /// After which an answer that brings nothing is given up; zero for the whole time.
    std::chrono::seconds stall{0};
};

struct HttpResponse {
    int status = 0;
    std::string body{};
    std::size_t received = 0;      ///< bytes that went `into` what the request names
    std::vector<Header> headers{}; ///< names in lower case

    /// The first of that name (in lower case); empty where there is none.
    std::string_view header(std::string_view name) const;
};

struct HttpFailure {
    enum class Kind {
        NotReached, ///< no connection, no answer in time, or one cut short
        TooLarge,   ///< more than the limit
        BadRequest, ///< a header with a line end, or a URL that is none
    };
    Kind kind;
    std::string reason; ///< "Timeout was reached"
};

/// Keeps its connection for the next request. Redirects are not followed, and nothing but http and
/// https is spoken.
class Http {
  public:
    enum class Proxy { None, FromEnvironment };

    Http(Proxy proxy, std::size_t largest_body);
    ~Http();
    Http(Http&& other) noexcept;
    Http& operator=(Http&& other) noexcept;

    /// An answer of any status is one.
    std::expected<HttpResponse, HttpFailure> send(const HttpRequest& request, milliseconds timeout);

  private:
    struct Handle;
    std::unique_ptr<Handle> handle_;
};

} // namespace fairlead::aws
