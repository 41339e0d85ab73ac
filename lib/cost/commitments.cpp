// What a site has committed to pay: reservations, capacity blocks and savings plans.

#include "cost/aws_json.hpp"

#include <algorithm>
#include <array>

namespace fairlead::cost {
namespace {

constexpr Wide most_picos = std::numeric_limits<std::int64_t>::max();

/// The price of an hour where `fee` is paid at once for so many hours of instances, half to even.
std::optional<Wide> an_hour_of(HourlyPrice fee, Wide seconds) {
    constexpr Wide hour = 3600;
    if (seconds <= 0)
        return std::nullopt;
    return divided(Wide{fee.picos} * hour, seconds);
}

Result<HourlyPrice> price_of(const Source& source, const Json& object, const char* name,
                             bool needed) {
    const std::string text = text_of(object, name);
    if (text.empty() && !needed)
        return HourlyPrice{};
    const auto price = read_price(text);
    return price ? price : Result<HourlyPrice>(source.bad(name, text));
}

Result<Term> span_of(const Source& source, const Json& object, const char* from, const char* to) {
    const std::array<std::string, 2> texts{text_of(object, from), text_of(object, to)};
    const auto first = aws_time(texts[0]), last = aws_time(texts[1]);
    if (!first)
        return source.bad(from, texts[0]);
    if (!last || *last <= *first)
        return source.bad(to, texts[1]);
    return Term{*first, *last};
}

Result<HourlyPrice> sum_of(const Source& source, std::initializer_list<Wide> parts) {
    Wide sum = 0;
    for (const Wide part : parts)
        sum += part;
    if (sum > most_picos)
        return source.bad("the price of an hour", "more than can be counted");
    return HourlyPrice{static_cast<std::int64_t>(sum)};
}

/// "Hourly" is the only frequency that AWS has (API_RecurringCharge).
Result<Wide> hourly_charges(const Source& source, const Json& reservation) {
    Wide all = 0;
    for (const Json& charge : member(reservation, "RecurringCharges")) {
        if (text_of(charge, "Frequency") != "Hourly")
            return source.bad("Frequency", text_of(charge, "Frequency"));
        const auto amount = price_of(source, charge, "Amount", true);
        if (!amount)
            return std::unexpected(amount.error());
        all += amount->picos;
    }
    return all;
}

/// What an hour of a reservation costs, whether or not it is used.
Result<HourlyPrice> reserved_hour(const Source& source, const Json& reservation) {
    const auto fixed = price_of(source, reservation, "FixedPrice", false);
    const auto usage = price_of(source, reservation, "UsagePrice", false);
    const auto charges = hourly_charges(source, reservation);
    if (!fixed || !usage || !charges)
        return std::unexpected(!fixed ? fixed.error() : !usage ? usage.error() : charges.error());
    const Json& duration = member(reservation, "Duration");
    const auto paid =
        an_hour_of(*fixed, duration.is_number_integer() ? duration.get<std::int64_t>() : 0);
    if (!paid)
        return source.bad("Duration", text_of(reservation, "Duration"));
    return sum_of(source, {usage->picos, *charges, *paid});
}

std::string currency_of(const Json& object, const char* name) {
    const std::string currency = text_of(object, name);
    return currency.empty() ? "USD" : currency;
}

std::string property(const Json& rate, std::string_view name) {
    for (const Json& each : member(rate, "properties"))
        if (text_of(each, "name") == name)
            return text_of(each, "value");
    return {};
}

/// It was never paid for, or all of it was paid back.
bool is_none(const Json& commitment, const char* state) {
    constexpr std::array<std::string_view, 3> none{"payment-failed", "queued-deleted", "returned"};
    return std::ranges::find(none, text_of(commitment, state)) != none.end();
}

void forget(const std::string& id, AwsPrices& into) {
    if (!id.empty())
        into.add(id, {Time::min(), Time::min()});
}

} // namespace

Result<void> add_reservations(const Source& source, const Json& answer, AwsPrices& into) {
    for (const Json& reservation : member(answer, "ReservedInstances")) {
        const std::string id = text_of(reservation, "ReservedInstancesId");
        if (is_none(reservation, "State")) {
            forget(id, into);
            continue;
        }
        if (text_of(reservation, "State") == "payment-pending" ||
            text_of(reservation, "InstanceTenancy") == "dedicated")
            continue;
        const auto span = span_of(source, reservation, "Start", "End");
        const auto hourly = reserved_hour(source, reservation);
        if (!span || !hourly)
            return std::unexpected(span ? hourly.error() : span.error());
        into.prices.push_back({normalized({.region = std::string(source.region),
                                           .az = text_of(reservation, "AvailabilityZone"),
                                           .instance_type = text_of(reservation, "InstanceType"),
                                           .os = text_of(reservation, "ProductDescription"),
                                           .purchase = "reserved"}),
                               span->from, *hourly, currency_of(reservation, "CurrencyCode"),
                               span->to, id});
        if (!id.empty())
            into.add(id, *span);
    }
    return {};
}

Result<void> add_capacity_blocks(const Source& source, const Json& answer,
                                 std::vector<Observed>& into) {
    for (const Json& block : member(answer, "CapacityBlockOfferings")) {
        const auto span = span_of(source, block, "StartDate", "EndDate");
        const auto fee = price_of(source, block, "UpfrontFee", true);
        if (!span || !fee)
            return std::unexpected(span ? fee.error() : span.error());
        const Json& count = member(block, "InstanceCount");
        const auto hour = an_hour_of(*fee, Wide{(span->to - span->from).count()} *
                                               (count.is_number_integer() ? count.get<int>() : 0));
        if (!hour)
            return source.bad("InstanceCount", text_of(block, "InstanceCount"));
        const auto hourly = sum_of(source, {*hour});
        if (!hourly)
            return std::unexpected(hourly.error());
        into.push_back({normalized({.region = std::string(source.region),
                                    .az = text_of(block, "AvailabilityZone"),
                                    .instance_type = text_of(block, "InstanceType"),
                                    .os = "Linux",
                                    .purchase = "capacity-block"}),
                        span->from, *hourly, currency_of(block, "CurrencyCode"), span->to});
    }
    return {};
}

Result<void> add_plan_rates(const Source& source, const Json& answer, std::vector<Observed>& into) {
    for (const Json& rate : member(answer, "searchResults")) {
        if (text_of(rate, "serviceCode") != "AmazonEC2" || text_of(rate, "unit") != "Hrs" ||
            property(rate, "tenancy") != "shared" || property(rate, "instanceType").empty() ||
            !text_of(rate, "usageType").contains("BoxUsage"))
            continue;
        const auto hourly = price_of(source, rate, "rate", true);
        if (!hourly)
            return std::unexpected(hourly.error());
        into.push_back({normalized({.region = property(rate, "region"),
                                    .instance_type = property(rate, "instanceType"),
                                    .os = property(rate, "productDescription"),
                                    .purchase = "savings-plan"}),
                        std::nullopt, *hourly, currency_of(rate, "currency"), std::nullopt,
                        text_of(answer, "savingsPlanId")});
    }
    return {};
}

Result<void> add_plans(const Source& source, const Json& answer, AwsPrices& into) {
    for (const Json& plan : member(answer, "savingsPlans")) {
        const std::string id = text_of(plan, "savingsPlanId");
        if (is_none(plan, "state")) {
            forget(id, into);
            continue;
        }
        const auto span = span_of(source, plan, "start", "end");
        if (!span)
            return std::unexpected(span.error());
        if (!id.empty())
            into.add(id, *span);
    }
    return {};
}

} // namespace fairlead::cost
