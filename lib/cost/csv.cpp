#include "cost/csv.hpp"

#include "base/words.hpp"
#include "cost/names.hpp"

#include <algorithm>
#include <fmt/ranges.h>

namespace fairlead::cost {
namespace {

/// Takes a quoted field, whose first quote is gone, from the front of `rest`.
bool take_quoted(std::string_view& rest, std::string& field) {
    for (;;) {
        const std::size_t quote = rest.find('"');
        if (quote == std::string_view::npos)
            return false;
        field += rest.substr(0, quote);
        rest.remove_prefix(quote + 1);
        if (!rest.starts_with('"'))
            return true;
        field += '"';
        rest.remove_prefix(1);
    }
}

/// Up to the comma that ends the field, or the end.
std::size_t plain_end(std::string_view rest) {
    bool inside = false;
    for (std::size_t i = 0; i < rest.size(); ++i) {
        if (rest[i] == '[' || rest[i] == ']')
            inside = rest[i] == '[';
        if (rest[i] == ',' && !inside)
            return i;
    }
    return rest.size();
}

Result<void> read_header(std::vector<std::string> names, std::string_view place, Code code,
                         std::span<const std::string_view> needed,
                         std::span<const std::string_view> optional, CsvFile& into) {
    std::vector<std::string_view> known(needed.begin(), needed.end());
    known.insert(known.end(), optional.begin(), optional.end());
    std::vector<std::string> unknown;
    for (std::size_t i = 0; i < names.size(); ++i) {
        const std::string name = in_small_letters(names[i]);
        if (std::ranges::find(known, name) == known.end()) {
            if (!name.empty() || !into.others_allowed)
                unknown.push_back(names[i]);
        } else if (!into.columns.emplace(name, i).second) {
            return fail(code, "{}: column {} appears twice", place, name);
        }
    }
    const auto missing = std::ranges::find_if(
        needed, [&](std::string_view name) { return !into.columns.contains(name); });
    if (!unknown.empty() && (missing != needed.end() || !into.others_allowed))
        return fail(code, "{}: unknown column '{}'{}", place, printable(unknown.front()),
                    suggestion(unknown.front(), known));
    if (missing != needed.end())
        return fail(code, "{}: column {} is missing; the first line must be: {}", place, *missing,
                    fmt::join(needed, ","));
    for (const std::string& name : unknown) {
        const std::string_view near = nearest_word(name, known);
        // A column that may be left out is not missed: without it every run would pay whole nodes.
        if (std::ranges::find(optional, near) != optional.end())
            return fail(code, "{}: unknown column '{}'{}", place, printable(name),
                        suggestion(name, known));
        into.notes.push_back(
            fmt::format("{}: column '{}' is ignored{}", place, printable(name),
                        near.empty() ? "" : fmt::format(", did you mean '{}'?", near)));
    }
    into.width = names.size();
    return {};
}

} // namespace

std::optional<std::vector<std::string>> csv_fields(std::string_view line) {
    std::vector<std::string> fields;
    for (;;) {
        std::string field;
        line = line.substr(std::min(line.find_first_not_of(" \t"), line.size()));
        if (line.starts_with('"')) {
            line.remove_prefix(1);
            if (!take_quoted(line, field))
                return std::nullopt;
        }
        const std::size_t end = plain_end(line);
        field += trimmed(line.substr(0, end));
        fields.push_back(std::move(field));
        if (end == line.size())
            return fields;
        line.remove_prefix(end + 1);
    }
}

std::string csv_cell(std::string_view text) {
    constexpr std::string_view formula = "=+-@";
    std::string cell;
    if (!text.empty() && formula.contains(text.front()))
        cell += '\'';
    cell += without_controls(text);
    if (cell.find_first_of(",\"") == std::string::npos)
        return cell;
    std::string quoted = "\"";
    for (const char c : cell)
        quoted.append(c == '"' ? 2 : 1, c);
    return quoted + '"';
}

const std::string& CsvRow::operator[](std::string_view column) const {
    static const std::string none;
    const auto found = columns_->find(column);
    return found == columns_->end() ? none : fields_[found->second];
}

Result<void> read_csv(std::string_view text, std::string_view file, Code code,
                      std::span<const std::string_view> needed,
                      std::span<const std::string_view> optional, CsvFile& into) {
    constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
    if (text.starts_with(byte_order_mark))
        text.remove_prefix(byte_order_mark.size());
    std::size_t number = 0;
    for (const std::string_view raw : split(text, '\n')) {
        ++number;
        const std::string_view line = trimmed(raw);
        if (line.empty() || line.starts_with('#'))
            continue;
        const std::string place = fmt::format("{}:{}", file, number);
        auto fields = csv_fields(line);
        if (!fields)
            return fail(code, "{}: a quote is not closed", place);
        if (into.columns.empty()) {
            if (auto done = read_header(std::move(*fields), place, code, needed, optional, into);
                !done)
                return done;
            continue;
        }
        if (fields->size() != into.width)
            return fail(code, "{}: {} fields, but the header names {} columns", place,
                        fields->size(), into.width);
        into.rows.emplace_back(into.columns, std::move(*fields), number);
    }
    if (into.columns.empty())
        return fail(code, "{} is empty; expected the header {}", file, fmt::join(needed, ","));
    return {};
}

} // namespace fairlead::cost
