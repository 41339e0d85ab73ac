/// Which instance a node is: type, purchase option, place and size, from a list of nodes.
#pragma once

#include "cost/price_book.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace fairlead::cost {

/// What a node can give to jobs; what is not known is empty.
struct Capacity {
    std::optional<std::int64_t> cpus{};
    std::optional<std::int64_t> memory_mb{};
    std::optional<std::int64_t> gpus{};
    std::int64_t memory_rest = 0; ///< thousandths of a MB beyond memory_mb
};

/// More than Slurm has in a cluster: lists name what may come.
inline constexpr std::size_t most_listed_nodes = 1'000'000;

struct NodeKind {
    PriceKey key; ///< as written, but "linux" where no os is named
    Capacity capacity{};
};

class Nodes {
  public:
    /// CSV with `nodes` (a host list), `instance_type`, `purchase`, `region` and `az`, and where
    /// known `cpus`, `memory_mb`, `gpus` and `os`. FL-C104.
    static Result<Nodes> parse(std::string_view csv, std::string_view file);
    static Result<Nodes> load(const std::filesystem::path& file);

    /// Index into kinds(), or nothing for a node that no row names.
    std::optional<std::size_t> find(std::string_view node) const;

    const std::vector<NodeKind>& kinds() const { return kinds_; }

    /// What was not understood and does no harm, for whoever reads the list.
    const std::vector<std::string>& notes() const { return notes_; }

  private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const {
            return std::hash<std::string_view>{}(text);
        }
    };
    std::vector<NodeKind> kinds_;
    std::vector<std::size_t> lines_;
    std::vector<std::string> notes_;
    std::unordered_map<std::string, std::size_t, Hash, std::equal_to<>> index_;

    Result<void> add(const class CsvRow& row, std::string_view file);
};

} // namespace fairlead::cost
