/// Asks AWS through its query API: signs, tries again what may succeed, and ends by a deadline.
#pragma once

#include "aws/credentials.hpp"
#include "aws/http.hpp"
#include "base/error.hpp"
#include "config/config.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace fairlead::aws {

/// What a client takes from around itself, so that a test need not wait.
struct Surroundings {
    std::function<WallTime()> now;                        ///< for signatures
    std::function<SteadyTime()> uptime;                   ///< for the deadline
    std::function<void(std::chrono::milliseconds)> sleep; ///< between two tries
    std::function<double()> random;                       ///< from 0 to below 1
};

/// The clocks of this machine and a seeded generator.
Surroundings real_surroundings();

struct ClientOptions {
    std::string region; ///< "us-east-2"
    /// "http://127.0.0.1:PORT"; empty for EC2's of the region.
    std::string endpoint{};
    std::chrono::milliseconds deadline; ///< for all that this client does, from its making
};

/// One parameter of a query, as the API reference names it: {"InstanceId.1", "i-0..."}.
using Parameter = std::pair<std::string, std::string>;

class Client {
  public:
    Client(ClientOptions options, CredentialSource credentials,
           Surroundings surroundings = real_surroundings());

    /// One action of EC2 (version 2016-11-15) with its parameters; the XML of the answer. FL-X205
    /// to FL-X208.
    Result<std::string> call(const std::string& action, const std::vector<Parameter>& parameters);

    const std::string& region() const { return options_.region; }

  private:
    struct Try;
    Result<std::string> attempt(const std::string& body, Try& state);

    ClientOptions options_;
    CredentialSource credentials_;
    Surroundings surroundings_;
    Http http_;
    SteadyTime end_;
    std::chrono::seconds clock_offset_{0}; ///< what AWS's clock is ahead of ours
};

/// The client that a configuration describes: its region, else the one that IMDS names; credentials
/// of the environment, else of the instance's role. FL-X205 where no region is to be had.
Result<Client> open_client(const config::Config& config, std::chrono::milliseconds deadline);

} // namespace fairlead::aws
