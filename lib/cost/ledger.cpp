#include "cost/ledger.hpp"

#include "base/unique_fd.hpp"
#include "base/words.hpp"

#include <array>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

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

/// The checksum of an entry behind the one before it: SHA-256 over both, each field with its length
/// so that none runs into the next.
class Chain {
  public:
    Chain() : context_(EVP_MD_CTX_new()), algorithm_(EVP_MD_fetch(nullptr, "SHA256", nullptr)) {}
    Chain(const Chain&) = delete;
    Chain& operator=(const Chain&) = delete;
    ~Chain() {
        EVP_MD_free(algorithm_);
        EVP_MD_CTX_free(context_);
    }

    std::string next(std::string_view before, std::int64_t id, const Entry& entry) {
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
        std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
        unsigned size = 0;
        EVP_DigestInit_ex2(context_, algorithm_, nullptr);
        EVP_DigestUpdate(context_, text_.data(), text_.size());
        EVP_DigestFinal_ex(context_, digest.data(), &size);
        constexpr std::string_view hex = "0123456789abcdef";
        std::string checksum;
        for (unsigned i = 0; i < size; ++i) {
            checksum += hex[digest[i] >> 4];
            checksum += hex[digest[i] & 15];
        }
        return checksum;
    }

  private:
    void add(std::string_view field) {
        text_ += fmt::format_int(field.size()).c_str();
        text_ += ':';
        text_ += field;
    }

    EVP_MD_CTX* context_;
    EVP_MD* algorithm_;
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

/// SQLite would make it readable for all that the umask lets.
Result<void> make_private(const std::filesystem::path& file) {
    constexpr mode_t owner_only = 0600;
    const UniqueFd made{::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, owner_only)};
    if (!made)
        return fail(Code::C302, "{}: {}", file.native(), std::strerror(errno));
    if (file.native().find('"') != std::string::npos)
        return fail(Code::C302, "{}: the path has a quote in it", file.native());
    return {};
}

} // namespace

struct Ledger::Database {
    explicit Database(const std::filesystem::path& path)
        : file(path), sql(soci::sqlite3, fmt::format("dbname=\"{}\" timeout=60", path.native())),
          find(sql), insert(sql) {}

    std::filesystem::path file;
    soci::session sql;
    Chain chain{};
    std::optional<std::string> head{}; ///< the checksum of the last entry, while a transaction runs
    long long last = 0;                ///< its id
    Row found{}, added{};
    std::string cluster{}, run{};
    soci::statement find, insert;

    void migrate() {
        int version = 0;
        sql << "PRAGMA user_version", soci::into(version);
        if (version > static_cast<int>(migrations.size()))
            throw std::out_of_range(std::to_string(version));
        for (std::size_t next = static_cast<std::size_t>(version); next < migrations.size();
             ++next) {
            soci::transaction all(sql);
            // One statement at a time: a trigger holds a ';' of its own before its END.
            std::string_view rest = migrations[next];
            while (!trimmed(rest).empty()) {
                const bool trigger = trimmed(rest).starts_with("CREATE TRIGGER");
                const std::size_t end = rest.find(trigger ? "END;" : ";") + (trigger ? 4 : 1);
                sql << std::string(rest.substr(0, end));
                rest.remove_prefix(end);
            }
            sql << fmt::format("PRAGMA user_version = {}", next + 1);
            all.commit();
        }
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
    }

    void read_head() {
        std::string checksum;
        soci::indicator known = soci::i_null;
        last = 0;
        sql << "SELECT id, checksum FROM entry ORDER BY id DESC LIMIT 1", soci::into(last),
            soci::into(checksum, known);
        head = known == soci::i_ok ? checksum : "";
    }
};

Ledger::Ledger(std::unique_ptr<Database> database) : database_(std::move(database)) {}
Ledger::Ledger(Ledger&&) noexcept = default;
Ledger& Ledger::operator=(Ledger&&) noexcept = default;
Ledger::~Ledger() = default;

Result<Ledger> Ledger::open(const std::filesystem::path& file) {
    if (auto made = make_private(file); !made)
        return std::unexpected(made.error());
    try {
        auto database = std::make_unique<Database>(file);
        database->migrate();
        database->prepare();
        return Ledger(std::move(database));
    } catch (const std::out_of_range& version) {
        return fail(Code::C303, "{} has tables of version {}; this release knows {}", file.native(),
                    version.what(), migrations.size());
    } catch (const std::exception& cause) {
        return unusable(file, cause);
    }
}

Result<void> Ledger::transaction(const std::function<Result<void>()>& work) {
    try {
        // At once for writing, so that two that settle wait for one another.
        database_->sql << "BEGIN IMMEDIATE";
        database_->read_head();
        const auto done = work();
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
        row.checksum = database_->chain.next(*database_->head, row.id, entry);
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

Result<std::optional<std::int64_t>> Ledger::watermark(const std::string& cluster) {
    try {
        long long ended = 0;
        soci::indicator known = soci::i_null;
        database_->sql << "SELECT ended FROM watermark WHERE cluster = :cluster",
            soci::into(ended, known), soci::use(cluster);
        if (known != soci::i_ok)
            return std::nullopt;
        return ended;
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

Result<Verified> Ledger::verify() {
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
            const std::string checksum = database_->chain.next(verified.head, row.id, row.entry);
            if (row.id != verified.entries + 1 || checksum != row.checksum)
                return fail(Code::C301,
                            "{}: entry {} (run {} of {}) does not follow from the one before it",
                            database_->file.native(), row.id, printable(row.entry.run),
                            printable(row.entry.cluster));
            ++verified.entries;
            verified.head = checksum;
        }
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
