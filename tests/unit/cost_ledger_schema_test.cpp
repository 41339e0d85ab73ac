#include "cost/ledger_schema.hpp"

#include <gtest/gtest.h>
#include <regex>
#include <set>

namespace fairlead::cost {
namespace cost_ledger_schema_test {

/// The columns that a dialect's tables have: "entry.day".
std::set<std::string> columns_of(const Dialect& dialect) {
    std::set<std::string> columns;
    const std::regex table(R"((?:CREATE|ALTER) TABLE (?:IF NOT EXISTS )?(\w+))");
    const std::regex column(R"((\w+) (?:TEXT|INTEGER|BIGINT|INT|LONGBLOB|VARBINARY))");
    for (const SchemaStep& step : dialect.steps)
        for (const std::string_view view : step.statements) {
            const std::string statement(view);
            std::smatch name;
            if (!std::regex_search(statement, name, table))
                continue;
            for (std::sregex_iterator each(statement.begin(), statement.end(), column), end;
                 each != end; ++each)
                columns.insert(name[1].str() + "." + (*each)[1].str());
        }
    return columns;
}

TEST(LedgerSchema, BothDatabasesHaveTheSameColumns) {
    EXPECT_EQ(columns_of(sqlite_dialect), columns_of(mariadb_dialect));
    EXPECT_EQ(columns_of(sqlite_dialect).count("entry.checksum"), 1u);
    EXPECT_EQ(columns_of(sqlite_dialect).count("delivery.viewer"), 1u);
    EXPECT_EQ(columns_of(sqlite_dialect).count("entry.region"), 1u);
}

} // namespace cost_ledger_schema_test
} // namespace fairlead::cost
