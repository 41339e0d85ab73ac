/// CSV as spreadsheets and people write it.
#pragma once

#include "base/error.hpp"

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fairlead::cost {

/// The fields of one line: RFC 4180's quotes, and commas in brackets do not separate, so that a
/// host list ("n[1-3,7]") needs no quotes. Nothing where a quote is not closed.
std::optional<std::vector<std::string>> csv_fields(std::string_view line);

/// A field to write: quoted where needed, with an apostrophe before what a spreadsheet would run as
/// a formula, and '?' for control characters, line breaks too, and what is not UTF-8.
std::string csv_cell(std::string_view text);

/// A row by the names of its columns; a column that the file does not have is empty.
class CsvRow {
  public:
    CsvRow(const std::map<std::string, std::size_t, std::less<>>& columns,
           std::vector<std::string> fields, std::size_t line)
        : columns_(&columns), fields_(std::move(fields)), line_(line) {}

    const std::string& operator[](std::string_view column) const;
    std::size_t line() const { return line_; }

  private:
    const std::map<std::string, std::size_t, std::less<>>* columns_;
    std::vector<std::string> fields_;
    std::size_t line_;
};

/// A file with a header line, in any order of columns; lines that begin with '#' are comments.
struct CsvFile {
    std::map<std::string, std::size_t, std::less<>> columns;
    std::vector<CsvRow> rows;
    bool others_allowed = false;      ///< before reading: columns that are not known are ignored
    std::vector<std::string> notes{}; ///< and named here
    std::size_t width = 0;            ///< of each row

    CsvFile() = default;
    CsvFile(const CsvFile&) = delete; ///< rows point into it
    CsvFile& operator=(const CsvFile&) = delete;
};

/// Fills `into` from `text`. Every one of `needed` must be a column, in letters of any case, and no
/// column may be other than those and `optional` but where `into` allows it. Errors with `code`, as
/// "file:line: ...".
Result<void> read_csv(std::string_view text, std::string_view file, Code code,
                      std::span<const std::string_view> needed,
                      std::span<const std::string_view> optional, CsvFile& into);

} // namespace fairlead::cost
