/// What entries sum to, day by day: what reports are made of.
#pragma once

#include "cost/ledger.hpp"

#include <unordered_map>

namespace fairlead::cost {

/// What a sum of a day is of, in one text.
std::string key_of(const DaySum& sum);

/// Sums entries as the table of days does: by who pays, on which day, for what.
class DaySums {
  public:
    /// What is entered must come in the order of the ledger, as a run counts where its first entry
    /// does. FL-C105.
    Result<void> add(const Entry& entry);

    const std::unordered_map<std::string, DaySum>& all() const { return sums_; }
    std::unordered_map<std::string, DaySum> taken();

  private:
    std::int64_t counts(const Entry& entry);
    Result<void> add_to(const std::string& payer, const Entry& entry, bool owes, std::int64_t runs);

    DaySum& sum_of(const std::string& payer, const Entry& entry);

    std::unordered_map<std::string, DaySum> sums_{};
    std::string cluster_{}, run_{}; ///< of the entry before, as the two below
    std::int64_t revision_ = 0;
    bool back_ = false;
    std::string key_{};
};

} // namespace fairlead::cost
