/// Who asks AWS: keys of the environment or of the instance's role. A secret is in no message.
#pragma once

#include "aws/http.hpp"
#include "base/env.hpp"
#include "base/error.hpp"

#include <chrono>
#include <fmt/format.h>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <utility>

namespace fairlead::aws {

using WallTime = std::chrono::system_clock::time_point;

/// A text that prints as "***" and has to be asked for by name.
class Secret {
  public:
    Secret() = default;
    explicit Secret(std::string text) : text_(std::move(text)) {}

    const std::string& reveal() const { return text_; }
    bool empty() const { return text_.empty(); }

  private:
    std::string text_;
};

std::ostream& operator<<(std::ostream& out, const Secret& secret);

struct Credentials {
    std::string access_key_id;
    Secret secret_access_key;
    Secret session_token{};            ///< empty for keys of a user
    std::optional<WallTime> expires{}; ///< keys of a role end
};

/// "AKIDEXAMPLE (secret hidden)"
std::ostream& operator<<(std::ostream& out, const Credentials& credentials);

/// `text` with the secrets shown as "***": an answer of AWS can repeat what it was sent.
std::string without_secrets(std::string text, const Credentials& credentials);

/// AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN; null where one of the first two
/// is missing.
std::optional<Credentials> environment_credentials(const EnvView& environment);

/// The keys of the role that the instance has, from IMDSv2 at `endpoint`. FL-X205.
Result<Credentials> role_credentials(const std::string& endpoint, milliseconds deadline);

/// Keeps credentials until they are near their end.
class CredentialSource {
  public:
    using Fetch = std::function<Result<Credentials>(milliseconds deadline)>;

    explicit CredentialSource(Fetch fetch) : fetch_(std::move(fetch)) {}

    /// Those at hand; new ones when there are none or they end within five minutes. Where no new
    /// ones are to be had, old ones serve until their end.
    Result<Credentials> current(WallTime now, milliseconds deadline);

    /// AWS called those at hand expired.
    void forget() { kept_.reset(); }

  private:
    Fetch fetch_;
    std::optional<Credentials> kept_;
};

/// Those that the environment has now, else the role's from IMDS at `imds`.
CredentialSource default_credentials(const EnvView& environment, std::string imds);

} // namespace fairlead::aws

template <>
struct fmt::formatter<fairlead::aws::Secret> {
    constexpr auto parse(fmt::format_parse_context& context) { return context.begin(); }
    auto format(const fairlead::aws::Secret&, fmt::format_context& context) const {
        return fmt::format_to(context.out(), "***");
    }
};

template <>
struct fmt::formatter<fairlead::aws::Credentials> {
    constexpr auto parse(fmt::format_parse_context& context) { return context.begin(); }
    auto format(const fairlead::aws::Credentials& credentials, fmt::format_context& context) const {
        return fmt::format_to(context.out(), "{} (secret hidden)", credentials.access_key_id);
    }
};
