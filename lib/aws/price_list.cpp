#include "aws/price_list.hpp"

#include <nlohmann/json.hpp>

namespace fairlead::aws {
namespace {

using Json = nlohmann::json;

constexpr const char* operation = "GetProducts";
constexpr int products_a_page = 100; // the most that it gives
constexpr int most_pages = 10;

std::unexpected<Error> not_understood(std::string_view what) {
    return fail(Code::X208, "the answer to {} {}", operation, what);
}

Json question(const std::string& region, const std::string& type) {
    const std::vector<std::pair<const char*, std::string>> wanted{
        {"regionCode", region},      {"instanceType", type},   {"operatingSystem", "Linux"},
        {"tenancy", "Shared"},       {"preInstalledSw", "NA"}, {"capacitystatus", "Used"},
        {"marketoption", "OnDemand"}};
    Json filters = Json::array();
    for (const auto& [field, value] : wanted)
        filters.push_back({{"Type", "TERM_MATCH"}, {"Field", field}, {"Value", value}});
    return {{"ServiceCode", "AmazonEC2"},
            {"FormatVersion", "aws_v1"},
            {"MaxResults", products_a_page},
            {"Filters", filters}};
}

/// Adds the products of one page.
Result<void> take_page(const Json& page, std::vector<std::string>& products) {
    const auto list = page.find("PriceList");
    if (list == page.end() || !list->is_array())
        return not_understood("has no list of products");
    for (const Json& product : *list) {
        if (!product.is_string())
            return not_understood("has a product that is no text");
        products.push_back(product.get<std::string>());
    }
    return {};
}

} // namespace

Result<std::vector<std::string>> on_demand_products(Client& client, const std::string& region,
                                                    const std::string& type) {
    std::vector<std::string> products;
    Json asked = question(region, type);
    for (int number = 0; number < most_pages; ++number) {
        const auto answer = client.post(operation, asked.dump());
        if (!answer)
            return std::unexpected(answer.error().error);
        const Json page = Json::parse(*answer, nullptr, false);
        if (!page.is_object())
            return not_understood("is no JSON object");
        if (auto taken = take_page(page, products); !taken)
            return std::unexpected(taken.error());
        const auto next = page.find("NextToken");
        if (next == page.end() || !next->is_string() || next->get<std::string>().empty())
            return products;
        asked["NextToken"] = *next;
    }
    return not_understood("has no end");
}

} // namespace fairlead::aws
