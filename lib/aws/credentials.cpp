#include "aws/credentials.hpp"

#include "aws/imds_session.hpp"

#include <algorithm>
#include <ctime>
#include <nlohmann/json.hpp>
#include <ostream>

namespace fairlead::aws {
namespace {

constexpr auto refresh_ahead = std::chrono::minutes(5);
constexpr const char* role_folder = "/latest/meta-data/iam/security-credentials/";

/// What may stand in a header: printable, without a blank.
bool is_word(std::string_view text, std::size_t longest) {
    return !text.empty() && text.size() <= longest &&
           std::ranges::all_of(text, [](unsigned char c) { return c > 0x20 && c < 0x7f; });
}

/// "2026-11-21T09:00:00Z"
std::optional<WallTime> parse_time(const std::string& text) {
    std::tm utc{};
    const char* end = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%SZ", &utc);
    if (!end || *end != '\0')
        return std::nullopt;
    return std::chrono::system_clock::from_time_t(::timegm(&utc));
}

std::string field(const nlohmann::json& document, const char* name) {
    const auto found = document.find(name);
    return found != document.end() && found->is_string() ? found->get<std::string>() : "";
}

/// Null where the document has no keys that can be used.
std::optional<Credentials> parse_role(const std::string& text) {
    constexpr std::size_t longest_key = 128, longest_token = 8000;
    const auto document = nlohmann::json::parse(text, nullptr, false);
    if (!document.is_object())
        return std::nullopt;
    Credentials credentials{.access_key_id = field(document, "AccessKeyId"),
                            .secret_access_key = Secret(field(document, "SecretAccessKey")),
                            .session_token = Secret(field(document, "Token")),
                            .expires = parse_time(field(document, "Expiration"))};
    if (!is_word(credentials.access_key_id, longest_key) ||
        !is_word(credentials.secret_access_key.reveal(), longest_key) ||
        !is_word(credentials.session_token.reveal(), longest_token) || !credentials.expires)
        return std::nullopt;
    return credentials;
}

bool is_role_name(std::string_view name) {
    constexpr std::size_t longest = 64;
    return is_word(name, longest) && name.find_first_of("/?#%") == std::string_view::npos;
}

void hide(std::string& text, const Secret& secret) {
    const std::string& hidden = secret.reveal();
    for (std::size_t at = 0; !hidden.empty() && (at = text.find(hidden, at)) != std::string::npos;)
        text.replace(at, hidden.size(), "***");
}

} // namespace

std::ostream& operator<<(std::ostream& out, const Secret& secret) {
    return out << fmt::format("{}", secret);
}

std::ostream& operator<<(std::ostream& out, const Credentials& credentials) {
    return out << fmt::format("{}", credentials);
}

std::string without_secrets(std::string text, const Credentials& credentials) {
    hide(text, credentials.secret_access_key);
    hide(text, credentials.session_token);
    return text;
}

std::optional<Credentials> environment_credentials(const EnvView& environment) {
    const auto key = environment.get("AWS_ACCESS_KEY_ID");
    const auto secret = environment.get("AWS_SECRET_ACCESS_KEY");
    const auto token = environment.get("AWS_SESSION_TOKEN");
    if (!key || key->empty() || !secret || secret->empty())
        return std::nullopt;
    return Credentials{.access_key_id = std::string(*key),
                       .secret_access_key = Secret(std::string(*secret)),
                       .session_token = Secret(std::string(token.value_or("")))};
}

Result<Credentials> role_credentials(const std::string& endpoint, milliseconds deadline) {
    auto imds = ImdsSession::open(endpoint, deadline);
    if (!imds)
        return fail(Code::X205, "the environment has no AWS credentials, and {}",
                    imds.error().message);
    const auto roles = imds->read(role_folder);
    if (!roles)
        return fail(Code::X205, "the role of the instance: {}", roles.error().message);
    if (!*roles)
        return fail(Code::X205, "the environment has no AWS credentials and the instance no role");
    const std::string role = (*roles)->substr(0, (*roles)->find_first_of("\r\n"));
    if (!is_role_name(role))
        return fail(Code::X205, "instance metadata names a role that can be none");
    const auto document = imds->read(role_folder + role);
    if (!document)
        return fail(Code::X205, "the keys of role {}: {}", role, document.error().message);
    const auto credentials = parse_role(document->value_or(""));
    if (!credentials)
        return fail(Code::X205, "instance metadata has no keys for role {}", role);
    return *credentials;
}

Result<Credentials> CredentialSource::current(WallTime now, milliseconds deadline) {
    if (kept_ && (!kept_->expires || now + refresh_ahead < *kept_->expires))
        return *kept_;
    auto fresh = fetch_(deadline);
    if (fresh)
        kept_ = std::move(*fresh);
    else if (!kept_ || *kept_->expires <= now)
        return fresh;
    return *kept_;
}

CredentialSource default_credentials(const EnvView& environment, std::string imds) {
    if (auto own = environment_credentials(environment))
        return CredentialSource{
            [keys = std::move(*own)](milliseconds) -> Result<Credentials> { return keys; }};
    return CredentialSource{[endpoint = std::move(imds)](milliseconds deadline) {
        return role_credentials(endpoint, deadline);
    }};
}

} // namespace fairlead::aws
