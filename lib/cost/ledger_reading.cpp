#include "base/words.hpp"
#include "cost/ledger_database.hpp"

namespace fairlead::cost {
namespace {

std::unexpected<Error> unusable(const LedgerDatabase& database, const std::exception& cause) {
    return fail(Code::C302, "{}: {}", database.name, printable(cause.what(), 400));
}

Result<void> read_entries(LedgerDatabase& database, std::string_view condition,
                          const std::string& from, const std::string& to,
                          const std::function<void(std::int64_t, const Entry&)>& take) {
    try {
        EntryRow row;
        soci::statement all(database.sql);
        all.exchange(soci::into(row.id));
        bind_fields(all, row, into_field);
        all.exchange(soci::use(from));
        all.exchange(soci::use(to));
        all.alloc();
        all.prepare(fmt::format("SELECT id, {} FROM entry WHERE day >= :from AND day < :to {} "
                                "ORDER BY id",
                                entry_columns, condition));
        all.define_and_bind();
        all.execute();
        while (all.fetch()) {
            row.to_entry();
            take(row.id, row.entry);
        }
        return {};
    } catch (const std::exception& cause) {
        return unusable(database, cause);
    }
}

} // namespace

Result<void> Ledger::sums(const std::string& from, const std::string& to,
                          const std::function<void(const DaySum&)>& take) {
    try {
        SumRow row;
        soci::statement all(database_->sql);
        bind_sum_keys(all, row, into_field);
        bind_sum_values(all, row, into_field);
        all.exchange(soci::use(from));
        all.exchange(soci::use(to));
        all.alloc();
        all.prepare(fmt::format("SELECT {}, {} FROM day_sum WHERE day >= :from AND day < :to",
                                sum_keys, sum_values));
        all.define_and_bind();
        all.execute();
        while (all.fetch()) {
            row.to_sum();
            take(row.sum);
        }
        return {};
    } catch (const std::exception& cause) {
        return unusable(*database_, cause);
    }
}

Result<void> Ledger::entries(const std::string& from, const std::string& to,
                             const std::function<void(std::int64_t, const Entry&)>& take) {
    return read_entries(*database_, "", from, to, take);
}

Result<void> Ledger::adjustments(const std::string& from, const std::string& to,
                                 const std::function<void(std::int64_t, const Entry&)>& take) {
    return read_entries(*database_, "AND kind = 'adjustment'", from, to, take);
}

Result<Verified> Ledger::head() {
    try {
        Verified found{.entries = 0, .head = ""};
        long long last = 0;
        database_->sql << "SELECT id, checksum FROM entry ORDER BY id DESC LIMIT 1",
            soci::into(last), soci::into(found.head);
        found.entries = last;
        return found;
    } catch (const std::exception& cause) {
        return unusable(*database_, cause);
    }
}

Result<bool> Ledger::alerted(const std::string& group, const std::string& period, int percent) {
    try {
        int count = 0;
        database_->sql << "SELECT count(*) FROM alert WHERE name = :name AND period = :period AND "
                          "percent = :percent",
            soci::into(count), soci::use(group), soci::use(period), soci::use(percent);
        return count > 0;
    } catch (const std::exception& cause) {
        return unusable(*database_, cause);
    }
}

Result<void> Ledger::note_alert(const std::string& group, const std::string& period, int percent) {
    try {
        database_->sql << "REPLACE INTO alert (name, period, percent) VALUES (:name, :period, "
                          ":percent)",
            soci::use(group), soci::use(period), soci::use(percent);
        return {};
    } catch (const std::exception& cause) {
        return unusable(*database_, cause);
    }
}

Result<bool> Ledger::delivered(const std::string& report, const std::string& viewer) {
    try {
        int count = 0;
        database_->sql << "SELECT count(*) FROM delivery WHERE report = :report AND viewer = "
                          ":viewer",
            soci::into(count), soci::use(report), soci::use(viewer);
        return count > 0;
    } catch (const std::exception& cause) {
        return unusable(*database_, cause);
    }
}

Result<void> Ledger::note_delivery(const std::string& report, const std::string& viewer) {
    try {
        database_->sql << "REPLACE INTO delivery (report, viewer) VALUES (:report, :viewer)",
            soci::use(report), soci::use(viewer);
        return {};
    } catch (const std::exception& cause) {
        return unusable(*database_, cause);
    }
}

Result<std::int64_t> Ledger::waiting(std::int64_t from, std::int64_t to) {
    try {
        long long count = 0;
        const long long first = from, before = to;
        database_->sql << "SELECT count(*) FROM run WHERE priced = 0 AND ended >= :first AND ended "
                          "< :before",
            soci::into(count), soci::use(first), soci::use(before);
        return count;
    } catch (const std::exception& cause) {
        return unusable(*database_, cause);
    }
}

Result<std::optional<std::string>> Ledger::closed_through() {
    try {
        std::string month;
        soci::indicator any = soci::i_null;
        database_->sql << "SELECT max(month) FROM closing", soci::into(month, any);
        return any == soci::i_ok ? std::optional(month) : std::nullopt;
    } catch (const std::exception& cause) {
        return unusable(*database_, cause);
    }
}

Result<std::vector<Closing>> Ledger::closings() {
    try {
        std::vector<Closing> closings;
        Closing each;
        long long entry = 0;
        soci::statement all =
            (database_->sql.prepare
                 << "SELECT closing.month, closing.entry, entry.checksum, entry.day, entry.author, "
                    "closing.groups_text FROM closing JOIN entry ON entry.id = closing.entry "
                    "ORDER BY closing.month",
             soci::into(each.month), soci::into(entry), soci::into(each.head), soci::into(each.day),
             soci::into(each.author), soci::into(each.groups));
        all.execute();
        while (all.fetch()) {
            each.entry = entry;
            closings.push_back(each);
        }
        return closings;
    } catch (const std::exception& cause) {
        return unusable(*database_, cause);
    }
}

Result<void> Ledger::close(const Closing& closing) {
    auto digest = database_->chain.of(closing.groups);
    if (!digest)
        return std::unexpected(digest.error());
    Entry entry{.run = "close " + closing.month,
                .kind = "close",
                .period = closing.month,
                .day = closing.day,
                .author = closing.author,
                .note = std::move(*digest)};
    if (auto done = append(entry); !done)
        return done;
    try {
        const long long id = database_->last;
        database_->sql << "INSERT INTO closing (month, entry, groups_text) VALUES (:month, :entry, "
                          ":text)",
            soci::use(closing.month), soci::use(id), soci::use(closing.groups);
        database_->closed = closing.month;
        return {};
    } catch (const std::exception& cause) {
        return unusable(*database_, cause);
    }
}

} // namespace fairlead::cost
