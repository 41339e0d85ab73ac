#include "aws/http.hpp"

#include "base/words.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <curl/curl.h>

namespace fairlead::aws {
namespace {

constexpr std::size_t most_headers = 64;
constexpr std::size_t longest_header = 8 * 1024;

struct EasyCleanup {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct ListCleanup {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, ListCleanup>;

/// What libcurl's callbacks fill.
struct Receiver {
    HttpResponse response{};
    std::size_t largest_body;
    std::span<char> into{};
    bool too_large = false;
};

/// "HTTP/1.1 206 Partial Content"
int status_of(std::string_view line) {
    const auto blank = line.find(' ');
    int status = 0;
    if (blank != std::string_view::npos)
        std::from_chars(line.data() + blank + 1, line.data() + line.size(), status);
    return status;
}

bool takes_into(const Receiver& receiver) {
    return !receiver.into.empty() && receiver.response.status / 100 == 2;
}

std::size_t receive_body(char* data, std::size_t, std::size_t size, void* target) {
    auto& receiver = *static_cast<Receiver*>(target);
    HttpResponse& response = receiver.response;
    const bool into = takes_into(receiver);
    const std::size_t had = into ? response.received : response.body.size();
    receiver.too_large = size > (into ? receiver.into.size() : receiver.largest_body) - had;
    if (receiver.too_large)
        return 0;
    if (into)
        std::copy_n(data, size, receiver.into.data() + had);
    else
        response.body.append(data, size);
    response.received += into ? size : 0;
    return size;
}

/// One line; a status line begins the headers anew, as after "100 Continue".
std::size_t receive_header(char* data, std::size_t, std::size_t size, void* target) {
    auto& receiver = *static_cast<Receiver*>(target);
    auto& headers = receiver.response.headers;
    const std::string_view line(data, size);
    const auto colon = line.find(':');
    if (line.starts_with("HTTP/")) {
        headers.clear();
        receiver.response.status = status_of(line);
    }
    if (line.starts_with("HTTP/") || colon == std::string_view::npos)
        return size;
    receiver.too_large = headers.size() == most_headers || size > longest_header;
    if (receiver.too_large)
        return 0;
    std::string name(line.substr(0, colon));
    std::ranges::transform(name, name.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    headers.push_back({std::move(name), std::string(trimmed(line.substr(colon + 1)))});
    return size;
}

bool has_line_end(std::string_view text) {
    return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

/// Null when a header would be two. "Name;" is a header without a value, and "Name:" keeps libcurl
/// from adding its own.
HeaderList header_list(const std::vector<Header>& headers) {
    HeaderList list{curl_slist_append(nullptr, "Content-Type:")};
    // Nor does a large body wait for "100 Continue".
    if (!list || !curl_slist_append(list.get(), "Expect:"))
        return nullptr;
    for (const auto& [name, value] : headers) {
        if (has_line_end(name) || has_line_end(value))
            return nullptr;
        const std::string line = value.empty() ? name + ";" : name + ": " + value;
        curl_slist* longer = curl_slist_append(list.get(), line.c_str());
        if (!longer)
            return nullptr;
        (void)list.release();
        list.reset(longer);
    }
    return list;
}

/// libcurl calls an answer that is no HTTP an unsupported protocol as well.
bool was_sent(CURL* easy) {
    long size = 0;
    return curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &size) == CURLE_OK && size > 0;
}

HttpFailure failure_of(CURLcode code, const Receiver& receiver, CURL* easy) {
    if (receiver.too_large)
        return {HttpFailure::Kind::TooLarge, "the answer is too large"};
    const bool misused =
        code == CURLE_URL_MALFORMAT || (code == CURLE_UNSUPPORTED_PROTOCOL && !was_sent(easy));
    return {misused ? HttpFailure::Kind::BadRequest : HttpFailure::Kind::NotReached,
            curl_easy_strerror(code)};
}

void set_protocols(CURL* easy) {
#if CURL_AT_LEAST_VERSION(7, 85, 0)
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else // of Ubuntu 22.04
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS, long{CURLPROTO_HTTP | CURLPROTO_HTTPS});
#endif
}

void set_method(CURL* easy, const HttpRequest& request) {
    curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
    if (request.method == "HEAD") {
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    } else if (request.method != "GET") {
        const std::string_view body =
            request.large_body.empty() ? std::string_view(request.body) : request.large_body;
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body.data());
    }
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
}

/// Large bodies go faster through large buffers, and one that stands still is given up.
void set_transfer(CURL* easy, const HttpRequest& request) {
    constexpr long large = 512 * 1024;
    if (!request.into.empty())
        curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, large);
    if (!request.large_body.empty())
        curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, large);
    if (request.stall.count() == 0)
        return;
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, static_cast<long>(request.stall.count()));
}

} // namespace

struct Http::Handle {
    std::unique_ptr<CURL, EasyCleanup> easy{curl_easy_init()};
    Proxy proxy;
    std::size_t largest_body;
};

std::string_view HttpResponse::header(std::string_view name) const {
    const auto found = std::ranges::find(headers, name, &Header::name);
    return found == headers.end() ? std::string_view{} : found->value;
}

Http::Http(Proxy proxy, std::size_t largest_body)
    : handle_(new Handle{.proxy = proxy, .largest_body = largest_body}) {}
Http::~Http() = default;
Http::Http(Http&&) noexcept = default;
Http& Http::operator=(Http&&) noexcept = default;

std::expected<HttpResponse, HttpFailure> Http::send(const HttpRequest& request,
                                                    milliseconds timeout) {
    CURL* easy = handle_->easy.get();
    if (!easy || timeout.count() <= 0)
        return std::unexpected(HttpFailure{HttpFailure::Kind::NotReached, "no time is left"});
    const HeaderList headers = header_list(request.headers);
    if (!headers)
        return std::unexpected(
            HttpFailure{HttpFailure::Kind::BadRequest, "a header has a line end"});
    Receiver receiver{.largest_body = handle_->largest_body, .into = request.into};
    curl_easy_reset(easy); // keeps the connection
    set_method(easy, request);
    set_transfer(easy, request);
    curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    set_protocols(easy);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    if (handle_->proxy == Proxy::None)
        curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, receive_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &receiver);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, receive_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, &receiver);
    if (const CURLcode code = curl_easy_perform(easy); code != CURLE_OK)
        return std::unexpected(failure_of(code, receiver, easy));
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    receiver.response.status = static_cast<int>(status);
    return std::move(receiver.response);
}

} // namespace fairlead::aws
