#include "cost/nodes.hpp"

#include "base/files.hpp"
#include "base/host_list.hpp"
#include "base/words.hpp"
#include "cost/csv.hpp"

#include <array>
#include <charconv>

namespace fairlead::cost {
namespace {

constexpr std::array<std::string_view, 5> needed{"nodes", "instance_type", "purchase", "region",
                                                 "az"};
constexpr std::array<std::string_view, 4> optional_columns{"cpus", "memory_mb", "gpus", "os"};
constexpr std::size_t largest_list = 64 * 1024 * 1024;

/// An empty field is not known.
Result<std::optional<std::int64_t>> read_size(const CsvRow& row, std::string_view column,
                                              std::string_view file) {
    const std::string& text = row[column];
    if (text.empty())
        return std::nullopt;
    constexpr std::int64_t most = 1'000'000'000;
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < 0 || value > most)
        return fail(Code::C104, "{}:{}: {} is '{}'; expected a whole number", file, row.line(),
                    column, printable(text));
    return value;
}

/// In thousandths of a MB.
Result<std::optional<std::int64_t>> read_memory(const CsvRow& row, std::string_view file) {
    const std::string& text = row["memory_mb"];
    if (text.empty())
        return std::nullopt;
    constexpr std::int64_t most = 1'000'000'000'000;
    const auto thousandths = read_decimal(text, 3);
    if (!thousandths || *thousandths < 0 || *thousandths > most)
        return fail(Code::C104,
                    "{}:{}: memory_mb is '{}'; expected MB with at most three places, such as 4096",
                    file, row.line(), printable(text));
    return *thousandths;
}

Result<NodeKind> read_kind(const CsvRow& row, std::string_view file) {
    const auto cpus = read_size(row, "cpus", file);
    const auto memory = read_memory(row, file);
    const auto gpus = read_size(row, "gpus", file);
    for (const auto* size : {&cpus, &memory, &gpus})
        if (!*size)
            return std::unexpected(size->error());
    return NodeKind{
        .key = {.region = row["region"],
                .az = row["az"],
                .instance_type = row["instance_type"],
                .os = row["os"].empty() ? "linux" : row["os"],
                .purchase = row["purchase"]},
        .capacity = {.cpus = *cpus,
                     .memory_mb = *memory ? std::optional(**memory / 1000) : std::nullopt,
                     .gpus = *gpus,
                     .memory_rest = memory->value_or(0) % 1000}};
}

} // namespace

Result<void> Nodes::add(const CsvRow& row, std::string_view file) {
    auto kind = read_kind(row, file);
    if (!kind)
        return std::unexpected(kind.error());
    const auto names = expand_host_list(row["nodes"], most_listed_nodes - index_.size());
    if (!names)
        return fail(Code::C104,
                    "{}:{}: nodes is '{}'; expected a host list such as n[1-4], and at most {} "
                    "nodes in all",
                    file, row.line(), printable(row["nodes"]), most_listed_nodes);
    kinds_.push_back(std::move(*kind));
    lines_.push_back(row.line());
    for (const std::string& name : *names)
        if (const auto [at, fresh] = index_.emplace(name, kinds_.size() - 1); !fresh)
            return fail(Code::C104, "{}:{}: node {} is already at line {}", file, row.line(), name,
                        lines_[at->second]);
    return {};
}

Result<Nodes> Nodes::parse(std::string_view csv, std::string_view file) {
    CsvFile rows;
    rows.others_allowed = true;
    if (auto done = read_csv(csv, file, Code::C104, needed, optional_columns, rows); !done)
        return std::unexpected(done.error());
    Nodes nodes;
    nodes.notes_ = rows.notes;
    for (const CsvRow& row : rows.rows)
        if (auto done = nodes.add(row, file); !done)
            return std::unexpected(done.error());
    return nodes;
}

Result<Nodes> Nodes::load(const std::filesystem::path& file) {
    const auto text = read_file(file, largest_list);
    if (!text)
        return std::unexpected(text.error());
    return parse(*text, file.native());
}

std::optional<std::size_t> Nodes::find(std::string_view node) const {
    const auto found = index_.find(node);
    if (found == index_.end())
        return std::nullopt;
    return found->second;
}

} // namespace fairlead::cost
