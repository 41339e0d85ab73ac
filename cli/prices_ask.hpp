/// What AWS says of prices when it is asked, as `aws` would print it.
#pragma once

#include "config/config.hpp"

#include <string>
#include <vector>

namespace fairlead::cli {

struct PriceQuestion {
    std::vector<std::string> types; ///< "hpc7a.96xlarge"
    int days;                       ///< of spot prices, up to now
};

/// An answer of AWS: of `aws pricing get-products` or `aws ec2 describe-spot-price-history`.
struct PriceAnswer {
    std::string name; ///< for messages
    std::string json;
    std::size_t prices; ///< products or spot prices
};

struct PriceAnswers {
    std::string region;
    std::vector<PriceAnswer> answers; ///< none that is empty
};

/// Asks in the configuration's region. A type that the price list does not have is FL-C101: it is
/// misspelt, or not sold there. FL-X204 to FL-X208.
Result<PriceAnswers> ask_prices(const config::Config& config, const PriceQuestion& question);

} // namespace fairlead::cli
