#include "cost/ledger.hpp"

#include "base/words.hpp"
#include "cost/ledger_database.hpp"

#include <algorithm>
#include <soci/sqlite3/soci-sqlite3.h>
#include <sqlite3.h>

namespace fairlead::cost {
namespace {

std::unexpected<Error> unusable(const std::string& name, const std::exception& cause) {
    return fail(Code::C302, "{}: {}", name, printable(cause.what(), 400));
}

/// All of `work`, and what the database throws as an error.
template <class Value, class Work>
Result<Value> guarded(const LedgerDatabase& database, const Work& work) {
    try {
        return work();
    } catch (const std::exception& cause) {
        return unusable(database.name, cause);
    }
}

/// A time that a query finds for a cluster, in seconds since 1970.
Result<std::optional<std::int64_t>> time_of(LedgerDatabase& database, const char* query,
                                            const std::string& cluster) {
    return guarded<std::optional<std::int64_t>>(database, [&] {
        long long time = 0;
        soci::indicator known = soci::i_null;
        database.sql << query, soci::into(time, known), soci::use(cluster);
        return known == soci::i_ok ? std::optional<std::int64_t>(time) : std::nullopt;
    });
}

} // namespace

Ledger::Ledger(std::unique_ptr<LedgerDatabase> database) : database_(std::move(database)) {}
Ledger::Ledger(Ledger&&) noexcept = default;
Ledger& Ledger::operator=(Ledger&&) noexcept = default;
Ledger::~Ledger() = default;

Result<Ledger> Ledger::open(const std::filesystem::path& place) { return opened(place, false); }

Result<Ledger> Ledger::open_to_read(const std::filesystem::path& place) {
    return opened(place, true);
}

Result<Ledger> Ledger::opened(const std::filesystem::path& place, bool to_read) {
    try {
        auto database = LedgerDatabase::connect(place.native(), to_read);
        if (!database)
            return std::unexpected(database.error());
        return Ledger(std::move(*database));
    } catch (const soci::sqlite3_soci_error& cause) {
        if (to_read && (cause.result() & 0xff) == SQLITE_READONLY)
            return fail(Code::C302,
                        "{}: a settle that was cut off left it unfinished; settle again, which "
                        "restores it",
                        place.native());
        return unusable(place.native(), cause);
    } catch (const std::exception& cause) {
        return unusable(place.native(), cause);
    }
}

Result<void> Ledger::transaction(const std::function<Result<void>()>& work) {
    try {
        // At once for writing, so that two that settle wait for one another.
        database_->begin();
        auto done = database_->read_head();
        if (done)
            done = work();
        if (done)
            done = database_->write_sums();
        if (done)
            database_->sql << "COMMIT";
        else
            database_->give_up();
        database_->head.reset();
        return done;
    } catch (const std::exception& cause) {
        database_->give_up();
        return unusable(database_->name, cause);
    }
}

Result<void> Ledger::reading(const std::function<Result<void>()>& work) {
    return guarded<void>(*database_, [&]() -> Result<void> {
        database_->sql << std::string(database_->dialect.begin_to_read);
        auto done = work();
        database_->sql << "ROLLBACK";
        return done;
    });
}

Result<std::vector<Entry>> Ledger::latest(const std::string& cluster, const std::string& run) {
    try {
        std::vector<Entry> entries;
        database_->cluster = cluster;
        database_->run = run;
        database_->find.execute();
        while (database_->find.fetch()) {
            EntryRow& row = database_->found;
            row.to_entry();
            if (!entries.empty() && entries.front().revision != row.revision)
                continue;
            if (!row.entry.kind.starts_with('-'))
                entries.push_back(row.entry);
        }
        return entries;
    } catch (const std::exception& cause) {
        return unusable(database_->name, cause);
    }
}

Result<void> Ledger::append(const Entry& entry) {
    if (!database_->head)
        return fail(Code::C302, "an entry was added outside of a transaction");
    if (entry.period <= database_->closed)
        return fail(Code::C305,
                    "{} is closed, and with it all before; the first open month is "
                    "behind it",
                    database_->closed);
    try {
        EntryRow& row = database_->added;
        row.from_entry(entry);
        row.id = database_->last + 1;
        auto checksum = database_->chain.next(*database_->head, row.id, entry);
        if (!checksum)
            return std::unexpected(checksum.error());
        row.checksum = std::move(*checksum);
        database_->insert.execute(true);
        database_->last = row.id;
        database_->head = row.checksum;
        return database_->pending.add(entry);
    } catch (const std::exception& cause) {
        if (std::string_view(cause.what()).contains(database_->dialect.duplicate))
            return fail(Code::C304, "run {} of {} has line {} of revision {} already", entry.run,
                        entry.cluster, entry.line, entry.revision);
        return unusable(database_->name, cause);
    }
}

Result<std::optional<Observation>> Ledger::observed(const std::string& cluster,
                                                    const std::string& run) {
    try {
        database_->cluster = cluster;
        database_->run = run;
        std::optional<Observation> known;
        database_->look.execute();
        while (database_->look.fetch()) // to its end: a statement that is not holds a lock
            known = database_->seen.observation();
        return known;
    } catch (const std::exception& cause) {
        return unusable(database_->name, cause);
    }
}

Result<void> Ledger::observe(const Observation& observation) {
    try {
        database_->noted.take(observation);
        database_->note.execute(true);
        return {};
    } catch (const std::exception& cause) {
        return unusable(database_->name, cause);
    }
}

Result<std::optional<std::int64_t>> Ledger::watermark(const std::string& cluster) {
    try {
        long long ended = 0, waits = 0;
        soci::indicator known = soci::i_null, waiting = soci::i_null;
        database_->sql << "SELECT ended FROM watermark WHERE cluster = :cluster",
            soci::into(ended, known), soci::use(cluster);
        database_->sql << "SELECT min(ended) FROM run WHERE cluster = :cluster AND priced = 0",
            soci::into(waits, waiting), soci::use(cluster);
        if (known != soci::i_ok)
            return std::nullopt;
        return waiting == soci::i_ok ? std::min(ended, waits) : ended;
    } catch (const std::exception& cause) {
        return unusable(database_->name, cause);
    }
}

Result<std::optional<std::int64_t>> Ledger::asked_until(const std::string& cluster) {
    return time_of(*database_, "SELECT ended FROM watermark WHERE cluster = :cluster", cluster);
}

Result<std::optional<std::int64_t>> Ledger::first_end(const std::string& cluster) {
    return time_of(*database_, "SELECT min(ended) FROM run WHERE cluster = :cluster", cluster);
}

Result<std::vector<Observation>> Ledger::waiting_runs(const std::string& cluster) {
    return guarded<std::vector<Observation>>(*database_, [&] {
        std::vector<Observation> runs;
        Observation run{.cluster = cluster, .priced = false};
        long long ended = 0;
        soci::statement all =
            (database_->sql.prepare << "SELECT job, ended FROM run WHERE cluster = :cluster AND "
                                       "priced = 0",
             soci::into(run.job), soci::into(ended), soci::use(cluster));
        all.execute();
        while (all.fetch()) {
            run.ended = ended;
            runs.push_back(run);
        }
        return runs;
    });
}

Result<std::string> Ledger::unmarked_cluster() {
    return guarded<std::string>(*database_, [&] {
        std::string cluster;
        soci::indicator found = soci::i_null;
        database_->sql << "SELECT min(run.cluster) FROM run LEFT JOIN watermark ON "
                          "watermark.cluster = run.cluster WHERE watermark.cluster IS NULL",
            soci::into(cluster, found);
        return found == soci::i_ok ? cluster : std::string();
    });
}

Result<std::vector<std::int64_t>> Ledger::waiting_days(const std::string& cluster) {
    try {
        std::vector<std::int64_t> days;
        long long day = 0;
        soci::statement all =
            (database_->sql.prepare << "SELECT DISTINCT ended - ended % 86400 FROM run WHERE "
                                       "cluster = :cluster AND priced = 0 ORDER BY 1",
             soci::into(day), soci::use(cluster));
        all.execute();
        while (all.fetch())
            days.push_back(day);
        return days;
    } catch (const std::exception& cause) {
        return unusable(database_->name, cause);
    }
}

Result<void> Ledger::raise_watermark(const std::string& cluster, std::int64_t end) {
    return guarded<void>(*database_, [&]() -> Result<void> {
        long long ended = end, before = 0;
        soci::indicator known = soci::i_null;
        soci::session& sql = database_->sql;
        sql << "SELECT ended FROM watermark WHERE cluster = :cluster", soci::into(before, known),
            soci::use(cluster);
        ended = known == soci::i_ok ? std::max(ended, before) : ended;
        sql << "REPLACE INTO watermark (cluster, ended) VALUES (:cluster, :ended)",
            soci::use(cluster), soci::use(ended);
        return {};
    });
}

Result<std::optional<std::int64_t>> Ledger::settled_until() {
    std::vector<std::string> clusters;
    try {
        std::string name;
        soci::statement all =
            (database_->sql.prepare << "SELECT cluster FROM watermark", soci::into(name));
        all.execute();
        while (all.fetch())
            clusters.push_back(name);
    } catch (const std::exception& cause) {
        return unusable(database_->name, cause);
    }
    std::optional<std::int64_t> least;
    for (const std::string& cluster : clusters) {
        const auto mark = watermark(cluster);
        if (!mark)
            return mark;
        least = std::min(least.value_or(**mark), **mark);
    }
    return least;
}

Result<Balances> Ledger::balances() {
    try {
        Balances balances;
        std::string debit, credit, currency;
        long long nanos = 0;
        soci::statement all =
            (database_->sql.prepare << "SELECT debit, credit, currency, nanos FROM entry",
             soci::into(debit), soci::into(credit), soci::into(currency), soci::into(nanos));
        all.execute();
        while (all.fetch()) {
            balances[{debit, currency}] += nanos;
            balances[{credit, currency}] -= nanos;
        }
        return balances;
    } catch (const std::exception& cause) {
        return unusable(database_->name, cause);
    }
}

} // namespace fairlead::cost
