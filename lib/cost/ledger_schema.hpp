/// The tables of the ledger, and where SQLite and MariaDB differ.
#pragma once

#include <span>
#include <string_view>

namespace fairlead::cost {

/// Of the tables below.
inline constexpr int schema_version = 4;

/// What brings the tables of one version to the next: a statement each; those of MariaDB may
/// repeat. The last says the version.
struct SchemaStep {
    int from; ///< 0: a new ledger
    std::span<const std::string_view> statements;
};

/// What one database says otherwise than the other.
struct Dialect {
    std::span<const SchemaStep> steps; ///< rising
    std::string_view begin_to_read;    ///< all that is read in it is of one moment
    std::string_view begin;            ///< starts a transaction that writes, one at a time
    std::string_view locked;    ///< what makes others that write wait, behind `begin`; may be empty
    std::string_view duplicate; ///< how an error begins, or what it says, for a key that is there
};

extern const Dialect sqlite_dialect;
extern const Dialect mariadb_dialect;

} // namespace fairlead::cost
