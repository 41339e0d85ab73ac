/// Asks AWS: signs, tries again what may succeed, and ends by a deadline.
#pragma once

#include "aws/credentials.hpp"
#include "aws/http.hpp"
#include "aws/sigv4.hpp"
#include "base/error.hpp"
#include "config/config.hpp"

#include <chrono>
#include <expected>
#include <functional>
#include <string>
#include <vector>

namespace fairlead::aws {

/// What a client takes from around itself, so that a test need not wait.
struct Surroundings {
    std::function<WallTime()> now;                                 ///< for signatures
    std::function<std::chrono::steady_clock::time_point()> uptime; ///< for the deadline
    std::function<void(milliseconds)> sleep;                       ///< between two tries
    std::function<double()> random;                                ///< from 0 to below 1
};

Surroundings real_surroundings();

enum class Service {
    Ec2,       ///< the query API, version 2016-11-15: XML
    Fsx,       ///< JSON 1.1, version 2018-03-01
    PriceList, ///< JSON 1.1, version 2017-10-15; answers in a few regions for all
};

struct ClientOptions {
    std::string region;     ///< "us-east-2"
    std::string endpoint{}; ///< "http://127.0.0.1:PORT"; empty for the service's of the region
    milliseconds deadline;  ///< for all that this client does, from its making on
    Service service = Service::Ec2;
};

/// An error, and where it is AWS's, what AWS said.
struct Failure {
    Error error;
    std::string aws_code{};    ///< "InvalidInstanceID.NotFound"
    std::string aws_message{}; ///< at most 4,000 bytes, without secrets
};

class Client {
  public:
    Client(ClientOptions options, CredentialSource credentials,
           Surroundings surroundings = real_surroundings());

    /// The XML that answers one action of EC2. FL-X205 to FL-X208.
    std::expected<std::string, Failure> call(const std::string& action,
                                             const std::vector<Parameter>& parameters);
    /// The JSON that answers one operation of FSx or the price list. FL-X205 to FL-X208.
    std::expected<std::string, Failure> post(const std::string& operation, const std::string& body);

    const std::string& region() const { return options_.region; }

  private:
    struct Reply;
    struct Corrections;

    std::expected<std::string, Failure> persist(const std::string& action, const std::string& body);
    std::expected<Reply, Failure> ask(const std::string& action, const std::string& body);
    std::vector<Header> headers(const std::string& action) const;
    bool correct(const Reply& reply, Corrections& made);
    milliseconds left() const;
    WallTime aws_now() const { return surroundings_.now() + clock_offset_; }

    ClientOptions options_;
    CredentialSource credentials_;
    Surroundings surroundings_;
    std::chrono::steady_clock::time_point end_;
    std::chrono::seconds clock_offset_{0}; ///< what AWS's clock is ahead of this machine's
    Http http_;
};

/// Where a service answers in a region; the partitions of China and the isolated ones have domains
/// of their own (botocore, endpoints.json).
std::string ec2_endpoint(std::string_view region);
std::string fsx_endpoint(std::string_view region);

/// Where the price list of a region is asked for ("us-east-1" of "us-west-2"): AWS Billing User
/// Guide, "Price List Query API endpoints".
std::string price_list_region(std::string_view region);

/// The region of a configuration, else the one that IMDS names. FL-X204 where none is to be had.
Result<std::string> region_of(const config::Config& config, milliseconds deadline);

/// IMDS, or what a test has in its place.
std::string imds_of(const config::Config& config);

/// The client that a configuration describes: its region, else the one that IMDS names; credentials
/// of this process's environment, else of the instance's role. FL-X204 where no region is to be
/// had.
Result<Client> open_client(const config::Config& config, milliseconds deadline,
                           Service service = Service::Ec2);

} // namespace fairlead::aws
