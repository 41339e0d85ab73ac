/// Who asks AWS: keys of the environment or of the instance's role. A secret is in no message.
#pragma once

#include "aws/http.hpp"
#include "base/env.hpp"
#include "base/error.hpp"

#include <chrono>
#include <fmt/core.h>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <utility>

namespace fairlead::aws {

using WallTime = std::chrono::system_clock::time_point;

/// A text that prints as "***" and must be asked for by name.
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
    Secret session_token{};            ///< empty for a user's own keys
    std::optional<WallTime> expires{}; ///< keys of a role end
};

/// Key id and the rest hidden: "AKIDEXAMPLE (secret hidden)".
std::ostream& operator<<(std::ostream& out, const Credentials& credentials);

/// AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN; null where the first two are not
/// both there.
std::optional<Credentials> credentials_of(const EnvView& environment);

/// The keys of the role that the instance has, from IMDSv2 at `endpoint`. FL-X205.
Result<Credentials> role_credentials(const std::string& endpoint, SteadyTime end);

/// Keeps credentials until they are near their end.
class CredentialSource {
  public:
    /// New ones, within a deadline. FL-X205.
    using Fetch = std::function<Result<Credentials>(SteadyTime end)>;

    explicit CredentialSource(Fetch fetch) : fetch_(std::move(fetch)) {}

    /// Those at hand, or new ones when none are or they end within five minutes. Old ones that have
    /// not ended serve where no new ones can be had.
    Result<Credentials> current(WallTime now, SteadyTime end);

    /// AWS called those at hand expired.
    void forget() { kept_.reset(); }

  private:
    Fetch fetch_;
    std::optional<Credentials> kept_;
};

/// Those of the environment (as it is now), else the role's.
CredentialSource default_credentials(const EnvView& environment, std::string imds_endpoint);

} // namespace fairlead::aws

template <>
struct fmt::formatter<fairlead::aws::Secret> : fmt::formatter<std::string_view> {
    template <class Context>
    auto format(const fairlead::aws::Secret&, Context& context) const {
        return fmt::formatter<std::string_view>::format("***", context);
    }
};

template <>
struct fmt::formatter<fairlead::aws::Credentials> : fmt::formatter<std::string_view> {
    template <class Context>
    auto format(const fairlead::aws::Credentials& credentials, Context& context) const {
        return fmt::formatter<std::string_view>::format(
            credentials.access_key_id + " (secret hidden)", context);
    }
};
