/// The ledger: transfers between accounts that are only ever added, each with a checksum over
/// itself and all before it. Kept in SQLite or MariaDB.
#pragma once

#include "cost/money.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fairlead::cost {

/// One transfer: what `debit` owes more, `credit` owes less, so that all accounts always sum to
/// zero.
struct Entry {
    std::string cluster{};
    std::string run{};    ///< slurmdbd's number of the run, else "JOB@START"; "pool fsx 2026-06"
    std::string kind{};   ///< "run", "suspended", "node_fail", "instance", "boot", "idle",
                          ///< "reclaim", "adjustment", "close", or a pool's; reversed with a '-'
                          ///< before it
    std::string period{}; ///< the month that it belongs to: "2026-06"
    std::string day{};    ///< of that month, when it counts: "2026-06-30"
    std::string debit{};  ///< "account:bio", "grant:NIH-1": who pays has a ':' in the name
    std::string credit{}; ///< "instances"; or who pays less
    std::string currency{};
    Money amount{};
    std::string job{};
    std::string user{};
    std::string partition{};
    std::string state{};
    std::string instance_type{};
    std::string purchase{};
    std::string region{}; ///< of the nodes, where known
    std::string wckey{};
    std::string qos{};
    std::string author{}; ///< of what people enter, as `note`
    std::string note{};   ///< the reason; of "close" the checksum of groups.yaml as it was
    std::int64_t node_seconds = 0;
    std::int64_t cpu_seconds = 0; ///< 0 where not known, as the next
    std::int64_t gpu_seconds = 0;
    std::int64_t revision = 1; ///< of the run; rises with each correction
    std::int64_t line = 0;     ///< within the revision
    bool operator==(const Entry&) const = default;
};

/// The newest that was seen of a run: which job it is of, and which of two dumps tells more.
struct Observation {
    std::string cluster{};
    std::string run{};
    std::string job{};
    std::int64_t started = 0; ///< in seconds since 1970, as the two below
    std::int64_t seen = 0;    ///< when the dump was taken
    std::int64_t ended = 0;
    std::string digest{}; ///< of all that the dump says of the run
    bool priced = true;   ///< else the ledger has no entries for it yet
    bool operator==(const Observation&) const = default;
};

struct Verified {
    std::int64_t entries;
    std::string head; ///< the last checksum: kept elsewhere, it tells whether the end was cut off
    std::optional<std::int64_t> noted{}; ///< the entry with the checksum that was asked for
};

/// What one who pays owes for one kind of thing on one day: the sum of the entries that agree in
/// all of these, reversals taken off.
struct DaySum {
    std::string day{};
    std::string cluster{};
    std::string kind{};
    std::string payer{}; ///< "account:bio"
    std::string user{};
    std::string partition{};
    std::string wckey{};
    std::string instance_type{};
    std::string purchase{};
    std::string currency{};
    std::int64_t runs = 0; ///< each counts where its first entry does
    std::int64_t node_seconds = 0;
    std::int64_t cpu_seconds = 0;
    std::int64_t gpu_seconds = 0;
    Money amount{};
    bool operator==(const DaySum&) const = default;
};

/// A month that was closed, with what was true then.
struct Closing {
    std::string month{};  ///< "2026-06"
    std::int64_t entry{}; ///< the entry that closed it
    std::string head{};   ///< its checksum
    std::string day{};    ///< when it was closed
    std::string author{};
    std::string groups{}; ///< groups.yaml as it was
    bool operator==(const Closing&) const = default;
};

/// A sum of transfers, for each account and currency.
using Balances = std::map<std::pair<std::string, std::string>, Wide>;

class Ledger {
  public:
    /// Opens or makes the file, for its owner alone, and brings its tables up to this release.
    /// "mysql://db=NAME user=NAME ..." is a database of MariaDB, and so is a file that holds such a
    /// line. FL-C302, also where others may read or change the file; FL-C303.
    static Result<Ledger> open(const std::filesystem::path& file);

    /// Opens a ledger that is there and changes nothing of it. FL-C302, FL-C303.
    static Result<Ledger> open_to_read(const std::filesystem::path& file);
    Ledger(Ledger&&) noexcept;
    Ledger& operator=(Ledger&&) noexcept;
    ~Ledger();

    /// All of `work` or nothing of it. FL-C302 and what `work` fails with.
    Result<void> transaction(const std::function<Result<void>()>& work);

    /// All that `work` reads is of one moment. FL-C302 and what `work` fails with.
    Result<void> reading(const std::function<Result<void>()>& work);

    /// The entries of a run's latest revision, without reversals; empty for a run that is new.
    Result<std::vector<Entry>> latest(const std::string& cluster, const std::string& run);

    /// FL-C304 where the same line of the same revision is there already, FL-C305 where its month
    /// is closed, FL-C302.
    Result<void> append(const Entry& entry);

    /// The last month that is closed; it and all before it stay as they are.
    Result<std::optional<std::string>> closed_through();

    /// Closes a month and all before it, as `author` on `day`, with the text of groups.yaml that
    /// holds for them. Within a transaction. FL-C305 where it is closed already.
    Result<void> close(const Closing& closing);

    /// The months that were closed by name, in their order.
    Result<std::vector<Closing>> closings();

    /// The sums of the days from `from` on and before `to` ("2026-06-01"), in no order.
    Result<void> sums(const std::string& from, const std::string& to,
                      const std::function<void(const DaySum&)>& take);

    /// The entries of those days in the order in which they were entered.
    Result<void> entries(const std::string& from, const std::string& to,
                         const std::function<void(std::int64_t, const Entry&)>& take);

    /// The same of the adjustments among them.
    Result<void> adjustments(const std::string& from, const std::string& to,
                             const std::function<void(std::int64_t, const Entry&)>& take);

    /// The last entry's number and checksum.
    Result<Verified> head();

    Result<std::optional<Observation>> observed(const std::string& cluster, const std::string& run);
    Result<void> observe(const Observation& observation);

    /// Up to when all runs of a cluster are settled, in seconds since 1970: the end of the latest,
    /// or up to when all was asked for; but not past the first that waits for a price.
    Result<std::optional<std::int64_t>> watermark(const std::string& cluster);

    /// The same, even where runs wait for a price.
    Result<std::optional<std::int64_t>> asked_until(const std::string& cluster);

    /// The end of the first run of a cluster.
    Result<std::optional<std::int64_t>> first_end(const std::string& cluster);

    /// The runs that wait for a price: their jobs and ends.
    Result<std::vector<Observation>> waiting_runs(const std::string& cluster);

    /// A cluster with runs of which nobody knows up to when it is settled; empty for none.
    Result<std::string> unmarked_cluster();

    /// The first seconds of the days (UTC) on which a run ended that waits for a price.
    Result<std::vector<std::int64_t>> waiting_days(const std::string& cluster);

    Result<void> raise_watermark(const std::string& cluster, std::int64_t end);

    /// Whether it was told that a group used so much of its budget in a period, and that it was.
    Result<bool> alerted(const std::string& group, const std::string& period, int percent);
    Result<void> note_alert(const std::string& group, const std::string& period, int percent);

    /// Whether a report ("group bio 2026-06") was sent to a viewer, and that it was.
    Result<bool> delivered(const std::string& report, const std::string& viewer);
    Result<void> note_delivery(const std::string& report, const std::string& viewer);

    /// How many runs that ended from `from` on and before `to` (seconds since 1970) wait for a
    /// price.
    Result<std::int64_t> waiting(std::int64_t from, std::int64_t to);

    /// Up to when all clusters are settled; nothing for a ledger without runs.
    Result<std::optional<std::int64_t>> settled_until();

    /// Computes every checksum anew, and looks for one that was noted before; compares the sums of
    /// days and the closed months with the entries. FL-C301.
    Result<Verified> verify(std::string_view noted = {});

    Result<Balances> balances();

  private:
    static Result<Ledger> opened(const std::filesystem::path& place, bool to_read);
    explicit Ledger(std::unique_ptr<class LedgerDatabase> database);
    std::unique_ptr<LedgerDatabase> database_;
};

} // namespace fairlead::cost
