#include "cost/ledger_database.hpp"

#include "base/unique_fd.hpp"
#include "base/words.hpp"

#include <cstring>
#include <fcntl.h>
#include <soci/sqlite3/soci-sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

// Of soci/mysql/soci-mysql.h, which wants MariaDB's own headers for the rest.
extern "C" const soci::backend_factory* factory_mysql();

namespace fairlead::cost {
namespace {

constexpr std::string_view scheme = "mysql://";

/// A file for its owner alone, made where it may be: SQLite would let in whom the umask lets. Says
/// what a file with a connection holds; empty for a database.
Result<std::string> check_file(const std::string& file, int flags) {
    constexpr mode_t owner_only = 0600, others = 0077;
    const UniqueFd opened{::open(file.c_str(), flags | O_CLOEXEC | O_NONBLOCK, owner_only)};
    struct stat info{};
    if (!opened || ::fstat(opened.get(), &info) != 0)
        return fail(Code::C302, "{}: {}", file, std::strerror(errno));
    if (!S_ISREG(info.st_mode))
        return fail(Code::C302, "{} is not a file", file);
    if ((info.st_mode & others) != 0)
        return fail(Code::C302,
                    "{} has mode {:04o}, so others than its owner can use it; see who did, then "
                    "set it to 0600",
                    file, info.st_mode & 07777u);
    if (file.find('"') != std::string::npos)
        return fail(Code::C302, "{}: the path has a quote in it", file);
    std::string start(4096, '\0');
    const auto length = ::pread(opened.get(), start.data(), start.size(), 0);
    start.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
    return start.starts_with(scheme) ? std::string(trimmed(start)) : std::string();
}

/// A connection without its password.
std::string without_password(std::string_view place) {
    std::string shown;
    for (const std::string_view word : split(place.substr(scheme.size()), ' '))
        if (!word.starts_with("password=") && !word.starts_with("pass="))
            shown += (shown.empty() ? "" : " ") + std::string(word);
    return std::string(scheme) + printable(shown, 400);
}

std::unique_ptr<LedgerDatabase> mariadb(const std::string& place) {
    std::string connection = place.substr(scheme.size());
    if (connection.find("charset=") == std::string::npos)
        connection += " charset=binary";
    return std::make_unique<LedgerDatabase>(without_password(place), *factory_mysql(), connection,
                                            mariadb_dialect);
}

} // namespace

Result<std::unique_ptr<LedgerDatabase>> LedgerDatabase::connect(const std::string& place,
                                                                bool to_read) {
    std::string connection;
    if (place.starts_with(scheme)) {
        connection = place;
        if (without_password(place) != printable(place, 400))
            return fail(Code::C302, "everybody can see a password on a command line; write the "
                                    "connection to a file of mode 0600 and name that");
    } else {
        auto named = check_file(place, to_read ? O_RDONLY : O_RDWR | O_CREAT);
        if (!named)
            return std::unexpected(named.error());
        connection = std::move(*named);
    }
    auto database =
        !connection.empty()
            ? mariadb(connection)
            : std::make_unique<LedgerDatabase>(
                  place, soci::sqlite3,
                  fmt::format("dbname=\"{}\" timeout=60{}", place, to_read ? " readonly=true" : ""),
                  sqlite_dialect);
    if (!to_read)
        database->make_tables();
    const int version = database->version();
    if (version == 0)
        return fail(Code::C302, "{}: there is no ledger in it", database->name);
    if (version != schema_version)
        return fail(Code::C303, "{} has tables of version {}; this release knows {}",
                    database->name, version, schema_version);
    database->prepare();
    return database;
}

LedgerDatabase::LedgerDatabase(std::string shown, const soci::backend_factory& factory,
                               const std::string& connection, const Dialect& its_dialect)
    : name(std::move(shown)), dialect(its_dialect), sql(factory, connection), find(sql),
      insert(sql), look(sql), note(sql), look_sum(sql), put_sum(sql) {
    if (&dialect == &mariadb_dialect)
        sql << "SET SESSION sql_mode = 'STRICT_ALL_TABLES'";
    else // 64 MiB: with less, the pages of the indexes come and go within a transaction
        sql << "PRAGMA cache_size = -65536";
}

int LedgerDatabase::version() {
    int number = 0;
    if (&dialect == &sqlite_dialect) {
        sql << "PRAGMA user_version", soci::into(number);
        return number;
    }
    int tables = 0;
    sql << "SELECT count(*) FROM information_schema.tables WHERE table_schema = database() AND "
           "table_name = 'ledger_version'",
        soci::into(tables);
    if (tables > 0)
        sql << "SELECT coalesce(max(version), 0) FROM ledger_version", soci::into(number);
    return number;
}

/// Each step from the version that is there on.
void LedgerDatabase::take_steps() {
    for (const SchemaStep& step : dialect.steps)
        if (version() == step.from)
            for (const std::string_view statement : step.statements)
                sql << std::string(statement);
}

/// Two that open a new ledger at once take turns, and the second finds it done.
void LedgerDatabase::make_tables() {
    if (version() >= schema_version)
        return;
    if (&dialect == &sqlite_dialect) {
        sql << std::string(dialect.begin);
        take_steps();
        sql << "COMMIT";
        return;
    }
    // MariaDB commits each of these by itself, so each may be there already; and one that makes a
    // trigger ends a transaction of another as a deadlock, so that one must find nothing to make.
    constexpr int patience = 60; // seconds, as with SQLite
    soci::indicator known = soci::i_null;
    int mine = 0;
    sql << "SELECT get_lock(concat('fairlead ', database()), :patience)", soci::into(mine, known),
        soci::use(patience);
    if (known != soci::i_ok || mine != 1)
        throw soci::soci_error("another has been making the ledger's tables for a minute");
    if (version() == 0)
        sql << "CREATE TABLE IF NOT EXISTS ledger_version (one INT PRIMARY KEY, version INT NOT "
               "NULL) ENGINE=InnoDB";
    take_steps();
    sql << "DO release_lock(concat('fairlead ', database()))";
}

void LedgerDatabase::begin() {
    sql << std::string(dialect.begin);
    int locked = 0;
    if (!dialect.locked.empty())
        sql << std::string(dialect.locked), soci::into(locked);
}

/// What went wrong is told already; that nothing can be taken back as well is no news.
void LedgerDatabase::give_up() {
    head.reset();
    pending = {};
    try {
        sql << "ROLLBACK";
    } catch (const std::exception&) { // NOLINT(bugprone-empty-catch)
    }
}

void LedgerDatabase::prepare() {
    prepare_entries();
    prepare_observations();
    prepare_sums();
}

void LedgerDatabase::prepare_entries() {
    find.exchange(soci::use(cluster, "cluster"));
    find.exchange(soci::use(run, "run"));
    bind_fields(find, found, into_field);
    find.alloc();
    find.prepare(fmt::format("SELECT {} FROM entry WHERE cluster = :cluster AND run = :run "
                             "ORDER BY revision DESC, line",
                             entry_columns));
    find.define_and_bind();
    insert.exchange(soci::use(added.id));
    bind_fields(insert, added, use_field);
    insert.alloc();
    insert.prepare(
        fmt::format("INSERT INTO entry (id, {}) VALUES (:id, {})", entry_columns, entry_places));
    insert.define_and_bind();
}

void LedgerDatabase::prepare_observations() {
    look.exchange(soci::use(cluster, "cluster"));
    look.exchange(soci::use(run, "run"));
    bind_observation(look, seen, into_field);
    look.alloc();
    look.prepare(fmt::format("SELECT {} FROM run WHERE cluster = :cluster AND run = :run",
                             observation_columns));
    look.define_and_bind();
    bind_observation(note, noted, use_field);
    note.alloc();
    note.prepare(
        fmt::format("REPLACE INTO run ({}) VALUES ({})", observation_columns, observation_places));
    note.define_and_bind();
}

void LedgerDatabase::prepare_sums() {
    bind_sum_values(look_sum, sum, into_field);
    bind_sum_keys(look_sum, sum, use_field);
    look_sum.alloc();
    look_sum.prepare(fmt::format(
        "SELECT {} FROM day_sum WHERE day = :day AND cluster = :cluster AND kind = :kind AND "
        "payer = :payer AND user = :user AND part = :part AND wckey = :wckey AND "
        "instance_type = :instance_type AND purchase = :purchase AND currency = :currency",
        sum_values));
    look_sum.define_and_bind();
    bind_sum_keys(put_sum, sum, use_field);
    bind_sum_values(put_sum, sum, use_field);
    put_sum.alloc();
    put_sum.prepare(fmt::format("REPLACE INTO day_sum ({}, {}) VALUES (:a, :b, :c, :d, :e, :f, "
                                ":g, :h, :i, :j, :k, :l, :m, :n, :o)",
                                sum_keys, sum_values));
    put_sum.define_and_bind();
}

Result<void> LedgerDatabase::read_head() {
    std::string checksum, month;
    soci::indicator known = soci::i_null, any = soci::i_null;
    last = 0;
    sql << "SELECT id, checksum FROM entry ORDER BY id DESC LIMIT 1", soci::into(last),
        soci::into(checksum, known);
    if (known == soci::i_ok && !is_checksum(checksum))
        return fail(Code::C301, "{}: entry {} has no checksum; nothing can follow it", name, last);
    sql << "SELECT max(month) FROM closing", soci::into(month, any);
    head = checksum;
    closed = any == soci::i_ok ? month : "";
    return {};
}

} // namespace fairlead::cost
