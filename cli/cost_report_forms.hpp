/// A report in all forms that are written and sent.
#pragma once

#include "cost/report_table.hpp"

#include <filesystem>

namespace fairlead::cli {

/// What `fairlead cost report` prints with --html, --json, --csv, and without them.
struct ReportForms {
    std::string span{}; ///< "2026-06-01-2026-07-01", the second left out
    std::string html{}, json{}, csv{}, text{};
};

ReportForms forms_of(const cost::Report& report, const std::vector<cost::TableColumn>& columns);

std::string cost_page(const cost::Report& report, const std::vector<cost::TableColumn>& columns);

/// "NAME-2026-06-01-2026-07-01": what the files of a report are named, without their ending.
std::string forms_name(std::string_view name, const ReportForms& forms);

/// Four files into a folder, which is made; each is whole at every instant. FL-X201.
Result<void> write_forms(const std::filesystem::path& folder, std::string_view name,
                         const ReportForms& forms);

} // namespace fairlead::cli
