#include "cli/prices_ask.hpp"

#include "aws/ec2.hpp"
#include "aws/price_list.hpp"
#include "base/words.hpp"
#include "cost/clock.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <nlohmann/json.hpp>
#include <span>

namespace fairlead::cli {
namespace {

using Json = nlohmann::json;
using namespace std::chrono_literals;

constexpr auto deadline = 5min;

Result<PriceAnswer> ask_list(const config::Config& config, const std::string& region,
                             const std::vector<std::string>& types) {
    auto client = aws::open_client(config, deadline, aws::Service::PriceList);
    if (!client)
        return std::unexpected(client.error());
    std::vector<std::string> all;
    for (const std::string& type : types) {
        auto products = aws::on_demand_products(*client, region, type);
        if (!products)
            return std::unexpected(products.error());
        if (products->empty())
            return fail(Code::C101,
                        "AWS's price list has no {} in {}: see the type's name, or --region",
                        printable(type), region);
        std::ranges::move(*products, std::back_inserter(all));
    }
    return PriceAnswer{"the price list", Json{{"PriceList", all}}.dump(), all.size()};
}

/// A day is asked for twice, so that nothing is missed where clocks differ.
cost::Time asked_since(const PriceQuestion& question, const std::string& region,
                       const std::string& type, cost::Time now) {
    const cost::Time all = now - std::chrono::days(question.days.value_or(days_kept));
    cost::Time newest{};
    for (const cost::Observed& price : question.known.prices)
        if (price.key.purchase == "spot" && price.key.region == region &&
            price.key.instance_type == type && price.from)
            newest = std::max(newest, *price.from);
    return question.days ? all : std::max(all, std::min(newest, now) - std::chrono::days(1));
}

Result<PriceAnswer> ask_spot(aws::Client& client, const PriceQuestion& question) {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    Json list = Json::array();
    for (const std::string& type : question.types) {
        const auto since = asked_since(question, client.region(), type, now);
        const auto prices = aws::spot_history(client, std::span(&type, 1), cost::show_time(since));
        if (!prices)
            return std::unexpected(prices.error());
        for (const aws::SpotPrice& price : *prices)
            list.push_back({{"AvailabilityZone", price.zone},
                            {"InstanceType", price.type},
                            {"ProductDescription", price.product},
                            {"SpotPrice", price.price},
                            {"Timestamp", price.timestamp}});
    }
    return PriceAnswer{"the spot prices", Json{{"SpotPriceHistory", list}}.dump(), list.size()};
}

} // namespace

Result<PriceAnswers> ask_prices(const config::Config& config, const PriceQuestion& question) {
    auto client = aws::open_client(config, deadline);
    if (!client)
        return std::unexpected(client.error());
    PriceAnswers all{.region = client->region(), .answers = {}};
    auto listed = ask_list(config, all.region, question.types);
    if (!listed)
        return std::unexpected(listed.error());
    all.answers.push_back(std::move(*listed));
    auto spot = ask_spot(*client, question);
    if (!spot)
        return std::unexpected(spot.error());
    if (spot->prices > 0)
        all.answers.push_back(std::move(*spot));
    return all;
}

} // namespace fairlead::cli
