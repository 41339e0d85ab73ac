#include "cost/groups.hpp"

#include "base/files.hpp"
#include "base/words.hpp"
#include "config/reader.hpp"
#include "cost/mail.hpp"
#include "cost/names.hpp"

#include <algorithm>
#include <array>

namespace fairlead::cost {
namespace {

using config::Key;
using config::Reader;

constexpr std::string_view schema = "fairlead.groups/1";
constexpr std::array<std::string_view, 4> periods{"month", "quarter", "grant", "rolling"};
constexpr std::array<std::string_view, 2> notices{"never", "always"};

Key text_key(const Reader& reader, std::string_view name, std::string& into) {
    return {name, [&reader, name, &into](const YAML::Node& node) -> Result<void> {
                auto text = reader.text(node, name);
                if (!text)
                    return std::unexpected(text.error());
                into = std::move(*text);
                return {};
            }};
}

Key texts_key(const Reader& reader, std::string_view name, std::vector<std::string>& into) {
    return {name, [&reader, name, &into](const YAML::Node& node) -> Result<void> {
                auto texts = reader.texts(node, name);
                if (!texts)
                    return std::unexpected(texts.error());
                into = std::move(*texts);
                return {};
            }};
}

/// Addresses of those who are sent reports.
Key viewers_key(const Reader& reader, std::vector<std::string>& into) {
    return {"viewers", [&reader, &into](const YAML::Node& node) -> Result<void> {
                auto addresses = reader.texts(node, "viewers");
                if (!addresses)
                    return std::unexpected(addresses.error());
                for (const std::string& address : *addresses)
                    if (!is_address(address))
                        return reader.error(Code::X106, node,
                                            fmt::format("viewer '{}' is no mail address; expected "
                                                        "such as ada@north.example",
                                                        printable(address)));
                std::ranges::sort(*addresses);
                addresses->erase(std::ranges::unique(*addresses).begin(), addresses->end());
                into = std::move(*addresses);
                return {};
            }};
}

Key number_key(const Reader& reader, std::string_view name, int most, int& into) {
    return {name, [&reader, name, most, &into](const YAML::Node& node) -> Result<void> {
                const auto number = reader.number(node, name, 1, most);
                if (!number)
                    return std::unexpected(number.error());
                into = *number;
                return {};
            }};
}

/// The index of a word, as an enumeration.
template <class Word, std::size_t N>
Key word_key(const Reader& reader, std::string_view name,
             const std::array<std::string_view, N>& words, Word& into) {
    return {name, [&reader, name, &words, &into](const YAML::Node& node) -> Result<void> {
                const auto index = reader.word(node, name, words);
                if (!index)
                    return std::unexpected(index.error());
                into = static_cast<Word>(*index);
                return {};
            }};
}

/// "4000" (USD) or "4000 EUR".
Result<void> read_amount(const Reader& reader, const YAML::Node& node, Budget& budget) {
    const auto text = reader.text(node, "amount");
    if (!text)
        return std::unexpected(text.error());
    const auto words = fairlead::split(*text, ' ');
    const auto amount = read_decimal(words[0], 9);
    const bool named = words.size() == 2 && words[1].size() == 3 &&
                       std::ranges::all_of(words[1], [](char c) { return c >= 'A' && c <= 'Z'; });
    if (!amount || *amount < 0 || words.size() > 2 || (words.size() == 2 && !named))
        return reader.error(
            Code::X106, node,
            fmt::format("amount is '{}'; expected such as 4000 or 4000 EUR", printable(*text)));
    budget.amount = {*amount};
    if (named)
        budget.currency = words[1];
    return {};
}

Result<void> read_budget(const Reader& reader, const YAML::Node& node,
                         std::optional<Budget>& into) {
    Budget budget;
    int days = 0;
    const Key keys[] = {
        {"amount", [&](const YAML::Node& value) { return read_amount(reader, value, budget); }},
        word_key(reader, "period", periods, budget.period),
        number_key(reader, "days", 3660, days)};
    if (auto done = reader.map(node, "budget", keys); !done)
        return done;
    if (!node["amount"])
        return reader.error(Code::X106, node, "the budget has no amount");
    if ((budget.period == Period::Rolling) != (days > 0))
        return reader.error(Code::X106, node,
                            "days belongs to `period: rolling`, which needs it: days: 30");
    budget.days = std::chrono::days(days);
    into = std::move(budget);
    return {};
}

Key budget_key(const Reader& reader, std::optional<Budget>& into) {
    return {"budget", [&](const YAML::Node& node) { return read_budget(reader, node, into); }};
}

/// Of a university or the site: only a group has grants.
Key own_budget_key(const Reader& reader, std::optional<Budget>& into) {
    return {"budget", [&](const YAML::Node& node) -> Result<void> {
                auto done = read_budget(reader, node, into);
                if (done && into->period == Period::Grant)
                    return reader.error(Code::X106, node,
                                        "`period: grant` is for a group, which names its grants");
                return done;
            }};
}

Result<void> read_thresholds(const Reader& reader, const YAML::Node& node, Group& group) {
    if (!node.IsSequence())
        return reader.error(Code::X106, node, "thresholds must be a list: [{at: 80, then: warn}]");
    for (const auto& item : node) {
        Threshold threshold{.percent = 0, .reaction = Reaction::Note};
        const Key keys[] = {number_key(reader, "at", 10'000, threshold.percent),
                            word_key(reader, "then", reactions, threshold.reaction),
                            text_key(reader, "qos", threshold.qos)};
        if (auto done = reader.map(item, "a threshold", keys); !done)
            return done;
        if (threshold.percent == 0 || !item["then"])
            return reader.error(Code::X106, item, "a threshold needs `at` and `then`");
        if ((threshold.reaction == Reaction::RequireQos) == threshold.qos.empty())
            return reader.error(Code::X106, item,
                                "qos belongs to `then: require_qos`, which needs it");
        if (!group.thresholds.empty() && group.thresholds.back().percent >= threshold.percent)
            return reader.error(Code::X106, item, "thresholds must rise");
        group.thresholds.push_back(std::move(threshold));
    }
    return {};
}

/// {NIH-1: 60, NSF-2: 40} in percent.
Result<void> read_shares(const Reader& reader, const YAML::Node& node, Group& group) {
    std::int64_t total = 0;
    const auto read = [&](const std::string& name, const YAML::Node& value) -> Result<void> {
        const auto text = reader.text(value, name);
        if (!text)
            return std::unexpected(text.error());
        const auto parts = read_decimal(*text, 6);
        if (!parts || *parts <= 0 || *parts > whole_parts)
            return reader.error(Code::X106, value,
                                fmt::format("{} is '{}'; expected percent above 0, up to 100",
                                            printable(name), printable(*text)));
        group.grants.push_back({name, *parts});
        total += *parts;
        return {};
    };
    if (auto done = reader.entries(node, "grants of " + group.name, read); !done)
        return done;
    if (total != whole_parts)
        return reader.error(Code::X106, node,
                            fmt::format("the grants of {} sum to {} %; expected 100", group.name,
                                        static_cast<double>(total) / 1e6));
    return {};
}

Result<void> read_group(const Reader& reader, const std::string& name, const YAML::Node& node,
                        Groups& all) {
    Group group{.name = name};
    const Key keys[] = {
        text_key(reader, "pi", group.pi),
        text_key(reader, "university", group.university),
        texts_key(reader, "accounts", group.accounts),
        {"grants", [&](const YAML::Node& value) { return read_shares(reader, value, group); }},
        budget_key(reader, group.budget),
        {"thresholds",
         [&](const YAML::Node& value) { return read_thresholds(reader, value, group); }},
        texts_key(reader, "may_exceed", group.may_exceed),
        viewers_key(reader, group.viewers),
        {"when_stale",
         [&](const YAML::Node& value) -> Result<void> {
             const auto index = reader.word(value, "when_stale", stale_words);
             if (!index)
                 return std::unexpected(index.error());
             group.when_stale = static_cast<WhenStale>(*index);
             return {};
         }},
        word_key(reader, "notify", notices, group.notify)};
    if (auto done = reader.map(node, "group " + printable(name), keys); !done)
        return done;
    for (std::string& account : group.accounts)
        account = in_small_letters(account);
    if (group.accounts.empty())
        return reader.error(Code::X106, node,
                            fmt::format("group {} has no accounts", printable(name)));
    if (!group.budget && !group.thresholds.empty())
        return reader.error(Code::X106, node,
                            fmt::format("group {} has thresholds, but no budget", printable(name)));
    if (group.budget && group.budget->period == Period::Grant && group.grants.empty())
        return reader.error(
            Code::X106, node,
            fmt::format("group {} has a budget of its grants, but no grants", printable(name)));
    all.groups.push_back(std::move(group));
    return {};
}

Result<Time> read_day(const Reader& reader, const YAML::Node& node, std::string_view name) {
    const auto text = reader.text(node, name);
    if (!text)
        return std::unexpected(text.error());
    const auto time = read_time(*text);
    if (!time)
        return reader.error(
            Code::X106, node,
            fmt::format("{} is '{}'; expected a date such as 2026-06-01", name, printable(*text)));
    return *time;
}

/// `end` is the last day of the grant, as its letter of award says.
Result<void> read_grant(const Reader& reader, const std::string& name, const YAML::Node& node,
                        Groups& all) {
    std::optional<Time> from, to;
    Grant grant{};
    const auto day = [&](std::string_view key, std::optional<Time>& into) {
        return Key{key, [&reader, key, &into](const YAML::Node& value) -> Result<void> {
                       const auto time = read_day(reader, value, key);
                       if (!time)
                           return std::unexpected(time.error());
                       into = *time;
                       return {};
                   }};
    };
    const Key keys[] = {day("start", from), day("end", to), text_key(reader, "fund", grant.fund),
                        texts_key(reader, "wckeys", grant.wckeys)};
    if (auto done = reader.map(node, "grant " + printable(name), keys); !done)
        return done;
    if (!from || !to || *to < *from)
        return reader.error(
            Code::X106, node,
            fmt::format("grant {} needs a start and an end after it", printable(name)));
    grant.from = *from;
    grant.to = *to + std::chrono::days(1);
    all.grants.emplace(name, std::move(grant));
    return {};
}

Result<void> read_university(const Reader& reader, const std::string& name, const YAML::Node& node,
                             Groups& all) {
    std::optional<Budget> budget;
    const Key keys[] = {own_budget_key(reader, budget),
                        viewers_key(reader, all.university_viewers[name])};
    if (auto done = reader.map(node, "university " + printable(name), keys); !done)
        return done;
    all.universities.emplace(name, std::move(budget));
    return {};
}

/// What the file says in one place must be there in the other.
Result<void> check_names(const Groups& all, const std::filesystem::path& file) {
    std::map<std::string_view, std::string_view> owners, keys;
    for (const auto& [name, grant] : all.grants)
        for (const std::string& wckey : grant.wckeys)
            if (const auto [first, fresh] = keys.emplace(wckey, name); !fresh)
                return fail(Code::X106, "{}: workload key {} is of grants {} and {}", file.native(),
                            printable(wckey), printable(first->second), printable(name));
    for (const Group& group : all.groups) {
        for (const std::string& account : group.accounts)
            if (const auto [first, fresh] = owners.emplace(account, group.name); !fresh)
                return fail(Code::X106, "{}: account {} is in groups {} and {}", file.native(),
                            printable(account), first->second, group.name);
        for (const GrantShare& share : group.grants)
            if (!all.grants.contains(share.grant))
                return fail(Code::X106, "{}: group {} names grant {}, which `grants:` does not",
                            file.native(), group.name, printable(share.grant));
        if (!group.university.empty() && !all.universities.contains(group.university))
            return fail(Code::X106,
                        "{}: group {} names university {}, which `universities:` does "
                        "not",
                        file.native(), group.name, printable(group.university));
    }
    return {};
}

/// A quarter of the fiscal year.
Interval quarter_of(Time now, int fiscal_year_start) {
    using namespace std::chrono;
    const year_month_day day(floor<std::chrono::days>(now));
    const int month = static_cast<int>(static_cast<unsigned>(day.month()));
    const months into((month - fiscal_year_start + 12) % 3);
    const year_month_day begin = day.year() / day.month() / 1 - into;
    return {sys_days(begin), sys_days(begin + months(3))};
}

} // namespace

const Group* Groups::of_account(std::string_view account) const {
    const std::string name = in_small_letters(account);
    for (const Group& group : groups)
        if (std::ranges::find(group.accounts, name) != group.accounts.end())
            return &group;
    return nullptr;
}

Result<Groups> parse_groups(std::string_view text, const std::filesystem::path& file) {
    const Reader reader{file, schema};
    const auto root = reader.parse(text);
    if (!root)
        return std::unexpected(root.error());
    Groups all;
    const auto each = [&](std::string_view name, auto read) {
        return Key{name, [&reader, &all, name, read](const YAML::Node& node) {
                       return reader.entries(node, name,
                                             [&](const std::string& key, const YAML::Node& value) {
                                                 return read(reader, key, value, all);
                                             });
                   }};
    };
    const Key site[] = {own_budget_key(reader, all.site), viewers_key(reader, all.site_viewers),
                        number_key(reader, "fiscal_year_start", 12, all.fiscal_year_start)};
    const Key keys[] = {
        {"schema",
         [&](const YAML::Node& node) -> Result<void> {
             const auto word = reader.word(node, "schema", std::span(&schema, 1));
             return word ? Result<void>{} : std::unexpected(word.error());
         }},
        each("groups", read_group),
        each("grants", read_grant),
        each("universities", read_university),
        {"site", [&](const YAML::Node& node) { return reader.map(node, "site", site); }}};
    auto done = reader.map(*root, "the file of groups", keys);
    if (done)
        done = check_names(all, file);
    if (!done)
        return std::unexpected(done.error());
    return all;
}

Result<Groups> load_groups(const std::filesystem::path& file) {
    const auto text = read_file(file);
    if (!text)
        return std::unexpected(text.error());
    return parse_groups(*text, file);
}

Interval period_of(const Budget& budget, const Group& group, const Groups& all, Time now) {
    switch (budget.period) {
    case Period::Month:
        return {month_of(now), month_after(now)};
    case Period::Quarter:
        return quarter_of(now, all.fiscal_year_start);
    case Period::Rolling:
        return {now - budget.days, now};
    case Period::Grant:
        break;
    }
    Interval interval{Time::max(), Time::min()};
    for (const GrantShare& share : group.grants) {
        const Grant& grant = all.grants.find(share.grant)->second;
        interval.from = std::min(interval.from, grant.from);
        interval.to = std::max(interval.to, grant.to);
    }
    return interval;
}

Interval fiscal_year(const Groups& all, int year) {
    using namespace std::chrono;
    const bool before = all.fiscal_year_start > 1;
    const year_month_day begin = std::chrono::year(before ? year - 1 : year) /
                                 month(static_cast<unsigned>(all.fiscal_year_start)) / 1;
    return {sys_days(begin), sys_days(begin + years(1))};
}

Result<std::vector<Money>> among_grants(Money cost, const Group& group) {
    std::vector<Wide> weights;
    for (const GrantShare& share : group.grants)
        weights.push_back(share.parts);
    if (weights.empty())
        return std::vector<Money>{};
    return share_out(cost, weights);
}

std::string_view to_string(Period period) { return periods.at(static_cast<std::size_t>(period)); }

} // namespace fairlead::cost
