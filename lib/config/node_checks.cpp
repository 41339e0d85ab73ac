#include "config/node_checks_reader.hpp"

#include "base/words.hpp"

#include <algorithm>
#include <array>

namespace fairlead::config {
namespace {

constexpr std::array<std::string_view, 2> truths{"false", "true"};

Key number_key(const Reader& reader, std::string_view name, int least, int most, int& target) {
    return {name, [&reader, name, least, most, &target](const YAML::Node& node) -> Result<void> {
                const auto number = reader.number(node, name, least, most);
                if (!number)
                    return std::unexpected(number.error());
                target = *number;
                return {};
            }};
}

Key truth_key(const Reader& reader, std::string_view name, bool& target) {
    return {name, [&reader, name, &target](const YAML::Node& node) -> Result<void> {
                const auto index = reader.word(node, name, truths);
                if (!index)
                    return std::unexpected(index.error());
                target = *index == 1;
                return {};
            }};
}

bool is_version(std::string_view text) {
    return std::ranges::all_of(split(text, '.'), [](std::string_view part) {
        return !part.empty() && part.size() <= 6 &&
               part.find_first_not_of("0123456789") == std::string_view::npos;
    });
}

Result<void> read_driver(const Reader& reader, const YAML::Node& node, std::string& driver) {
    auto text = reader.text(node, "driver");
    if (!text)
        return std::unexpected(text.error());
    if (!is_version(*text))
        return reader.error(
            Code::X106, node,
            fmt::format("driver is '{}'; expected a version such as 2.17.0", printable(*text)));
    driver = std::move(*text);
    return {};
}

/// MiB, or `unlimited`.
Result<void> read_memlock(const Reader& reader, const YAML::Node& node, std::uint64_t& memlock) {
    constexpr int most = 1 << 30;
    constexpr std::uint64_t mib = 1024 * 1024;
    if (node.IsScalar() && node.Scalar() == "unlimited") {
        memlock = unlimited_memlock;
        return {};
    }
    const auto number = reader.number(node, "memlock", 0, most);
    if (!number)
        return reader.error(Code::X106, node,
                            "memlock must be a number of MiB, or `unlimited`; 0 demands nothing");
    memlock = static_cast<std::uint64_t>(*number) * mib;
    return {};
}

} // namespace

Result<void> read_node_checks(const Reader& reader, const YAML::Node& node, NodeChecks& checks) {
    constexpr int most_pages = 1 << 30, largest_mtu = 65536, tries = 100, seconds = 3600;
    constexpr int least_deadline = 5; // for scontrol, which has its share of it
    const Key keys[] = {
        {"driver",
         [&](const YAML::Node& value) { return read_driver(reader, value, checks.driver); }},
        truth_key(reader, "ptrace_scope", checks.ptrace_scope),
        {"memlock",
         [&](const YAML::Node& value) { return read_memlock(reader, value, checks.memlock); }},
        number_key(reader, "huge_pages", 0, most_pages, checks.huge_pages),
        number_key(reader, "mtu", 0, largest_mtu, checks.mtu),
        truth_key(reader, "libfabric", checks.libfabric),
        number_key(reader, "attach_tries", 0, tries, checks.attach_tries),
        number_key(reader, "attach_wait", 1, seconds, checks.attach_wait),
        number_key(reader, "attach_window", 0, seconds, checks.attach_window),
        number_key(reader, "deadline", least_deadline, seconds, checks.deadline),
    };
    return reader.map(node, "node_checks", keys);
}

Result<void> read_brake(const Reader& reader, const YAML::Node& node, Brake& brake) {
    constexpr int most_nodes = 65536, percent = 100;
    const Key keys[] = {
        number_key(reader, "nodes", 0, most_nodes, brake.nodes),
        number_key(reader, "percent", 0, percent, brake.percent),
    };
    return reader.map(node, "brake", keys);
}

} // namespace fairlead::config
