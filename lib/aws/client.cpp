#include "aws/client.hpp"

#include "aws/imds_session.hpp"
#include "aws/retry.hpp"
#include "base/words.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <pugixml.hpp>
#include <random>
#include <thread>
#include <unistd.h>

namespace fairlead::aws {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t largest_answer = 8 * 1024 * 1024;
constexpr auto imds_deadline = 1500ms;
constexpr const char* api_version = "2016-11-15";

/// What a service is called.
struct ServiceWords {
    const char* scope;  ///< in the scope of a signature
    const char* host;   ///< before the region in the name of its host
    const char* target; ///< before an operation in X-Amz-Target; nothing for a query API
    const char* name;   ///< in messages
};
constexpr std::array<ServiceWords, 3> services{
    {{"ec2", "ec2", "", "EC2"},
     {"fsx", "fsx", "AWSSimbaAPIService_v20180301.", "FSx"},
     {"pricing", "api.pricing", "AWSPriceListService.", "price list"}}};

const ServiceWords& words_of(Service service) {
    return services.at(static_cast<std::size_t>(service));
}

/// "<Response><Errors><Error><Code>..." of EC2, "<ErrorResponse><Error>..." and "<Error>..." of
/// others.
pugi::xml_node error_node(const pugi::xml_document& document) {
    const pugi::xml_node root = document.document_element();
    if (std::string_view(root.name()) == "Error")
        return root;
    const pugi::xml_node errors = root.child("Errors");
    return errors ? errors.child("Error") : root.child("Error");
}

bool is_code(std::string_view text) {
    constexpr std::size_t longest = 128;
    return !text.empty() && text.size() <= longest &&
           std::ranges::all_of(text, [](unsigned char c) { return std::isalnum(c) || c == '.'; });
}

bool is_region(std::string_view text) {
    constexpr std::size_t longest = 32;
    return !text.empty() && text.size() <= longest && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
}

std::string host_of(std::string_view url) {
    const auto begin = url.find("://") + 3;
    return std::string(url.substr(begin, url.find('/', begin) - begin));
}

Failure not_reached(std::string_view what, int tries, std::string_view reason) {
    const std::string times = tries == 1 ? "once" : fmt::format("{} times", tries);
    return {Error{Code::X207, fmt::format("{}: asked {}, at last: {}", what, times, reason)}};
}

/// What AWS says of a request that it refuses.
struct Refusal {
    std::string code{}, message{};
};

Refusal xml_refusal(const std::string& body) {
    pugi::xml_document document;
    if (!document.load_buffer(body.data(), body.size()))
        return {};
    const pugi::xml_node error = error_node(document);
    return {error.child_value("Code"), error.child_value("Message")};
}

/// {"__type": "com.amazonaws.fsx#BadRequest", "Message": "..."}; the name may be without what
/// stands before the '#', or have something behind a ':' (botocore, parsers.py).
Refusal json_refusal(const std::string& body) {
    const auto json = nlohmann::json::parse(body, nullptr, false);
    if (!json.is_object())
        return {};
    const auto text = [&](const char* key) {
        const auto found = json.find(key);
        return found != json.end() && found->is_string() ? found->get<std::string>()
                                                         : std::string{};
    };
    std::string code = text("__type");
    code = code.substr(code.rfind('#') + 1);
    code = code.substr(0, code.find(':'));
    const std::string message = text("Message");
    return {code, message.empty() ? text("message") : message};
}

std::string endpoint_of(std::string_view service, std::string_view region) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 3> others{
        {{"cn-", "amazonaws.com.cn"}, {"us-iso-", "c2s.ic.gov"}, {"us-isob-", "sc2s.sgov.gov"}}};
    std::string_view domain = "amazonaws.com";
    for (const auto& [prefix, its_domain] : others)
        if (region.starts_with(prefix))
            domain = its_domain;
    return fmt::format("https://{}.{}.{}", service, region, domain);
}

} // namespace

/// An answer, and what it says if it is an error. A try that reached nobody has status 0.
struct Client::Reply {
    HttpResponse response;
    std::string code{};
    std::string message{};

    std::string text() const {
        if (response.status == 0)
            return message;
        if (code.empty())
            return fmt::format("status {}", response.status);
        constexpr std::size_t longest = 400;
        return fmt::format("{}: {}", code, printable(message, longest));
    }
};

/// What is mended at most once a call.
struct Client::Corrections {
    bool clock = false;
    bool credentials = false;
};

Surroundings real_surroundings() {
    auto generator = std::make_shared<std::mt19937_64>(std::random_device{}());
    return {.now = std::chrono::system_clock::now,
            .uptime = std::chrono::steady_clock::now,
            .sleep = [](milliseconds pause) { std::this_thread::sleep_for(pause); },
            .random = [generator] { return std::uniform_real_distribution<>{}(*generator); }};
}

Client::Client(ClientOptions options, CredentialSource credentials, Surroundings surroundings)
    : options_(std::move(options)), credentials_(std::move(credentials)),
      surroundings_(std::move(surroundings)), end_(surroundings_.uptime() + options_.deadline),
      http_(options_.endpoint.empty() ? Http::Proxy::FromEnvironment : Http::Proxy::None,
            largest_answer) {
    if (options_.endpoint.empty())
        options_.endpoint = endpoint_of(words_of(options_.service).host, options_.region);
}

milliseconds Client::left() const {
    return std::chrono::duration_cast<milliseconds>(end_ - surroundings_.uptime());
}

std::vector<Header> Client::headers(const std::string& action) const {
    if (options_.service == Service::Ec2)
        return {{"Host", host_of(options_.endpoint)},
                {"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}};
    return {{"Host", host_of(options_.endpoint)},
            {"Content-Type", "application/x-amz-json-1.1"},
            {"X-Amz-Target", words_of(options_.service).target + action}};
}

/// One try gets a third of the deadline, so that one that is never answered is not the last.
std::expected<Client::Reply, Failure> Client::ask(const std::string& action,
                                                  const std::string& body) {
    const WallTime now = aws_now();
    const auto credentials = credentials_.current(now, left());
    if (!credentials)
        return std::unexpected(Failure{credentials.error()});
    const Signable request{.method = "POST",
                           .path = "/",
                           .headers = headers(action),
                           .payload_hash = sha256_hex(body)};
    const Scope scope{options_.region, words_of(options_.service).scope, now};
    auto answer = http_.send({.method = "POST",
                              .url = options_.endpoint + "/",
                              .headers = sign(request, scope, *credentials),
                              .body = body},
                             std::min(left(), options_.deadline / 3));
    if (!answer && answer.error().kind != HttpFailure::Kind::NotReached)
        return std::unexpected(Failure{
            Error{Code::X208, fmt::format("{}: {}", options_.endpoint, answer.error().reason)}});
    if (!answer)
        return Reply{.response = {}, .message = answer.error().reason};
    Reply reply{.response = std::move(*answer)};
    if (reply.response.status == 200)
        return reply;
    constexpr std::size_t longest = 4000;
    const Refusal refusal = options_.service == Service::Ec2 ? xml_refusal(reply.response.body)
                                                             : json_refusal(reply.response.body);
    if (is_code(refusal.code))
        reply.code = refusal.code;
    reply.message = without_secrets(refusal.message, *credentials).substr(0, longest);
    return reply;
}

/// Whether the answer names a cause that could be mended, and was not yet.
bool Client::correct(const Reply& reply, Corrections& made) {
    const auto offset = clock_offset(reply.response.header("date"), aws_now());
    if (may_be_clock(reply.code) && offset && !made.clock) {
        clock_offset_ += *offset;
        return made.clock = true;
    }
    if (are_expired(reply.code) && !made.credentials) {
        credentials_.forget();
        return made.credentials = true;
    }
    return false;
}

std::expected<std::string, Failure> Client::call(const std::string& action,
                                                 const std::vector<Parameter>& parameters) {
    std::vector<Parameter> all = parameters;
    all.emplace_back("Action", action);
    all.emplace_back("Version", api_version);
    return persist(action, canonical_query(all));
}

std::expected<std::string, Failure> Client::post(const std::string& operation,
                                                 const std::string& body) {
    return persist(operation, body);
}

std::expected<std::string, Failure> Client::persist(const std::string& action,
                                                    const std::string& body) {
    const std::string what = fmt::format("{} {}", words_of(options_.service).name, action);
    Corrections made;
    for (int tries = 1;; ++tries) {
        auto reply = ask(action, body);
        if (!reply)
            return std::unexpected(reply.error());
        const int status = reply->response.status;
        if (status == 200)
            return std::move(reply->response.body);
        if (correct(*reply, made))
            continue;
        if (status != 0 && !may_succeed_later(status, reply->code))
            return std::unexpected(Failure{Error{reply->code.empty() ? Code::X208 : Code::X206,
                                                 fmt::format("{}: {}", what, reply->text())},
                                           reply->code, reply->message});
        const auto pause =
            pause_after(tries, surroundings_.random(), reply->response.header("retry-after"));
        if (pause >= left())
            return std::unexpected(not_reached(what, tries, reply->text()));
        surroundings_.sleep(pause);
    }
}

std::string ec2_endpoint(std::string_view region) { return endpoint_of("ec2", region); }
std::string fsx_endpoint(std::string_view region) { return endpoint_of("fsx", region); }

std::string price_list_region(std::string_view region) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 3> others{
        {{"cn-", "cn-northwest-1"}, {"eu-", "eu-central-1"}, {"ap-", "ap-south-1"}}};
    for (const auto& [prefix, nearest] : others)
        if (region.starts_with(prefix))
            return std::string(nearest);
    return "us-east-1";
}

std::string imds_of(const config::Config& config) {
    const bool tested = config.testing && !config.testing->imds_endpoint.empty();
    return tested ? config.testing->imds_endpoint : imds_endpoint;
}

Result<std::string> region_of(const config::Config& config, milliseconds deadline) {
    std::string region = config.region;
    if (region.empty()) {
        auto session =
            ImdsSession::open(imds_of(config), std::min<milliseconds>(imds_deadline, deadline));
        if (!session)
            return fail(Code::X204, "no `region:` is configured, and {}", session.error().message);
        region = session->read_if_possible("/latest/meta-data/placement/region").value_or("");
    }
    if (!is_region(region))
        return fail(Code::X204, "'{}' is not a region; set `region:`", printable(region));
    return region;
}

Result<Client> open_client(const config::Config& config, milliseconds deadline, Service service) {
    const auto region = region_of(config, deadline);
    if (!region)
        return std::unexpected(region.error());
    const std::string endpoint = config.testing ? config.testing->aws_endpoint : "";
    const std::string asked = service == Service::PriceList ? price_list_region(*region) : *region;
    return Client{{.region = asked, .endpoint = endpoint, .deadline = deadline, .service = service},
                  default_credentials(EnvView{environ}, imds_of(config))};
}

} // namespace fairlead::aws
