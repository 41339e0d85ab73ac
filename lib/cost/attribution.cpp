#include "cost/attribution.hpp"

#include "cost/months.hpp"

#include <algorithm>
#include <array>

namespace fairlead::cost {
namespace {

/// What stands behind the first ':' of "account:bio" where this is such a payer.
std::string_view named(std::string_view payer, std::string_view what) {
    if (!payer.starts_with(what) || payer.substr(what.size(), 1) != ":")
        return {};
    return payer.substr(what.size() + 1);
}

const Group* group_named(const Groups& groups, std::string_view name) {
    const auto found = std::ranges::find(groups.groups, name, &Group::name);
    return found == groups.groups.end() ? nullptr : &*found;
}

bool has(const Group& group, std::string_view grant) {
    return std::ranges::find(group.grants, grant, &GrantShare::grant) != group.grants.end();
}

/// The one group that a grant belongs to; null where several share it.
const Group* group_with(const Groups& groups, std::string_view grant) {
    const Group* only = nullptr;
    for (const Group& group : groups.groups) {
        if (!has(group, grant))
            continue;
        if (only)
            return nullptr;
        only = &group;
    }
    return only;
}

std::string_view grant_of_key(const Groups& groups, const Group& group, std::string_view wckey) {
    for (const GrantShare& share : group.grants) {
        const auto grant = groups.grants.find(share.grant);
        if (!wckey.empty() && grant != groups.grants.end() &&
            std::ranges::find(grant->second.wckeys, wckey) != grant->second.wckeys.end())
            return share.grant;
    }
    return {};
}

} // namespace

Result<GroupsOverTime> GroupsOverTime::with(Groups now, const std::vector<Closing>& closings) {
    GroupsOverTime all(std::move(now));
    for (const Closing& closing : closings) {
        auto groups = parse_groups(closing.groups, "groups of " + closing.month);
        if (!groups)
            return std::unexpected(groups.error());
        all.held_.insert(all.held_.end() - 1, {closing.month, std::move(*groups)});
    }
    return all;
}

const Groups& GroupsOverTime::on(std::string_view day) const {
    return std::ranges::lower_bound(held_, day.substr(0, 7), {}, &Held::through)->groups;
}

const Group* Attribution::group_of_account(const Groups& groups, std::string_view account) {
    const auto [known, fresh] = known_[&groups].try_emplace(std::string(account), nullptr);
    if (fresh)
        known->second = groups.of_account(account);
    return known->second;
}

bool Attribution::runs_on(const Groups& groups, std::string_view grant, const std::string& day) {
    if (day != day_) {
        day_ = day;
        time_ = read_day(day);
    }
    const auto known = groups.grants.find(grant);
    return known != groups.grants.end() && time_ && known->second.from <= *time_ &&
           *time_ < known->second.to;
}

Attributed Attribution::whole(const Charge& charge) {
    const Groups& groups = groups_.on(charge.sum.day);
    const std::string_view payer = charge.sum.payer;
    Attributed found{.charge = &charge,
                     .account = named(payer, "account"),
                     .group = nullptr,
                     .university = named(payer, "university"),
                     .grant = named(payer, "grant"),
                     .pool = named(payer, "pool"),
                     .amount = charge.sum.amount,
                     .node_seconds = charge.sum.node_seconds,
                     .cpu_seconds = charge.sum.cpu_seconds,
                     .gpu_seconds = charge.sum.gpu_seconds};
    if (!found.account.empty())
        found.group = group_of_account(groups, found.account);
    else if (!found.grant.empty())
        found.group = group_with(groups, found.grant);
    else
        found.group = group_named(groups, named(payer, "group"));
    if (found.group)
        found.university = found.group->university;
    return found;
}

Result<void> Attribution::parts(const Charge& charge,
                                const std::function<void(const Attributed&)>& take) {
    Attributed part = whole(charge);
    if (!part.grant.empty() || !part.group || part.group->grants.empty()) {
        take(part);
        return {};
    }
    const Groups& groups = groups_.on(charge.sum.day);
    const std::string_view keyed = grant_of_key(groups, *part.group, charge.sum.wckey);
    if (!keyed.empty() && runs_on(groups, keyed, charge.sum.day)) {
        part.grant = keyed;
        take(part);
        return {};
    }
    const DaySum& sum = charge.sum;
    std::array<std::vector<Money>, 4> shares;
    const std::array<std::int64_t, 4> wholes{sum.amount.nanos, sum.node_seconds, sum.cpu_seconds,
                                             sum.gpu_seconds};
    for (std::size_t i = 0; i < wholes.size(); ++i) {
        if (wholes[i] == 0) {
            shares[i].resize(part.group->grants.size());
            continue;
        }
        auto shared = among_grants(Money{wholes[i]}, *part.group);
        if (!shared)
            return std::unexpected(shared.error());
        shares[i] = std::move(*shared);
    }
    for (std::size_t i = 0; i < part.group->grants.size(); ++i) {
        const std::string& grant = part.group->grants[i].grant;
        part.grant = runs_on(groups, grant, sum.day) ? std::string_view(grant) : "";
        part.amount = shares[0][i];
        part.node_seconds = shares[1][i].nanos;
        part.cpu_seconds = shares[2][i].nanos;
        part.gpu_seconds = shares[3][i].nanos;
        take(part);
    }
    return {};
}

} // namespace fairlead::cost
