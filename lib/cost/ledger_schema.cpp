#include "cost/ledger_schema.hpp"

#include <array>

namespace fairlead::cost {
namespace {

constexpr std::array<std::string_view, 11> sqlite_tables{
    R"(CREATE TABLE entry (
        id INTEGER PRIMARY KEY, cluster TEXT NOT NULL, run TEXT NOT NULL, kind TEXT NOT NULL,
        period TEXT NOT NULL, day TEXT NOT NULL, debit TEXT NOT NULL, credit TEXT NOT NULL,
        currency TEXT NOT NULL, nanos INTEGER NOT NULL, job TEXT NOT NULL, user TEXT NOT NULL,
        part TEXT NOT NULL, state TEXT NOT NULL, instance_type TEXT NOT NULL,
        purchase TEXT NOT NULL, wckey TEXT NOT NULL, qos TEXT NOT NULL, author TEXT NOT NULL,
        note TEXT NOT NULL, node_seconds INTEGER NOT NULL, cpu_seconds INTEGER NOT NULL,
        gpu_seconds INTEGER NOT NULL, revision INTEGER NOT NULL, line INTEGER NOT NULL,
        checksum TEXT NOT NULL,
        UNIQUE (cluster, run, revision, line)))",
    "CREATE INDEX entry_day ON entry (day)",
    R"(CREATE TABLE run (
        cluster TEXT NOT NULL, run TEXT NOT NULL, job TEXT NOT NULL, started INTEGER NOT NULL,
        seen INTEGER NOT NULL, ended INTEGER NOT NULL, digest TEXT NOT NULL,
        priced INTEGER NOT NULL, PRIMARY KEY (cluster, run)) WITHOUT ROWID)",
    "CREATE INDEX run_waits ON run (cluster, ended) WHERE priced = 0",
    "CREATE TABLE watermark (cluster TEXT PRIMARY KEY, ended INTEGER NOT NULL)",
    R"(CREATE TABLE day_sum (
        day TEXT NOT NULL, cluster TEXT NOT NULL, kind TEXT NOT NULL, payer TEXT NOT NULL,
        user TEXT NOT NULL, part TEXT NOT NULL, wckey TEXT NOT NULL, instance_type TEXT NOT NULL,
        purchase TEXT NOT NULL, currency TEXT NOT NULL, runs INTEGER NOT NULL,
        node_seconds INTEGER NOT NULL, cpu_seconds INTEGER NOT NULL, gpu_seconds INTEGER NOT NULL,
        nanos INTEGER NOT NULL,
        PRIMARY KEY (day, payer, user, kind, cluster, part, wckey, instance_type, purchase,
                     currency)) WITHOUT ROWID)",
    R"(CREATE TABLE closing (
        month TEXT PRIMARY KEY, entry INTEGER NOT NULL, groups_text TEXT NOT NULL) WITHOUT ROWID)",
    R"(CREATE TABLE alert (
        name TEXT NOT NULL, period TEXT NOT NULL, percent INTEGER NOT NULL,
        PRIMARY KEY (name, period, percent)) WITHOUT ROWID)",
    R"(CREATE TRIGGER entry_stays BEFORE UPDATE ON entry
        BEGIN SELECT RAISE(ABORT, 'entries of the ledger are never changed'); END)",
    R"(CREATE TRIGGER entry_is_kept BEFORE DELETE ON entry
        BEGIN SELECT RAISE(ABORT, 'entries of the ledger are never removed'); END)",
    "PRAGMA user_version = 2"};

constexpr std::array<std::string_view, 2> sqlite_deliveries{
    R"(CREATE TABLE delivery (
        report TEXT NOT NULL, viewer TEXT NOT NULL,
        PRIMARY KEY (report, viewer)) WITHOUT ROWID)",
    "PRAGMA user_version = 3"};

constexpr std::array<std::string_view, 2> sqlite_regions{
    "ALTER TABLE entry ADD COLUMN region TEXT NOT NULL DEFAULT ''", "PRAGMA user_version = 4"};

constexpr std::array<SchemaStep, 3> sqlite_steps{
    SchemaStep{0, sqlite_tables}, SchemaStep{2, sqlite_deliveries}, SchemaStep{3, sqlite_regions}};

// Texts are bytes here: compared as they are, whatever letters they hold.
constexpr std::array<std::string_view, 9> mariadb_tables{
    R"(CREATE TABLE IF NOT EXISTS entry (
        id BIGINT PRIMARY KEY, cluster VARBINARY(255) NOT NULL, run VARBINARY(255) NOT NULL,
        kind VARBINARY(64) NOT NULL, period VARBINARY(7) NOT NULL, day VARBINARY(10) NOT NULL,
        debit VARBINARY(300) NOT NULL, credit VARBINARY(300) NOT NULL,
        currency VARBINARY(16) NOT NULL, nanos BIGINT NOT NULL, job VARBINARY(255) NOT NULL,
        user VARBINARY(300) NOT NULL, part VARBINARY(300) NOT NULL, state VARBINARY(80) NOT NULL,
        instance_type VARBINARY(255) NOT NULL, purchase VARBINARY(255) NOT NULL,
        wckey VARBINARY(300) NOT NULL, qos VARBINARY(300) NOT NULL,
        author VARBINARY(300) NOT NULL, note VARBINARY(2000) NOT NULL,
        node_seconds BIGINT NOT NULL, cpu_seconds BIGINT NOT NULL, gpu_seconds BIGINT NOT NULL,
        revision BIGINT NOT NULL, line BIGINT NOT NULL, checksum VARBINARY(64) NOT NULL,
        UNIQUE KEY place (cluster, run, revision, line), KEY entry_day (day)) ENGINE=InnoDB)",
    R"(CREATE TABLE IF NOT EXISTS run (
        cluster VARBINARY(255) NOT NULL, run VARBINARY(255) NOT NULL, job VARBINARY(255) NOT NULL,
        started BIGINT NOT NULL, seen BIGINT NOT NULL, ended BIGINT NOT NULL,
        digest VARBINARY(64) NOT NULL, priced INT NOT NULL, PRIMARY KEY (cluster, run),
        KEY run_waits (priced, cluster, ended)) ENGINE=InnoDB)",
    R"(CREATE TABLE IF NOT EXISTS watermark (
        cluster VARBINARY(255) PRIMARY KEY, ended BIGINT NOT NULL) ENGINE=InnoDB)",
    R"(CREATE TABLE IF NOT EXISTS day_sum (
        day VARBINARY(10) NOT NULL, cluster VARBINARY(255) NOT NULL, kind VARBINARY(64) NOT NULL,
        payer VARBINARY(300) NOT NULL, user VARBINARY(300) NOT NULL, part VARBINARY(300) NOT NULL,
        wckey VARBINARY(300) NOT NULL, instance_type VARBINARY(255) NOT NULL,
        purchase VARBINARY(255) NOT NULL, currency VARBINARY(16) NOT NULL, runs BIGINT NOT NULL,
        node_seconds BIGINT NOT NULL, cpu_seconds BIGINT NOT NULL, gpu_seconds BIGINT NOT NULL,
        nanos BIGINT NOT NULL,
        PRIMARY KEY (day, payer, user, kind, cluster, part, wckey, instance_type, purchase,
                     currency)) ENGINE=InnoDB)",
    R"(CREATE TABLE IF NOT EXISTS closing (
        month VARBINARY(7) PRIMARY KEY, entry BIGINT NOT NULL, groups_text LONGBLOB NOT NULL)
        ENGINE=InnoDB)",
    R"(CREATE TABLE IF NOT EXISTS alert (
        name VARBINARY(255) NOT NULL, period VARBINARY(10) NOT NULL, percent INT NOT NULL,
        PRIMARY KEY (name, period, percent)) ENGINE=InnoDB)",
    R"(CREATE TRIGGER IF NOT EXISTS entry_stays BEFORE UPDATE ON entry FOR EACH ROW
        SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'entries of the ledger are never changed')",
    R"(CREATE TRIGGER IF NOT EXISTS entry_is_kept BEFORE DELETE ON entry FOR EACH ROW
        SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'entries of the ledger are never removed')",
    "INSERT IGNORE INTO ledger_version (one, version) VALUES (1, 2)"};

constexpr std::array<std::string_view, 2> mariadb_deliveries{
    R"(CREATE TABLE IF NOT EXISTS delivery (
        report VARBINARY(1000) NOT NULL, viewer VARBINARY(255) NOT NULL,
        PRIMARY KEY (report, viewer)) ENGINE=InnoDB)",
    "UPDATE ledger_version SET version = 3 WHERE version = 2"};

constexpr std::array<std::string_view, 2> mariadb_regions{
    "ALTER TABLE entry ADD COLUMN IF NOT EXISTS region VARBINARY(255) NOT NULL DEFAULT ''",
    "UPDATE ledger_version SET version = 4 WHERE version = 3"};

constexpr std::array<SchemaStep, 3> mariadb_steps{SchemaStep{0, mariadb_tables},
                                                  SchemaStep{2, mariadb_deliveries},
                                                  SchemaStep{3, mariadb_regions}};

} // namespace

const Dialect sqlite_dialect{.steps = sqlite_steps,
                             .begin_to_read = "BEGIN",
                             .begin = "BEGIN IMMEDIATE",
                             .locked = "",
                             .duplicate = "UNIQUE constraint failed"};

const Dialect mariadb_dialect{.steps = mariadb_steps,
                              .begin_to_read = "START TRANSACTION WITH CONSISTENT SNAPSHOT",
                              .begin = "START TRANSACTION",
                              .locked = "SELECT version FROM ledger_version FOR UPDATE",
                              .duplicate = "Duplicate entry"};

} // namespace fairlead::cost
