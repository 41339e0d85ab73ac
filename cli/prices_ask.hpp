/// What AWS says of prices when it is asked, as `aws` would print it.
#pragma once

#include "config/config.hpp"
#include "cost/price_import.hpp"

#include <optional>
#include <string>
#include <vector>

namespace fairlead::cli {

constexpr int days_kept = 90; // by EC2, of spot prices

struct PriceQuestion {
    std::vector<std::string> types; ///< "hpc7a.96xlarge"
    /// Of spot prices, up to now. Empty: from a day before the newest of the type that is known.
    std::optional<int> days;
    const cost::AwsPrices& known;
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
