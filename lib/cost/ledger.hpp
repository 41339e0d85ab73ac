/// The ledger: transfers between accounts that are only ever added, each with a checksum over
/// itself and all before it. Kept in SQLite.
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
    std::string run{};    ///< slurmdbd's number of the run, else "JOB@START"
    std::string kind{};   ///< "run", "suspended", "node_fail"; reversed with a '-' before it
    std::string period{}; ///< the month that it belongs to: "2026-06"
    std::string debit{};  ///< "account:bio"
    std::string credit{}; ///< "instances"
    std::string currency{};
    Money amount{};
    std::string job{};
    std::string user{};
    std::string partition{};
    std::string state{};
    std::string instance_type{};
    std::string purchase{};
    std::int64_t node_seconds = 0;
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

/// A sum of transfers, for each account and currency.
using Balances = std::map<std::pair<std::string, std::string>, Wide>;

class Ledger {
  public:
    /// Opens or makes the file, for its owner alone, and brings its tables up to this release.
    /// FL-C302, also where others may read or change the file; FL-C303.
    static Result<Ledger> open(const std::filesystem::path& file);

    /// Opens a ledger that is there and changes nothing of it. FL-C302, FL-C303.
    static Result<Ledger> open_to_read(const std::filesystem::path& file);
    Ledger(Ledger&&) noexcept;
    Ledger& operator=(Ledger&&) noexcept;
    ~Ledger();

    /// All of `work` or nothing of it. FL-C302 and what `work` fails with.
    Result<void> transaction(const std::function<Result<void>()>& work);

    /// The entries of a run's latest revision, without reversals; empty for a run that is new.
    Result<std::vector<Entry>> latest(const std::string& cluster, const std::string& run);

    /// FL-C304 where the same line of the same revision is there already, FL-C302.
    Result<void> append(const Entry& entry);

    Result<std::optional<Observation>> observed(const std::string& cluster, const std::string& run);
    Result<void> observe(const Observation& observation);

    /// Up to when all runs of a cluster are settled, in seconds since 1970: the end of the latest,
    /// or of the first that waits for a price.
    Result<std::optional<std::int64_t>> watermark(const std::string& cluster);
    Result<void> raise_watermark(const std::string& cluster, std::int64_t end);

    /// Computes every checksum anew, and looks for one that was noted before. FL-C301.
    Result<Verified> verify(std::string_view noted = {});

    Result<Balances> balances();

  private:
    struct Database;
    static Result<Ledger> opened(const std::filesystem::path& file, bool to_read);
    explicit Ledger(std::unique_ptr<Database> database);
    std::unique_ptr<Database> database_;
};

} // namespace fairlead::cost
