#include "base/words.hpp"
#include "cost/ledger_database.hpp"

#include <map>

namespace fairlead::cost {
namespace {

/// So many entries are read at a time: MariaDB's library holds an answer as a whole.
constexpr long long page = 50'000;

/// Follows the chain, and gathers what the other tables must say.
class Check {
  public:
    Check(LedgerDatabase& database, std::string_view noted) : database_(database), noted_(noted) {}

    Result<Verified> entries() {
        EntryRow row;
        long long after = 0;
        soci::statement some(database_.sql);
        some.exchange(soci::into(row.id));
        bind_fields(some, row, into_field);
        some.exchange(soci::use(after));
        some.alloc();
        some.prepare(fmt::format("SELECT id, {} FROM entry WHERE id > :after ORDER BY id LIMIT {}",
                                 entry_columns, page));
        some.define_and_bind();
        for (bool more = true; more; after = verified_.entries) {
            some.execute();
            for (more = false; some.fetch(); more = true)
                if (auto done = entry(row); !done)
                    return std::unexpected(done.error());
        }
        return verified_;
    }

    /// What reports read is what the entries sum to.
    Result<void> sums() {
        std::size_t known = 0;
        SumRow row;
        soci::statement all(database_.sql);
        bind_sum_keys(all, row, into_field);
        bind_sum_values(all, row, into_field);
        all.alloc();
        all.prepare(fmt::format("SELECT {}, {} FROM day_sum", sum_keys, sum_values));
        all.define_and_bind();
        all.execute();
        while (all.fetch()) {
            row.to_sum();
            const auto expected = sums_.all().find(key_of(row.sum));
            if (expected == sums_.all().end() || expected->second != row.sum)
                return fail(Code::C301, "{}: what {} owes on {} is not the sum of its entries",
                            database_.name, printable(row.sum.payer), printable(row.sum.day));
            ++known;
        }
        if (known != sums_.all().size())
            return fail(Code::C301, "{}: {} sums of days, but the entries make {}", database_.name,
                        known, sums_.all().size());
        return {};
    }

    Result<void> closings(const std::vector<Closing>& closings) {
        for (const Closing& closing : closings) {
            const auto entry = closed_.find(closing.entry);
            const auto digest = database_.chain.of(closing.groups);
            if (!digest)
                return std::unexpected(digest.error());
            if (entry == closed_.end() || entry->second.first != closing.month ||
                entry->second.second != *digest)
                return fail(Code::C301, "{}: how month {} was closed is not what its entry says",
                            database_.name, printable(closing.month));
        }
        if (closings.size() != closed_.size())
            return fail(Code::C301, "{}: {} closed months, but {} entries that close one",
                        database_.name, closings.size(), closed_.size());
        return {};
    }

    Result<Verified> all(const std::vector<Closing>& closings) {
        auto verified = entries();
        if (!verified)
            return verified;
        if (!noted_.empty() && !verified->noted)
            return fail(Code::C301,
                        "{}: none of the {} entries has the checksum that was noted: its end was "
                        "cut off, or it was written anew",
                        database_.name, verified->entries);
        if (auto done = sums(); !done)
            return std::unexpected(done.error());
        if (auto done = this->closings(closings); !done)
            return std::unexpected(done.error());
        return verified;
    }

  private:
    Result<void> entry(EntryRow& row) {
        row.to_entry();
        auto checksum = database_.chain.next(verified_.head, row.id, row.entry);
        if (!checksum)
            return std::unexpected(checksum.error());
        if (row.id != verified_.entries + 1 || *checksum != row.checksum)
            return fail(
                Code::C301, "{}: entry {} (run {} of {}) does not follow from the one before it",
                database_.name, row.id, printable(row.entry.run), printable(row.entry.cluster));
        ++verified_.entries;
        verified_.head = std::move(*checksum);
        if (verified_.head == noted_)
            verified_.noted = row.id;
        if (row.entry.kind == "close")
            closed_.emplace(row.id, std::pair(row.entry.period, row.entry.note));
        return sums_.add(row.entry);
    }

    LedgerDatabase& database_;
    std::string_view noted_;
    Verified verified_{.entries = 0, .head = ""};
    DaySums sums_{};
    std::map<std::int64_t, std::pair<std::string, std::string>> closed_{};
};

} // namespace

Result<Verified> Ledger::verify(std::string_view noted) {
    Result<Verified> verified = Verified{};
    const auto done = reading([&]() -> Result<void> {
        const auto closings = this->closings();
        if (!closings)
            return std::unexpected(closings.error());
        verified = Check(*database_, noted).all(*closings);
        return verified ? Result<void>{} : std::unexpected(verified.error());
    });
    return done ? verified : std::unexpected(done.error());
}

} // namespace fairlead::cost
