#include "config/config.hpp"

#include "base/files.hpp"
#include "base/words.hpp"
#include "config/node_checks_reader.hpp"
#include "config/reader.hpp"
#include "config/staging_reader.hpp"

#include <algorithm>
#include <array>

namespace fairlead::config {
namespace fs = std::filesystem;
namespace {

// YAML 1.2 reads a bare `off` as text, and so does yaml-cpp's Scalar().
constexpr std::array<std::string_view, 3> modes{"off", "observe", "enforce"};
constexpr std::array<std::string_view, 5> relaxables{"efa", "efa_interfaces", "placement",
                                                     "max_layer", "same_az"};
constexpr std::array<std::string_view, 2> truths{"false", "true"};
constexpr std::array<std::string_view, 2> unknowns{"run", "hold"};
constexpr std::array<std::string_view, 2> brokens{"accept", "refuse"};
constexpr std::array<std::string_view, 3> network_reports{"off", "efa", "all"};
constexpr std::array<std::string_view, 2> admissions{"node", "controller"};
constexpr std::array<std::string_view, 1> schemas{"fairlead.config/1"};
constexpr const char* test_marker = ".fairlead-test-root";

/// A handler that reads one of `words` into an enumeration, a number or a truth of the same order.
template <class Value, std::size_t N>
auto word_into(const Reader& reader, std::string_view where,
               const std::array<std::string_view, N>& words, Value& target) {
    return [&reader, where, &words, &target](const YAML::Node& node) -> Result<void> {
        const auto index = reader.word(node, where, words);
        if (!index)
            return std::unexpected(index.error());
        target = static_cast<Value>(*index);
        return {};
    };
}

template <class T>
Result<void> store(Result<T> value, auto& target) {
    if (!value)
        return std::unexpected(std::move(value.error()));
    target = std::move(*value);
    return {};
}

Result<void> read_relax(const Reader& reader, const YAML::Node& node,
                        std::vector<Relaxable>& relax) {
    const auto names = reader.texts(node, "relax");
    if (!names)
        return std::unexpected(names.error());
    relax.clear();
    for (std::size_t i = 0; i < names->size(); ++i) {
        const auto index = reader.word(node[i], "relax", relaxables);
        if (!index)
            return std::unexpected(index.error());
        relax.push_back(static_cast<Relaxable>(*index));
    }
    return {};
}

auto path_into(const Reader& reader, std::string_view where, fs::path& target) {
    return [&reader, where, &target](const YAML::Node& node) {
        return store(reader.absolute_path(node, where), target);
    };
}

Result<void> read_rules(const Reader& reader, const YAML::Node& node, std::string_view where,
                        PartitionRules& rules) {
    const Key keys[] = {
        {"efa", word_into(reader, "efa", efa_needs, rules.fabric.efa)},
        {"mode", word_into(reader, "mode", modes, rules.mode)},
        {"instance_types",
         [&](const YAML::Node& value) {
             return store(reader.texts(value, "instance_types"), rules.instance_types);
         }},
        {"efa_interfaces",
         [&](const YAML::Node& value) {
             return store(reader.number(value, "efa_interfaces", 0, most_efa_interfaces),
                          rules.fabric.efa_interfaces);
         }},
        {"placement", word_into(reader, "placement", placements, rules.fabric.placement)},
        {"placement_group",
         [&](const YAML::Node& value) {
             return store(reader.text(value, "placement_group"), rules.fabric.group);
         }},
        {"max_layer", word_into(reader, "max_layer", layers, rules.fabric.max_layer)},
        {"same_az", word_into(reader, "same_az", truths, rules.fabric.same_az)},
        {"relax", [&](const YAML::Node& value) { return read_relax(reader, value, rules.relax); }},
        {"unknown_placement",
         word_into(reader, "unknown_placement", unknowns, rules.unknown_placement)},
    };
    return reader.map(node, where, keys);
}

/// A partition without a key of its own takes the key of `defaults`, so defaults are read first.
Result<void> read_partitions(const Reader& reader, const YAML::Node& node, Config& config) {
    return reader.entries(
        node, "partitions", [&](const std::string& name, const YAML::Node& value) {
            PartitionRules& rules = config.partitions.emplace(name, config.defaults).first->second;
            return read_rules(reader, value, "partitions." + name, rules);
        });
}

bool below(const fs::path& path, std::string_view folder) {
    return path.native().starts_with(folder);
}

Result<void> read_testing(const Reader& reader, const YAML::Node& node, const fs::path& file,
                          Config& config) {
    const fs::path whole = fs::absolute(file).lexically_normal();
    if (below(whole, "/etc/") || below(whole, "/opt/"))
        return reader.error(Code::X107, node,
                            "`testing` is refused in a configuration below /etc and /opt; "
                            "delete the section");
    Testing& testing = config.testing.emplace();
    const Key keys[] = {
        {"sysfs_root", path_into(reader, "testing.sysfs_root", testing.sysfs_root)},
        {"hwloc_xml", path_into(reader, "testing.hwloc_xml", testing.hwloc_xml)},
        {"imds_endpoint",
         [&](const YAML::Node& value) {
             return store(reader.text(value, "testing.imds_endpoint"), testing.imds_endpoint);
         }},
        {"aws_endpoint",
         [&](const YAML::Node& value) {
             return store(reader.text(value, "testing.aws_endpoint"), testing.aws_endpoint);
         }},
        {"fabric_providers",
         path_into(reader, "testing.fabric_providers", testing.fabric_providers)},
    };
    if (auto done = reader.map(node, "testing", keys); !done)
        return done;
    std::error_code error;
    if (!testing.sysfs_root.empty() && !fs::exists(testing.sysfs_root / test_marker, error))
        return reader.error(Code::X107, node,
                            fmt::format("testing.sysfs_root {} has no file {}; delete the section",
                                        testing.sysfs_root.native(), test_marker));
    return {};
}

/// Budgets and the like belong into the private file, so the message says so.
Key belongs_in_private_file(const Reader& reader, std::string_view name) {
    return {name, [&reader, name](const YAML::Node& node) -> Result<void> {
                return reader.error(Code::X105, node,
                                    fmt::format("'{}' belongs in the private file "
                                                "(private.yaml, mode 0600), not in this "
                                                "world-readable one",
                                                name));
            }};
}

Result<void> read_root(const Reader& reader, const YAML::Node& root, const fs::path& file,
                       Config& config) {
    int schema = -1;
    const auto later = [](const YAML::Node&) { return Result<void>{}; };
    const Key keys[] = {
        {"schema", word_into(reader, "schema", schemas, schema)},
        {"admission", word_into(reader, "admission", admissions, config.admission)},
        {"state_dir", path_into(reader, "state_dir", config.state_dir)},
        {"spool", path_into(reader, "spool", config.spool)},
        {"network_report",
         word_into(reader, "network_report", network_reports, config.network_report)},
        {"catalog", path_into(reader, "catalog", config.catalog)},
        {"region",
         [&](const YAML::Node& value) {
             return store(reader.text(value, "region"), config.region);
         }},
        {"scontrol", path_into(reader, "scontrol", config.scontrol)},
        {"default_partition",
         [&](const YAML::Node& value) {
             return store(reader.text(value, "default_partition"), config.default_partition);
         }},
        {"ranks_per_nic",
         [&](const YAML::Node& value) {
             constexpr int most = 65536;
             return store(reader.number(value, "ranks_per_nic", 1, most), config.ranks_per_nic);
         }},
        {"switch_wait",
         [&](const YAML::Node& value) {
             constexpr int year = 366 * 86400;
             return store(reader.number(value, "switch_wait", 0, year), config.switch_wait);
         }},
        {"node_checks",
         [&](const YAML::Node& value) {
             return read_node_checks(reader, value, config.node_checks);
         }},
        {"brake", [&](const YAML::Node& value) { return read_brake(reader, value, config.brake); }},
        {"staging",
         [&](const YAML::Node& value) { return read_staging(reader, value, config.staging); }},
        {"defaults",
         [&](const YAML::Node& value) {
             return read_rules(reader, value, "defaults", config.defaults);
         }},
        {"partitions", later},
        {"policy", later}, // rules, which lib/policy reads
        {"cost", later},   // lib/cost reads it
        {"policy_mode", word_into(reader, "policy_mode", modes, config.policy.mode)},
        {"policy_exempt",
         [&](const YAML::Node& value) {
             return store(reader.texts(value, "policy_exempt"), config.policy.exempt);
         }},
        {"policy_broken",
         word_into(reader, "policy_broken", brokens, config.policy.refuse_when_broken)},
        {"testing",
         [&](const YAML::Node& value) { return read_testing(reader, value, file, config); }},
        belongs_in_private_file(reader, "budgets"),
        belongs_in_private_file(reader, "buckets"),
        belongs_in_private_file(reader, "credentials"),
    };
    if (auto done = reader.map(root, "the configuration", keys); !done)
        return done;
    if (schema < 0)
        return reader.error(Code::X106, root,
                            "key 'schema' is missing; expected `schema: fairlead.config/1`");
    if (const YAML::Node partitions = root["partitions"])
        return read_partitions(reader, partitions, config);
    return {};
}

/// The value of a key at the left edge, whatever else is wrong with the text, without quotes; none
/// without the key.
std::optional<std::string_view> top_level_value(std::string_view text, std::string_view key) {
    for (const std::string_view line : split(text, '\n')) {
        if (!line.starts_with(key))
            continue;
        const std::string_view rest = trimmed(line.substr(key.size()));
        if (!rest.starts_with(':'))
            continue;
        std::string_view value = trimmed(rest.substr(1, rest.find(" #") - 1));
        if (value.size() > 1 && (value.front() == '"' || value.front() == '\''))
            value = value.substr(1, value.size() - 2);
        return value;
    }
    return std::nullopt;
}

} // namespace

Result<Config> parse(std::string_view text, const fs::path& path) {
    const Reader reader{path, schemas[0]};
    const auto root = reader.parse(text);
    if (!root)
        return std::unexpected(root.error());
    Config config;
    if (auto done = read_root(reader, *root, path, config); !done)
        return std::unexpected(done.error());
    return config;
}

Result<Config> load(const fs::path& path) {
    const auto text = read_file(path);
    if (!text)
        return std::unexpected(text.error());
    return parse(*text, path);
}

Result<Config> load_for_node(const char* path) {
    const fs::path file = path ? path : default_path;
    auto config = load(file);
    if (!config && !path && config.error().code == Code::X101)
        return Config{};
    if (!config)
        return config;
    for (const fs::path& read : {file, config->catalog})
        if (!read.empty())
            if (auto trusted = check_trusted(read); !trusted)
                return std::unexpected(trusted.error());
    return config;
}

fs::path state_dir_of(const char* path) {
    const auto text = read_file(path ? path : default_path);
    const fs::path value =
        top_level_value(text ? *text : std::string_view{}, "state_dir").value_or("");
    return value.is_absolute() ? value : Config{}.state_dir;
}

bool refuses_when_broken(const char* path) {
    const auto text = read_file(path ? path : default_path);
    if (!text)
        return text.error().code != Code::X101;
    const std::string_view mode = top_level_value(*text, "policy_mode").value_or("observe");
    return mode != "observe" && mode != "off" &&
           top_level_value(*text, "policy_broken") != "accept";
}

const PartitionRules& rules_for(const Config& config, std::string_view partition) {
    const auto found = config.partitions.find(partition);
    return found == config.partitions.end() ? config.defaults : found->second;
}

fs::path spool_of(const Config& config) {
    return config.spool.empty() ? config.state_dir / "reports" : config.spool;
}

std::string_view to_string(Mode mode) { return modes.at(static_cast<std::size_t>(mode)); }

fs::path system_root(const Config& config) {
    if (config.testing && !config.testing->sysfs_root.empty())
        return config.testing->sysfs_root;
    return "/";
}

} // namespace fairlead::config
