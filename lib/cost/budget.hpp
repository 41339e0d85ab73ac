/// Whether a job fits the budgets that it counts in, and the hold that keeps its money for it until
/// the accountant has seen it. Any number of threads may ask; none waits, and nothing does I/O.
#pragma once

#include "cost/budget_view.hpp"

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

namespace fairlead::cost {

/// A job as it is submitted. Texts are empty where it names none.
struct Ask {
    std::string_view user{}, account{}, qos{}, partitions{};
    JobSize size{};        ///< its partitions are left empty
    bool exempt = false;   ///< no budget stops it
    std::uint32_t uid = 0; ///< whose holds it is among
};

/// An update of a job.
struct Change {
    std::uint32_t job = 0;                ///< 0 where its name is no number
    std::string_view name{};              ///< as slurmctld names it: "4711_3"
    std::optional<std::uint64_t> tasks{}; ///< of an array, where it is not all of them
    bool release = false;
    Ask to{}; ///< what is empty stays as it is
};

/// What becomes of it. The error is what `reaction` is about.
struct Judged {
    Reaction reaction = Reaction::Note; ///< Hold and Reject stop the job
    std::optional<Error> error{};
    std::optional<Error> would_have{};   ///< what enforce mode would have stopped it with
    std::optional<Error> trouble{};      ///< why it could not be judged or kept; it passes
    std::optional<std::uint64_t> hold{}; ///< the number under which its money is kept
    Money at_most{};
    std::string_view currency{}; ///< empty where its cost is not known
    std::string notice{};        ///< for the user's terminal; empty for none
};

struct Dearer;

class Budgets {
  public:
    explicit Budgets(Holds holds);

    using View = std::shared_ptr<const BudgetView>;

    /// A new snapshot: what it has of the holds leaves them, and so does what it should have and
    /// has not, such as those of `--test-only`. For one thread.
    View take(BudgetSnapshot snapshot, const Settings& settings);

    /// `view` is null where there was no snapshot yet.
    Judged judge(const View& view, const Settings& settings, const Ask& ask, Time now);
    /// Of two that make one job dearer, the second waits for the snapshot that has the first, but
    /// the same again counts once: Slurm announces the update of an array more than once.
    Judged judge(const View& view, const Settings& settings, const Change& change, Time now);

  private:
    struct Known {
        std::shared_ptr<Used> used = std::make_shared<Used>(0);
        std::int64_t by_snapshot = 0; ///< of what is used
    };

    Known& known(std::uint64_t key);
    bool believed(const BudgetView& view, const Settings& settings, Time now) const;
    Judged judge_cost(const BudgetView& view, const Settings& settings, const BudgetGroup& group,
                      const Ask& ask, const InPartition& cost, Time now);
    Judged judge_unpriced(const BudgetView& view, const Settings& settings,
                          const BudgetGroup& group, const Ask& ask, const Dearest& cost, Time now);
    void raise_unpriced(const BudgetView& view, const Settings& settings, const Dearer& more,
                        const Ask& ask, Judged& judged) const;
    Judged raise(const BudgetView& view, const Settings& settings, const LiveJob& job,
                 const Change& change, Time now);
    Judged unlisted(const BudgetView& view, const Settings& settings, Time now) const;
    void raise_by(const BudgetView& view, const Settings& settings, const BudgetGroup& group,
                  const Ask& ask, std::optional<std::uint64_t> id, Time now, Judged& judged);
    bool keep(const BudgetView& view, const BudgetGroup& group, const Ask& ask, std::uint64_t id,
              Time now, Judged& judged);
    std::uint64_t new_id() noexcept;

    Holds holds_;
    std::unordered_map<std::uint64_t, Known> known_; ///< by cap_key(); of the one thread alone
    std::atomic<std::uint64_t> ids_;
};

} // namespace fairlead::cost
