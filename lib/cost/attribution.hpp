/// Who a charge belongs to: group, PI, university and grant.
#pragma once

#include "cost/charges.hpp"
#include "cost/groups.hpp"

#include <unordered_map>

namespace fairlead::cost {

/// groups.yaml as it held in each month: a closed month keeps what it was closed with.
class GroupsOverTime {
  public:
    explicit GroupsOverTime(Groups now) { held_.push_back({"9999-99", std::move(now)}); }

    /// With those of closed months, in their order. FL-X102 to FL-X106 for what was kept.
    static Result<GroupsOverTime> with(Groups now, const std::vector<Closing>& closings);

    const Groups& on(std::string_view day) const;
    const Groups& now() const { return held_.back().groups; }

  private:
    struct Held {
        std::string through; ///< a month
        Groups groups;
    };
    std::vector<Held> held_{};
};

/// What a charge, or a grant's part of it, is put down to. Empty: to none.
struct Attributed {
    const Charge* charge;
    std::string_view account;
    const Group* group; ///< null: of no group
    std::string_view university;
    std::string_view grant;
    std::string_view pool; ///< "storage", which nobody was charged for yet
    Money amount;
    std::int64_t node_seconds;
    std::int64_t cpu_seconds;
    std::int64_t gpu_seconds;
};

class Attribution {
  public:
    explicit Attribution(const GroupsOverTime& groups) : groups_(groups) {}

    /// Of the group as a whole.
    Attributed whole(const Charge& charge);

    /// A part for each grant that the group has, and that runs on the day of the charge; else for
    /// none. A workload key that a grant names takes all. FL-C105.
    Result<void> parts(const Charge& charge, const std::function<void(const Attributed&)>& take);

  private:
    const Group* group_of_account(const Groups& groups, std::string_view account);

    bool runs_on(const Groups& groups, std::string_view grant, const std::string& day);

    const GroupsOverTime& groups_;
    std::string day_{}; ///< read last, as charges come day by day
    std::optional<Time> time_{};
    std::unordered_map<const Groups*, std::unordered_map<std::string, const Group*>> known_{};
};

} // namespace fairlead::cost
