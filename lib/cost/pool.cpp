#include "cost/pool.hpp"

#include "base/words.hpp"
#include "cost/attribution.hpp"
#include "cost/months.hpp"
#include "cost/names.hpp"
#include "cost/settle.hpp"

#include <algorithm>
#include <array>

namespace fairlead::cost {
namespace {

constexpr std::array<std::string_view, 4> rules{"quota", "used", "proportional", "unallocated"};
constexpr std::array<std::string_view, 5> kinds{"storage", "transfer", "overhead", "boot", "idle"};

/// Whether it is known what each group has of it.
bool has_parts(const Pool& pool) {
    return pool.rule == PoolRule::Quota || pool.rule == PoolRule::Used;
}

Wide sum_of_parts(const Pool& pool) {
    Wide sum = 0;
    for (const auto& [group, weight] : pool.quotas)
        sum += weight;
    return sum;
}

Result<void> check(const Groups& groups, const Pool& pool) {
    const auto is_name = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    };
    if (pool.name.empty() || pool.name.size() > 64 || !std::ranges::all_of(pool.name, is_name))
        return fail(Code::C306, "'{}' is no name of a pool; expected such as fsx-scratch",
                    printable(pool.name));
    if (std::ranges::find(kinds, pool.kind) == kinds.end())
        return fail(Code::C306, "'{}' is no kind of a pool{}", printable(pool.kind),
                    suggestion(pool.kind, kinds));
    if (is_of_instances(pool) && pool.name != pool.kind)
        return fail(Code::C306, "the pool of kind {0} is named {0}, not {1}", pool.kind, pool.name);
    if (!read_month(pool.month))
        return fail(Code::C306, "'{}' is no month; expected such as 2026-06",
                    printable(pool.month));
    if (pool.amount.nanos < 0)
        return fail(Code::C306, "the amount is {}; expected none or more", show_nanos(pool.amount));
    if (has_parts(pool) == pool.quotas.empty())
        return fail(Code::C306, "the rule quota or used needs the groups' parts, and no other has "
                                "them");
    if (pool.capacity && (!has_parts(pool) || *pool.capacity < sum_of_parts(pool)))
        return fail(Code::C306,
                    "the capacity is {}, less than the parts of groups, or the rule has "
                    "none",
                    *pool.capacity);
    for (const auto& [group, weight] : pool.quotas)
        if (std::ranges::find(groups.groups, group, &Group::name) == groups.groups.end())
            return fail(Code::C306, "group '{}' is not known", printable(group));
    return {};
}

/// The rule in words, and how large a part of it somebody has.
std::string note_of(const Pool& pool) {
    return fmt::format("{} by rule: {}", pool.name, to_string(pool.rule));
}

std::string note_of(const Pool& pool, Wide part, Wide whole) {
    const auto shown = [&](Wide number) {
        return has_parts(pool) ? fmt::format("{}", static_cast<std::int64_t>(number))
                               : show_nanos(number);
    };
    return fmt::format("{}, {} of {}", note_of(pool), shown(part), shown(whole));
}

std::map<std::string, Wide> weights_of(const Pool& pool, const std::map<std::string, Wide>& costs) {
    std::map<std::string, Wide> weights;
    if (has_parts(pool))
        for (const auto& [group, weight] : pool.quotas)
            if (weight > 0)
                weights[group] += weight;
    if (pool.rule == PoolRule::Proportional)
        for (const auto& [group, cost] : costs)
            if (cost > 0)
                weights[group] = cost;
    return weights;
}

std::string run_of(const Pool& pool) { return fmt::format("pool {} {}", pool.name, pool.month); }

/// What instances put into a pool of theirs in the month: what is in it, and what groups took out.
Result<void> take_amount(Ledger& ledger, const std::vector<Entry>& known, Pool& pool) {
    if (!is_of_instances(pool))
        return {};
    Wide amount = 0;
    for (const Entry& part : known)
        amount += part.amount.nanos;
    const auto done =
        ledger.sums(pool.month + "-01", month_behind(pool.month) + "-01", [&](const DaySum& sum) {
            if (sum.payer == "pool:" + pool.name && sum.currency == pool.currency)
                amount += sum.amount.nanos;
        });
    if (!done)
        return done;
    if (amount < 0)
        return fail(Code::C306, "{} of {} is {}, less than nothing, and stays where it is",
                    pool.name, pool.month, show_nanos(amount));
    const auto money = to_money(amount);
    if (!money)
        return std::unexpected(money.error());
    pool.amount = *money;
    return {};
}

/// What the runs of each group cost in the month.
Result<std::map<std::string, Wide>> costs_in(Ledger& ledger, const Groups& groups,
                                             const Pool& pool) {
    const GroupsOverTime now(groups);
    Attribution attribution(now);
    std::map<std::string, Wide> costs;
    Charge charge;
    const auto done =
        ledger.sums(pool.month + "-01", month_behind(pool.month) + "-01", [&](const DaySum& sum) {
            charge.sum = sum;
            const bool run = sum.kind == "run" || sum.kind == "suspended" ||
                             sum.kind == "node_fail" || sum.kind == "reclaim";
            const Group* group = attribution.whole(charge).group;
            if (run && group && sum.currency == pool.currency)
                costs[group->name] += sum.amount.nanos;
        });
    return done ? Result<std::map<std::string, Wide>>(costs) : std::unexpected(done.error());
}

} // namespace

bool is_of_instances(const Pool& pool) { return pool.kind == "boot" || pool.kind == "idle"; }

std::optional<PoolRule> pool_rule(std::string_view word) {
    const auto found = std::ranges::find(rules, word);
    if (found == rules.end())
        return std::nullopt;
    return static_cast<PoolRule>(found - rules.begin());
}

std::string_view to_string(PoolRule rule) { return rules.at(static_cast<std::size_t>(rule)); }

Result<std::vector<std::pair<std::string, std::int64_t>>> read_quotas(std::string_view text) {
    std::vector<std::pair<std::string, std::int64_t>> quotas;
    if (text.empty())
        return quotas;
    for (const std::string_view item : split(text, ',')) {
        const std::size_t equals = std::min(item.find('='), item.size());
        const auto weight = read_decimal(item.substr(std::min(equals + 1, item.size())), 0);
        if (equals == 0 || !weight || *weight <= 0)
            return fail(Code::C306, "'{}': expected a group and its part, such as bio=60",
                        printable(item));
        quotas.emplace_back(item.substr(0, equals), *weight);
    }
    return quotas;
}

Result<std::vector<Entry>> entries_of(const Pool& pool, const std::map<std::string, Wide>& costs) {
    const Time end = month_after(*read_month(pool.month)) - std::chrono::seconds(1);
    Entry entry{.run = run_of(pool),
                .kind = pool.kind,
                .period = pool.month,
                .day = day_name(end),
                .debit = "pool:" + pool.name,
                .credit = "bill",
                .currency = pool.currency,
                .amount = pool.amount,
                .author = pool.author,
                .note = note_of(pool)};
    std::vector<Entry> entries;
    if (!is_of_instances(pool))
        entries.push_back(entry);
    const auto weights = weights_of(pool, costs);
    if (weights.empty())
        return entries;
    std::vector<Wide> sizes;
    Wide whole = 0;
    for (const auto& [group, weight] : weights) {
        sizes.push_back(weight);
        whole += weight;
    }
    if (pool.capacity) { // what nobody has of it stays in the pool
        sizes.push_back(*pool.capacity - whole);
        whole = *pool.capacity;
    }
    const auto parts = share_out(pool.amount, sizes);
    if (!parts)
        return std::unexpected(parts.error());
    entry.credit = entry.debit;
    auto part = parts->begin();
    for (const auto& [group, weight] : weights) {
        entry.debit = "group:" + group;
        entry.note = note_of(pool, weight, whole);
        entry.amount = *part++;
        entries.push_back(entry);
    }
    return entries;
}

Result<std::size_t> enter_pool(Ledger& ledger, const Groups& groups, Pool pool) {
    if (auto fine = check(groups, pool); !fine)
        return std::unexpected(fine.error());
    std::size_t added = 0;
    const auto done = ledger.transaction([&]() -> Result<void> {
        const auto costs = costs_in(ledger, groups, pool);
        if (!costs)
            return std::unexpected(costs.error());
        const auto known = ledger.latest("", run_of(pool));
        if (!known)
            return std::unexpected(known.error());
        if (auto taken = take_amount(ledger, *known, pool); !taken)
            return taken;
        const auto now = entries_of(pool, *costs);
        if (!now)
            return std::unexpected(now.error());
        if (same_entries(*known, *now, ""))
            return {};
        added = known->size() + now->size();
        return enter(ledger, *known, *now, "");
    });
    return done ? Result<std::size_t>(added) : std::unexpected(done.error());
}

} // namespace fairlead::cost
