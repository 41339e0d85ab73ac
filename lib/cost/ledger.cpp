#include "cost/ledger.hpp"

#include "base/unique_fd.hpp"
#include "base/words.hpp"
#include "cost/checksum.hpp"

#include <array>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>
#include <sqlite3.h>
#include <sys/stat.h>

namespace fairlead::cost {
namespace {

/// What each release added, in order; a ledger says in user_version how many it has.
constexpr std::array migrations{
    R"(CREATE TABLE entry (
        id INTEGER PRIMARY KEY, cluster TEXT NOT NULL, run TEXT NOT NULL, kind TEXT NOT NULL,
        period TEXT NOT NULL, debit TEXT NOT NULL, credit TEXT NOT NULL, currency TEXT NOT NULL,
        nanos INTEGER NOT NULL, job TEXT NOT NULL, user TEXT NOT NULL, part TEXT NOT NULL,
        state TEXT NOT NULL, instance_type TEXT NOT NULL, purchase TEXT NOT NULL,
        node_seconds INTEGER NOT NULL, revision INTEGER NOT NULL, line INTEGER NOT NULL,
        checksum TEXT NOT NULL,
        UNIQUE (cluster, run, revision, line));
      CREATE TABLE run (
        cluster TEXT NOT NULL, run TEXT NOT NULL, job TEXT NOT NULL, started INTEGER NOT NULL,
        seen INTEGER NOT NULL, ended INTEGER NOT NULL, digest TEXT NOT NULL,
        priced INTEGER NOT NULL, PRIMARY KEY (cluster, run)) WITHOUT ROWID;
      CREATE INDEX run_waits ON run (cluster, ended) WHERE priced = 0;
      CREATE TABLE watermark (cluster TEXT PRIMARY KEY, ended INTEGER NOT NULL);
      CREATE TRIGGER entry_stays BEFORE UPDATE ON entry
        BEGIN SELECT RAISE(ABORT, 'entries of the ledger are never changed'); END;
      CREATE TRIGGER entry_is_kept BEFORE DELETE ON entry
        BEGIN SELECT RAISE(ABORT, 'entries of the ledger are never removed'); END;)"};

constexpr const char* columns = "cluster, run, kind, period, debit, credit, currency, nanos, job, "
                                "user, part, state, instance_type, purchase, node_seconds, "
                                "revision, line, checksum";
constexpr const char* places = ":cluster, :run, :kind, :period, :debit, :credit, :currency, "
                               ":nanos, :job, :user, :part, :state, :instance_type, :purchase, "
                               ":node_seconds, :revision, :line, :checksum";

/// The checksum of an entry behind the one before it: over both, each field with its length so
/// that none runs into the next.
class Chain {
  public:
    Result<std::string> next(std::string_view before, std::int64_t id, const Entry& entry) {
        text_.clear();
        add(before);
        for (const std::int64_t number :
             {id, entry.amount.nanos, entry.node_seconds, entry.revision, entry.line})
            add(fmt::format_int(number).c_str());
        for (const std::string* field :
             {&entry.cluster, &entry.run, &entry.kind, &entry.period, &entry.debit, &entry.credit,
              &entry.currency, &entry.job, &entry.user, &entry.partition, &entry.state,
              &entry.instance_type, &entry.purchase})
            add(*field);
        return sha_.of(text_);
    }

  private:
    void add(std::string_view field) {
        text_ += fmt::format_int(field.size()).c_str();
        text_ += ':';
        text_ += field;
    }

    Sha256 sha_{};
    std::string text_{};
};

/// An entry as its row, bound once to prepared statements.
struct Row {
    Entry entry{};
    long long id = 0, nanos = 0, node_seconds = 0, revision = 0, line = 0;
    std::string checksum{};

    void to_entry() {
        entry.amount.nanos = nanos;
        entry.node_seconds = node_seconds;
        entry.revision = revision;
        entry.line = line;
    }
    void from_entry(const Entry& from) {
        entry = from;
        nanos = from.amount.nanos;
        node_seconds = from.node_seconds;
        revision = from.revision;
        line = from.line;
    }
};

template <class Statement, class Bind>
void bind_fields(Statement& statement, Row& row, Bind bind) {
    Entry& entry = row.entry;
    for (std::string* field : {&entry.cluster, &entry.run, &entry.kind, &entry.period, &entry.debit,
                               &entry.credit, &entry.currency})
        bind(statement, *field);
    bind(statement, row.nanos);
    for (std::string* field : {&entry.job, &entry.user, &entry.partition, &entry.state,
                               &entry.instance_type, &entry.purchase})
        bind(statement, *field);
    for (long long* number : {&row.node_seconds, &row.revision, &row.line})
        bind(statement, *number);
    bind(statement, row.checksum);
}

constexpr const char* observation_columns =
    "cluster, run, job, started, seen, ended, digest, priced";
constexpr const char* observation_places =
    ":cluster, :run, :job, :started, :seen, :ended, :digest, :priced";

/// An observation as its row.
struct ObservationRow {
    std::string cluster{}, run{}, job{}, digest{};
    long long started = 0, seen = 0, ended = 0;
    int priced = 0;

    Observation observation() const {
        return {cluster, run, job, started, seen, ended, digest, priced != 0};
    }
    void take(const Observation& from) {
        *this = {from.cluster, from.run,  from.job,   from.digest,
                 from.started, from.seen, from.ended, from.priced ? 1 : 0};
    }
};

template <class Statement, class Bind>
void bind_observation(Statement& statement, ObservationRow& row, Bind bind) {
    for (std::string* text : {&row.cluster, &row.run, &row.job})
        bind(statement, *text);
    for (long long* number : {&row.started, &row.seen, &row.ended})
        bind(statement, *number);
    bind(statement, row.digest);
    bind(statement, row.priced);
}

// What use() and into() return lives no longer than the expression: it refers to its default name.
constexpr auto use_field = [](auto& statement, auto& field) {
    statement.exchange(soci::use(field));
};
constexpr auto into_field = [](auto& statement, auto& field) {
    statement.exchange(soci::into(field));
};

std::unexpected<Error> unusable(const std::filesystem::path& file, const std::exception& cause) {
    return fail(Code::C302, "{}: {}", file.native(), printable(cause.what(), 400));
}

/// A file for its owner alone, made where it may be: SQLite would let in whom the umask lets.
Result<void> check_file(const std::filesystem::path& file, int flags) {
    constexpr mode_t owner_only = 0600, others = 0077;
    const UniqueFd opened{::open(file.c_str(), flags | O_CLOEXEC | O_NONBLOCK, owner_only)};
    struct stat info{};
    if (!opened || ::fstat(opened.get(), &info) != 0)
        return fail(Code::C302, "{}: {}", file.native(), std::strerror(errno));
    if (!S_ISREG(info.st_mode))
        return fail(Code::C302, "{} is not a file", file.native());
    if ((info.st_mode & others) != 0)
        return fail(Code::C302,
                    "{} has mode {:04o}, so others than its owner can use it; see who did, then "
                    "set it to 0600",
                    file.native(), info.st_mode & 07777u);
    if (file.native().find('"') != std::string::npos)
        return fail(Code::C302, "{}: the path has a quote in it", file.native());
    return {};
}

} // namespace

struct Ledger::Database {
    Database(const std::filesystem::path& path, std::string_view options)
        : file(path),
          sql(soci::sqlite3, fmt::format("dbname=\"{}\" timeout=60{}", path.native(), options)),
          find(sql), insert(sql), look(sql), note(sql) {}

    std::filesystem::path file;
    soci::session sql;
    Chain chain{};
    std::optional<std::string> head{}; ///< the checksum of the last entry, while a transaction runs
    long long last = 0;                ///< its id
    Row found{}, added{};
    ObservationRow seen{}, noted{};
    std::string cluster{}, run{};
    soci::statement find, insert, look, note;

    int version() {
        int number = 0;
        sql << "PRAGMA user_version", soci::into(number);
        if (number > static_cast<int>(migrations.size()))
            throw std::out_of_range(std::to_string(number));
        return number;
    }

    /// Two that open a new ledger at once take turns, and the second finds it done.
    void migrate() {
        if (version() == static_cast<int>(migrations.size()))
            return;
        sql << "BEGIN IMMEDIATE";
        for (auto next = static_cast<std::size_t>(version()); next < migrations.size(); ++next) {
            // One statement at a time: a trigger holds a ';' of its own before its END.
            std::string_view rest = migrations[next];
            while (!trimmed(rest).empty()) {
                const bool trigger = trimmed(rest).starts_with("CREATE TRIGGER");
                const std::size_t end = rest.find(trigger ? "END;" : ";") + (trigger ? 4 : 1);
                sql << std::string(rest.substr(0, end));
                rest.remove_prefix(end);
            }
            sql << fmt::format("PRAGMA user_version = {}", next + 1);
        }
        sql << "COMMIT";
    }

    void prepare() {
        find.exchange(soci::use(cluster, "cluster"));
        find.exchange(soci::use(run, "run"));
        bind_fields(find, found, into_field);
        find.alloc();
        find.prepare(fmt::format("SELECT {} FROM entry WHERE cluster = :cluster AND run = :run "
                                 "ORDER BY revision DESC, line",
                                 columns));
        find.define_and_bind();
        insert.exchange(soci::use(added.id));
        bind_fields(insert, added, use_field);
        insert.alloc();
        insert.prepare(fmt::format("INSERT INTO entry (id, {}) VALUES (:id, {})", columns, places));
        insert.define_and_bind();
        look.exchange(soci::use(cluster, "cluster"));
        look.exchange(soci::use(run, "run"));
        bind_observation(look, seen, into_field);
        look.alloc();
        look.prepare(fmt::format("SELECT {} FROM run WHERE cluster = :cluster AND run = :run",
                                 observation_columns));
        look.define_and_bind();
        bind_observation(note, noted, use_field);
        note.alloc();
        note.prepare(fmt::format("INSERT OR REPLACE INTO run ({}) VALUES ({})", observation_columns,
                                 observation_places));
        note.define_and_bind();
    }

    Result<void> read_head() {
        std::string checksum;
        soci::indicator known = soci::i_null;
        last = 0;
        sql << "SELECT id, checksum FROM entry ORDER BY id DESC LIMIT 1", soci::into(last),
            soci::into(checksum, known);
        if (known == soci::i_ok && !is_checksum(checksum))
            return fail(Code::C301, "{}: entry {} has no checksum; nothing can follow it",
                        file.native(), last);
        head = checksum;
        return {};
    }
};

Ledger::Ledger(std::unique_ptr<Database> database) : database_(std::move(database)) {}
Ledger::Ledger(Ledger&&) noexcept = default;
Ledger& Ledger::operator=(Ledger&&) noexcept = default;
Ledger::~Ledger() = default;

Result<Ledger> Ledger::open(const std::filesystem::path& file) {
    if (auto fine = check_file(file, O_RDWR | O_CREAT); !fine)
        return std::unexpected(fine.error());
    return opened(file, false);
}

Result<Ledger> Ledger::open_to_read(const std::filesystem::path& file) {
    if (auto fine = check_file(file, O_RDONLY); !fine)
        return std::unexpected(fine.error());
    return opened(file, true);
}

Result<Ledger> Ledger::opened(const std::filesystem::path& file, bool to_read) {
    try {
        auto database = std::make_unique<Database>(file, to_read ? " readonly=true" : "");
        if (!to_read)
            database->migrate();
        else if (database->version() == 0)
            return fail(Code::C302, "{}: there is no ledger in it", file.native());
        else if (database->version() < static_cast<int>(migrations.size()))
            throw std::out_of_range(std::to_string(database->version()));
        database->prepare();
        return Ledger(std::move(database));
    } catch (const std::out_of_range& version) {
        return fail(Code::C303, "{} has tables of version {}; this release knows {}", file.native(),
                    version.what(), migrations.size());
    } catch (const soci::sqlite3_soci_error& cause) {
        if (to_read && (cause.result() & 0xff) == SQLITE_READONLY)
            return fail(Code::C302,
                        "{}: a settle that was cut off left it unfinished; settle again, which "
                        "restores it",
                        file.native());
        return unusable(file, cause);
    } catch (const std::exception& cause) {
        return unusable(file, cause);
    }
}

Result<void> Ledger::transaction(const std::function<Result<void>()>& work) {
    try {
        // At once for writing, so that two that settle wait for one another.
        database_->sql << "BEGIN IMMEDIATE";
        auto done = database_->read_head();
        if (done)
            done = work();
        database_->sql << (done ? "COMMIT" : "ROLLBACK");
        database_->head.reset();
        return done;
    } catch (const std::exception& cause) {
        database_->head.reset();
        try {
            database_->sql << "ROLLBACK";
        } catch (const std::exception&) { // NOLINT(bugprone-empty-catch): SQLite may have done it
        }
        return unusable(database_->file, cause);
    }
}

Result<std::vector<Entry>> Ledger::latest(const std::string& cluster, const std::string& run) {
    try {
        std::vector<Entry> entries;
        database_->cluster = cluster;
        database_->run = run;
        database_->find.execute();
        while (database_->find.fetch()) {
            Row& row = database_->found;
            row.to_entry();
            if (!entries.empty() && entries.front().revision != row.revision)
                continue;
            if (!row.entry.kind.starts_with('-'))
                entries.push_back(row.entry);
        }
        return entries;
    } catch (const std::exception& cause) {
        return unusable(database_->file, cause);
    }
}

Result<void> Ledger::append(const Entry& entry) {
    if (!database_->head)
        return fail(Code::C302, "an entry was added outside of a transaction");
    try {
        Row& row = database_->added;
        row.from_entry(entry);
        row.id = database_->last + 1;
        auto checksum = database_->chain.next(*database_->head, row.id, entry);
        if (!checksum)
            return std::unexpected(checksum.error());
        row.checksum = std::move(*checksum);
        database_->insert.execute(true);
        database_->last = row.id;
        database_->head = row.checksum;
        return {};
    } catch (const soci::sqlite3_soci_error& cause) {
        if ((cause.result() & 0xff) == SQLITE_CONSTRAINT)
            return fail(Code::C304, "run {} of {} has line {} of revision {} already", entry.run,
                        entry.cluster, entry.line, entry.revision);
        return unusable(database_->file, cause);
    } catch (const std::exception& cause) {
        return unusable(database_->file, cause);
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
        return unusable(database_->file, cause);
    }
}

Result<void> Ledger::observe(const Observation& observation) {
    try {
        database_->noted.take(observation);
        database_->note.execute(true);
        return {};
    } catch (const std::exception& cause) {
        return unusable(database_->file, cause);
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
        return unusable(database_->file, cause);
    }
}

Result<void> Ledger::raise_watermark(const std::string& cluster, std::int64_t end) {
    try {
        const long long ended = end;
        database_->sql << "INSERT INTO watermark (cluster, ended) VALUES (:cluster, :ended) "
                          "ON CONFLICT (cluster) DO UPDATE SET ended = max(ended, excluded.ended)",
            soci::use(cluster), soci::use(ended);
        return {};
    } catch (const std::exception& cause) {
        return unusable(database_->file, cause);
    }
}

Result<Verified> Ledger::verify(std::string_view noted) {
    try {
        Row row;
        Verified verified{.entries = 0, .head = ""};
        soci::statement all(database_->sql);
        all.exchange(soci::into(row.id));
        bind_fields(all, row, into_field);
        all.alloc();
        all.prepare(fmt::format("SELECT id, {} FROM entry ORDER BY id", columns));
        all.define_and_bind();
        all.execute();
        while (all.fetch()) {
            row.to_entry();
            auto checksum = database_->chain.next(verified.head, row.id, row.entry);
            if (!checksum)
                return std::unexpected(checksum.error());
            if (row.id != verified.entries + 1 || *checksum != row.checksum)
                return fail(Code::C301,
                            "{}: entry {} (run {} of {}) does not follow from the one before it",
                            database_->file.native(), row.id, printable(row.entry.run),
                            printable(row.entry.cluster));
            ++verified.entries;
            verified.head = std::move(*checksum);
            if (verified.head == noted)
                verified.noted = row.id;
        }
        if (!noted.empty() && !verified.noted)
            return fail(Code::C301,
                        "{}: none of the {} entries has the checksum that was noted: its end was "
                        "cut off, or it was written anew",
                        database_->file.native(), verified.entries);
        return verified;
    } catch (const std::exception& cause) {
        return unusable(database_->file, cause);
    }
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
        return unusable(database_->file, cause);
    }
}

} // namespace fairlead::cost
