#include "catalog/catalog.hpp"

#include "base/files.hpp"
#include "base/words.hpp"

#include <charconv>
#include <cmath>

namespace fairlead::catalog {
namespace {

constexpr std::size_t columns = 11;

/// A row being read: the first field that is not the number it should be stops it.
struct Row {
    std::vector<std::string_view> fields;
    std::string_view bad_field{};

    template <class T>
    std::optional<T> optional_number(std::size_t column) {
        const std::string_view field = fields[column];
        if (field.empty())
            return std::nullopt;
        T value{};
        const auto [stop, error] =
            std::from_chars(field.data(), field.data() + field.size(), value);
        const bool whole = error == std::errc{} && stop == field.data() + field.size();
        if (whole && std::isfinite(static_cast<double>(value)) && value >= 0)
            return value;
        if (bad_field.empty())
            bad_field = field;
        return std::nullopt;
    }

    template <class T>
    T number(std::size_t column) {
        const auto value = optional_number<T>(column);
        if (!value && bad_field.empty())
            bad_field = "(empty)";
        return value.value_or(T{});
    }
};

Result<InstanceType> read_row(std::string_view line, std::string_view file, std::size_t number) {
    Row row{split(line, ',')};
    if (row.fields.size() != columns || row.fields[0].empty())
        return fail(Code::X109, "{}:{}: expected {} columns ({}), found {}", file, number, columns,
                    header, row.fields.size());
    InstanceType type{
        .name = std::string(row.fields[0]),
        .vcpus = row.number<int>(1),
        .cores = row.number<int>(2),
        .threads_per_core = row.number<int>(3),
        .numa_nodes = row.optional_number<int>(4),
        .memory_gib = row.number<double>(5),
        .efa_interfaces = row.number<int>(6),
        .network_cards = row.number<int>(7),
        .gbps = row.optional_number<double>(8),
        .gpus = row.optional_number<int>(9).value_or(0),
        .arch = std::string(row.fields[10]),
    };
    if (!row.bad_field.empty())
        return fail(Code::X109, "{}:{}: '{}' is not a number; columns are {}", file, number,
                    printable(row.bad_field), header);
    return type;
}

} // namespace

Result<Catalog> Catalog::parse(std::string_view csv, std::string_view file) {
    Catalog catalog;
    std::size_t number = 0;
    for (const std::string_view raw : split(csv, '\n')) {
        ++number;
        const std::string_view line = trimmed(raw);
        if (line.empty() || line.starts_with('#') || line == header)
            continue;
        auto type = read_row(line, file, number);
        if (!type)
            return std::unexpected(type.error());
        std::string name = type->name;
        catalog.types_.insert_or_assign(std::move(name), std::move(*type));
    }
    return catalog;
}

Result<Catalog> Catalog::load(const std::filesystem::path& installed,
                              const std::filesystem::path& site) {
    Catalog merged;
    for (const auto& path : {site, installed}) {
        if (path.empty())
            continue;
        const auto text = read_file(path);
        if (!text)
            return std::unexpected(text.error());
        auto rows = parse(*text, path.native());
        if (!rows)
            return rows;
        merged.types_.merge(rows->types_);
    }
    return merged;
}

const InstanceType* Catalog::find(std::string_view name) const {
    const auto found = types_.find(name);
    return found == types_.end() ? nullptr : &found->second;
}

} // namespace fairlead::catalog
