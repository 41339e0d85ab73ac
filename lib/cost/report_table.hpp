/// A report as cells of text, in the columns that were asked for.
#pragma once

#include "cost/report.hpp"

namespace fairlead::cost {

struct TableColumn {
    std::string name{}; ///< "Total"
    int width = 0;      ///< as asked for, "Total%20"; 0: as wide as its cells
    bool number = false;
};

struct Table {
    std::vector<TableColumn> columns{};
    std::vector<std::vector<std::string>> rows{};
    std::vector<std::vector<std::string>> totals{}; ///< one for each currency
};

/// How exact money is shown.
enum class Places { Cents, Nanos };

/// "Group,Total%12", in any case of letters; empty: what the kind of report shows. FL-C401 with the
/// columns that there are.
Result<std::vector<TableColumn>> columns_of(ReportOf of, std::string_view format);

/// The names of all columns.
std::vector<std::string_view> column_names();

/// Money and hours of each currency are rounded so that the rows of a column sum to its total.
Table table_of(const Report& report, std::vector<TableColumn> columns, Places places);

} // namespace fairlead::cost
