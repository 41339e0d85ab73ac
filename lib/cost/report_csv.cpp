#include "cost/report_csv.hpp"

#include "cost/csv.hpp"

namespace fairlead::cost {
namespace {

/// A number of ours may begin with a minus; a text may not.
std::string cell_of(const std::string& cell, const TableColumn& column) {
    return column.number ? cell : csv_cell(cell);
}

} // namespace

std::string csv_of(const Table& table, bool header) {
    std::string text;
    for (std::size_t i = 0; header && i < table.columns.size(); ++i)
        text += (i > 0 ? "," : "") + table.columns[i].name;
    if (header)
        text += '\n';
    for (const auto& row : table.rows) {
        for (std::size_t i = 0; i < row.size(); ++i)
            text += (i > 0 ? "," : "") + cell_of(row[i], table.columns[i]);
        text += '\n';
    }
    return text;
}

} // namespace fairlead::cost
