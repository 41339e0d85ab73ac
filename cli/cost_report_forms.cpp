#include "cli/cost_report_forms.hpp"

#include "base/files.hpp"
#include "cost/months.hpp"
#include "cost/report_csv.hpp"
#include "cost/report_html.hpp"
#include "cost/report_json.hpp"
#include "cost/report_text.hpp"

#include <fmt/core.h>

namespace fairlead::cli {

using cost::Places;
using cost::table_of;

std::string cost_page(const cost::Report& report, const std::vector<cost::TableColumn>& columns) {
    return cost::html_of(report, table_of(report, columns, Places::Cents));
}

ReportForms forms_of(const cost::Report& report, const std::vector<cost::TableColumn>& columns) {
    return {.span = fmt::format("{}-{}", cost::day_name(report.query.from),
                                cost::day_name(report.query.to)),
            .html = cost_page(report, columns),
            .json = cost::json_of(report),
            .csv = cost::csv_of(table_of(report, columns, Places::Nanos), true),
            .text = cost::text_of(report, table_of(report, columns, Places::Cents), {})};
}

std::string forms_name(std::string_view name, const ReportForms& forms) {
    return fmt::format("{}-{}", name, forms.span);
}

Result<void> write_forms(const std::filesystem::path& folder, std::string_view name,
                         const ReportForms& forms) {
    constexpr mode_t readable = 0644, open_folder = 0755;
    if (auto done = make_folders(folder, open_folder); !done)
        return done;
    const std::pair<const char*, const std::string&> files[] = {
        {".html", forms.html}, {".json", forms.json}, {".csv", forms.csv}, {".txt", forms.text}};
    for (const auto& [ending, content] : files)
        if (auto done =
                write_atomic(folder / (forms_name(name, forms) + ending), content, readable);
            !done)
            return done;
    return {};
}

} // namespace fairlead::cli
