#include "aws/imds.hpp"

#include <algorithm>
#include <curl/curl.h>
#include <memory>
#include <nlohmann/json.hpp>

namespace fairlead::aws {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t largest_answer = 64 * 1024;

struct EasyCleanup {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct ListCleanup {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

struct Answer {
    long status;
    std::string body;
};

std::size_t collect(char* data, std::size_t size, std::size_t count, void* target) {
    auto& body = *static_cast<std::string*>(target);
    if (body.size() + size * count > largest_answer)
        return 0;
    body.append(data, size * count);
    return size * count;
}

Result<Answer> request(const std::string& url, const char* method, const std::string& header,
                       Clock::time_point end) {
    const std::unique_ptr<CURL, EasyCleanup> easy{curl_easy_init()};
    const std::unique_ptr<curl_slist, ListCleanup> headers{
        curl_slist_append(nullptr, header.c_str())};
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now());
    if (!easy || !headers || left.count() <= 0)
        return fail(Code::X204, "{} did not answer in time", url);
    Answer answer{};
    curl_easy_setopt(easy.get(), CURLOPT_URL, url.c_str());
    curl_easy_setopt(easy.get(), CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(easy.get(), CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(easy.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(left.count()));
    curl_easy_setopt(easy.get(), CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy.get(), CURLOPT_PROXY, "");
    curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, collect);
    curl_easy_setopt(easy.get(), CURLOPT_WRITEDATA, &answer.body);
    if (const CURLcode code = curl_easy_perform(easy.get()); code != CURLE_OK)
        return fail(Code::X204, "instance metadata at {}: {}", url, curl_easy_strerror(code));
    curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &answer.status);
    return answer;
}

std::optional<std::string> document_field(const std::string& document, const char* name) {
    const auto json = nlohmann::json::parse(document, nullptr, false);
    if (!json.is_object() || !json.contains(name) || !json[name].is_string())
        return std::nullopt;
    return json[name].get<std::string>();
}

} // namespace

Result<InstanceFacts> instance_facts(const std::string& endpoint,
                                     std::chrono::milliseconds deadline) {
    const auto end = Clock::now() + deadline;
    const auto token = request(endpoint + "/latest/api/token", "PUT",
                               "X-aws-ec2-metadata-token-ttl-seconds: 60", end);
    if (!token)
        return std::unexpected(token.error());
    if (token->status != 200)
        return fail(Code::X204, "instance metadata refused a token with status {}", token->status);
    if (!std::ranges::all_of(token->body, [](unsigned char c) { return c > 0x20 && c < 0x7f; }))
        return fail(Code::X204, "instance metadata gave a token that is none");
    const auto read = [&](const char* path) -> std::optional<std::string> {
        const auto answer =
            request(endpoint + path, "GET", "X-aws-ec2-metadata-token: " + token->body, end);
        if (!answer || answer->status != 200 || answer->body.empty())
            return std::nullopt;
        return answer->body;
    };
    InstanceFacts facts;
    facts.availability_zone = read("/latest/meta-data/placement/availability-zone");
    facts.lifecycle = read("/latest/meta-data/instance-life-cycle");
    if (const auto document = read("/latest/dynamic/instance-identity/document"))
        facts.launch_time = document_field(*document, "pendingTime");
    return facts;
}

} // namespace fairlead::aws
