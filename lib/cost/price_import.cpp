#include "cost/price_import.hpp"

#include "cost/aws_json.hpp"
#include "cost/csv.hpp"

#include <algorithm>
#include <tuple>

namespace fairlead::cost {
namespace {

/// What a price of a price list is for; nothing for what no node is.
std::optional<PriceKey> instance_of(const Json& product) {
    const Json& is = member(product, "attributes");
    const std::string market = text_of(is, "marketoption"); // older lists do not say it
    const bool plain = (market.empty() || market == "OnDemand") &&
                       text_of(product, "productFamily").starts_with("Compute Instance") &&
                       text_of(is, "tenancy") == "Shared" &&
                       text_of(is, "preInstalledSw") == "NA" &&
                       text_of(is, "capacitystatus") == "Used";
    if (!plain)
        return std::nullopt;
    return PriceKey{.region = text_of(is, "regionCode"),
                    .instance_type = text_of(is, "instanceType"),
                    .os = text_of(is, "operatingSystem"),
                    .purchase = "on-demand"};
}

Result<void> add_dimension(const Source& source, const PriceKey& key, const Json& term,
                           const Json& dimension, std::vector<Observed>& into) {
    if (text_of(dimension, "unit") != "Hrs")
        return {};
    const std::string since = text_of(term, "effectiveDate");
    const auto from = read_time(since);
    if (!from)
        return source.bad("effectiveDate", since);
    for (const auto& [currency, amount] : member(dimension, "pricePerUnit").items()) {
        const std::string text = amount.is_string() ? amount.get<std::string>() : amount.dump();
        const auto hourly = read_price(text);
        if (!hourly)
            return source.bad("pricePerUnit", text);
        if (hourly->picos == 0) // what is paid elsewhere
            continue;
        into.push_back({normalized(key), *from, *hourly, currency});
    }
    return {};
}

/// `terms` of one product: {"SKU.TERM": {"effectiveDate", "priceDimensions": {...}}}.
Result<void> add_terms(const Source& source, const PriceKey& key, const Json& terms,
                       std::vector<Observed>& into) {
    for (const Json& term : terms)
        for (const Json& dimension : member(term, "priceDimensions"))
            if (auto done = add_dimension(source, key, term, dimension, into); !done)
                return done;
    return {};
}

Result<void> read_price_list(const Source& source, const Json& list, std::vector<Observed>& into) {
    const Json& terms = member(member(list, "terms"), "OnDemand");
    for (const auto& [sku, product] : member(list, "products").items())
        if (const auto key = instance_of(product))
            if (auto done = add_terms(source, *key, member(terms, sku.c_str()), into); !done)
                return done;
    return {};
}

/// Each product is a document of its own, most often in a text.
Result<void> read_products(const Source& source, const Json& answer, std::vector<Observed>& into) {
    for (const Json& item : member(answer, "PriceList")) {
        const Json product =
            item.is_string() ? Json::parse(item.get<std::string>(), nullptr, false) : item;
        if (product.is_discarded())
            return source.bad("an item of PriceList", item.get<std::string>());
        if (const auto key = instance_of(member(product, "product")))
            if (auto done =
                    add_terms(source, *key, member(member(product, "terms"), "OnDemand"), into);
                !done)
                return done;
    }
    return {};
}

Result<void> read_spot_history(const Source& source, const Json& answer,
                               std::vector<Observed>& into) {
    for (const Json& item : member(answer, "SpotPriceHistory")) {
        const std::string since = text_of(item, "Timestamp"), price = text_of(item, "SpotPrice");
        const auto from = aws_time(since);
        const auto hourly = read_price(price);
        if (!from)
            return source.bad("Timestamp", since);
        if (!hourly)
            return source.bad("SpotPrice", price);
        into.push_back({normalized({.region = std::string(source.region),
                                    .az = text_of(item, "AvailabilityZone"),
                                    .instance_type = text_of(item, "InstanceType"),
                                    .os = text_of(item, "ProductDescription"),
                                    .purchase = "spot"}),
                        *from, *hourly, "USD"});
    }
    return {};
}

std::string csv_line(const Observed& price, const Observed* next) {
    const PriceKey& key = price.key;
    const auto places = static_cast<std::uint64_t>(price.hourly.picos);
    constexpr std::uint64_t picos = 1'000'000'000'000;
    std::optional<Time> end = price.to;
    if (next && next->from)
        end = std::min(end.value_or(*next->from), *next->from);
    return fmt::format("{},{},{},{},{},{},{},{}.{:012},{}\n", csv_cell(key.region),
                       csv_cell(key.az), csv_cell(key.instance_type), csv_cell(key.os),
                       csv_cell(key.purchase), price.from ? show_time(*price.from) : "",
                       end ? show_time(*end) : "", places / picos, places % picos,
                       csv_cell(price.currency));
}

bool same_thing(const Observed& a, const Observed& b) {
    return a.key == b.key && a.currency == b.currency;
}

/// One ends before the other begins.
bool apart(const Observed& first, const Observed& second) {
    return first.to && second.from && *first.to < *second.from;
}

/// Of what is bought for a time, several may hold at once, but at one price: nobody knows which of
/// them a node is.
bool contradict(const Observed& first, const Observed& second) {
    if (first.hourly == second.hourly || apart(first, second))
        return false;
    return first.from == second.from || (first.to && second.from && *second.from < *first.to);
}

/// Each for the term of its commitment; one that never counted is gone.
std::vector<Observed> in_their_terms(AwsPrices all) {
    for (Observed& price : all.prices) {
        const auto term = all.terms.find(price.commitment);
        price.commitment.clear();
        if (term == all.terms.end())
            continue;
        price.from = term->second.from;
        price.to = term->second.to;
    }
    std::erase_if(all.prices,
                  [](const Observed& price) { return price.to && price.from >= price.to; });
    return std::move(all.prices);
}

} // namespace

void AwsPrices::add(const std::string& commitment, const Term& term) {
    const auto [known, added] = terms.try_emplace(commitment, term);
    if (!added && term.to < known->second.to)
        known->second = term;
}

void AwsPrices::add(AwsPrices more) {
    std::ranges::move(more.prices, std::back_inserter(prices));
    for (const auto& [commitment, term] : more.terms)
        add(commitment, term);
}

Result<AwsPrices> read_aws_prices(std::string_view text, std::string_view file,
                                  std::string_view region) {
    const Source source{file, region};
    const Json json = Json::parse(text, nullptr, false);
    AwsPrices all;
    std::vector<Observed>& prices = all.prices;
    Result<void> done =
        fail(Code::C101,
             "{}: expected JSON with products and terms, PriceList, SpotPriceHistory, "
             "ReservedInstances, CapacityBlockOfferings, savingsPlans, or savingsPlanId "
             "and searchResults",
             file);
    if (member(json, "products").is_object() && member(json, "terms").is_object())
        done = read_price_list(source, json, prices);
    else if (member(json, "PriceList").is_array())
        done = read_products(source, json, prices);
    else if (member(json, "SpotPriceHistory").is_array())
        done = read_spot_history(source, json, prices);
    else if (member(json, "ReservedInstances").is_array())
        done = add_reservations(source, json, all);
    else if (member(json, "CapacityBlockOfferings").is_array())
        done = add_capacity_blocks(source, json, prices);
    else if (member(json, "savingsPlans").is_array())
        done = add_plans(source, json, all);
    else if (member(json, "savingsPlanId").is_string() && member(json, "searchResults").is_array())
        done = add_plan_rates(source, json, prices);
    if (!done)
        return std::unexpected(done.error());
    return all;
}

Result<std::string> book_of(AwsPrices prices) {
    std::vector<Observed> observed = in_their_terms(std::move(prices));
    std::ranges::sort(observed, [](const Observed& a, const Observed& b) {
        return std::tie(a.key, a.currency, a.from, a.hourly) <
               std::tie(b.key, b.currency, b.from, b.hourly);
    });
    observed.erase(std::ranges::unique(observed).begin(), observed.end());
    std::vector<Observed> changes;
    for (Observed& price : observed) {
        Observed* const before =
            !changes.empty() && same_thing(changes.back(), price) ? &changes.back() : nullptr;
        if (before && contradict(*before, price))
            return fail(Code::C101, "{} ({}, {}{}) has two prices from {} on",
                        printable(price.key.instance_type), price.key.purchase,
                        printable(price.key.region), printable(price.key.az),
                        price.from ? show_time(*price.from) : "the beginning");
        if (before && before->hourly == price.hourly && !apart(*before, price))
            before->to = before->to && price.to ? std::max(before->to, price.to) : std::nullopt;
        else
            changes.push_back(std::move(price));
    }
    std::string book =
        "region,az,instance_type,os,purchase,valid_from,valid_to,price_per_hour,currency\n";
    for (std::size_t i = 0; i < changes.size(); ++i) {
        const bool followed = i + 1 < changes.size() && same_thing(changes[i], changes[i + 1]);
        book += csv_line(changes[i], followed ? &changes[i + 1] : nullptr);
    }
    return book;
}

} // namespace fairlead::cost
