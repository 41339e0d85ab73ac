/// fairlead catalog list, show, refresh: EC2 instance types with EFA

#include "catalog/catalog.hpp"

#include "aws/ec2.hpp"
#include "base/words.hpp"
#include "catalog/refresh.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "config/config.hpp"
#include "config/paths.hpp"
#include "state/record.hpp"

#include <fmt/ranges.h>
#include <memory>
#include <nlohmann/json.hpp>

namespace fairlead::cli {
namespace {

using Json = nlohmann::ordered_json;
using namespace std::chrono_literals;

constexpr auto refresh_deadline = 2min;

struct Options {
    std::string type;
    std::string output = config::catalog_path;
    bool json = false;
};

/// The installed catalog under that of the site.
Result<catalog::Catalog> load_catalog(const Session& session) {
    const auto config = config_or_default(session);
    if (!config)
        return std::unexpected(config.error());
    return catalog::Catalog::load(config::catalog_path, config->catalog);
}

Json to_json(const catalog::InstanceType& type) {
    return {{"type", type.name},
            {"vcpus", type.vcpus},
            {"cores", type.cores},
            {"threads_per_core", type.threads_per_core},
            {"numa_nodes", type.numa_nodes ? Json(*type.numa_nodes) : Json()},
            {"memory_gib", type.memory_gib},
            {"efa_interfaces", type.efa_interfaces},
            {"network_cards", type.network_cards},
            {"gbps", type.gbps ? Json(*type.gbps) : Json()},
            {"gpus", type.gpus},
            {"arch", type.arch}};
}

template <class T>
std::string or_unknown(const std::optional<T>& value) {
    return value ? fmt::format("{}", *value) : "unknown";
}

void print_type(const catalog::InstanceType& type) {
    fmt::print("instance type     {}\n"
               "EFA interfaces    {} at most, on {} network card{}\n"
               "network           {} Gbps\n"
               "cores             {}, {} thread{} each\n"
               "NUMA nodes        {}\n"
               "memory            {} GiB\n"
               "GPUs              {}\n"
               "architecture      {}\n",
               type.name, type.efa_interfaces, type.network_cards,
               type.network_cards == 1 ? "" : "s", or_unknown(type.gbps), type.cores,
               type.threads_per_core, type.threads_per_core == 1 ? "" : "s",
               or_unknown(type.numa_nodes), type.memory_gib, type.gpus, type.arch);
}

/// ", of this family: hpc7a.12xlarge, ..." or ", did you mean 'hpc7a.96xlarge'?"
std::string nearest_types(const std::string& name, const catalog::Catalog& catalog) {
    std::vector<std::string_view> all, family;
    const std::string prefix = name.substr(0, name.find('.')) + ".";
    for (const auto& entry : catalog.types()) {
        all.push_back(entry.first);
        if (entry.first.starts_with(prefix))
            family.push_back(entry.first);
    }
    if (!family.empty())
        return fmt::format(", of its family: {}", fmt::join(family, ", "));
    const std::string_view near = nearest_word(name, all);
    return near.empty() ? "" : fmt::format(", did you mean '{}'?", near);
}

void show(const Options& options, Session& session) {
    const auto catalog = load_catalog(session);
    if (!catalog)
        return session.report(catalog.error());
    const auto* type = catalog->find(options.type);
    if (!type) {
        fmt::print(stderr, "fairlead: {} is not among the types with EFA{}\n",
                   printable(options.type), nearest_types(options.type, *catalog));
        session.status = problem;
        return;
    }
    if (options.json)
        fmt::print("{}\n", to_json(*type).dump(2));
    else
        print_type(*type);
}

void list(const Options& options, Session& session) {
    const auto catalog = load_catalog(session);
    if (!catalog)
        return session.report(catalog.error());
    Json rows = Json::array();
    for (const auto& [name, type] : catalog->types())
        if (options.json)
            rows.push_back(to_json(type));
        else
            fmt::print("{:<24} {:>3} cores {:>3} EFA {:>2} GPUs\n", name, type.cores,
                       type.efa_interfaces, type.gpus);
    if (options.json)
        fmt::print("{}\n", rows.dump(2));
}

struct Rebuilt {
    catalog::Refreshed catalog;
    std::string region;
};

/// A site's own rows stay out: they are in a file of their own.
Result<Rebuilt> rebuild(const Session& session) {
    const auto config = config_or_default(session);
    if (!config)
        return std::unexpected(config.error());
    const auto known = catalog::Catalog::load(config::catalog_path, {});
    if (!known)
        return std::unexpected(known.error());
    auto client = aws::open_client(*config, refresh_deadline);
    if (!client)
        return std::unexpected(client.error());
    auto types = aws::efa_instance_types(*client);
    if (!types)
        return std::unexpected(types.error());
    return Rebuilt{catalog::refresh(*known, std::move(*types)), client->region()};
}

void refresh(const Options& options, Session& session) {
    const auto rebuilt = rebuild(session);
    if (!rebuilt)
        return session.report(rebuilt.error());
    const auto& [types, differences, kept] = rebuilt->catalog;
    const std::string comment =
        fmt::format("EC2 instance types with EFA, from DescribeInstanceTypes of {} on {};\n"
                    "NUMA nodes, and types that the region does not offer, are as they were.",
                    rebuilt->region, state::utc_now());
    constexpr mode_t readable = 0644;
    if (auto written = write_output(options.output, catalog::to_csv(types, comment), readable);
        !written)
        return session.report(written.error());
    if (options.json) {
        fmt::print("{}\n", Json{{"schema", "fairlead.catalog-refresh/1"},
                                {"output", options.output},
                                {"region", rebuilt->region},
                                {"types", types.size()},
                                {"kept", kept},
                                {"differences", differences}}
                               .dump(2));
        return;
    }
    for (const auto& difference : differences)
        fmt::print("{}\n", difference);
    fmt::print("{}: {} types, {} with differences, {} not offered in {} and kept\n", options.output,
               types.size(), differences.size(), kept, rebuilt->region);
}

} // namespace

void add_catalog(CLI::App& app, Session& session) {
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("catalog", "EC2 instance types with EFA");
    command->require_subcommand(1);
    CLI::App* listed = command->add_subcommand("list", "all types, those of the site included");
    add_format(*listed, options->json);
    listed->callback([options, &session] { list(*options, session); });
    CLI::App* shown = command->add_subcommand("show", "what is known of one type");
    shown->add_option("TYPE", options->type, "such as hpc7a.96xlarge")->required();
    add_format(*shown, options->json);
    shown->callback([options, &session] { show(*options, session); });
    CLI::App* refreshed = command->add_subcommand(
        "refresh", "rebuild the catalog from EC2 (DescribeInstanceTypes) and tell the differences");
    refreshed->add_option("--output", options->output, "file to write")->capture_default_str();
    add_format(*refreshed, options->json);
    refreshed->callback([options, &session] { refresh(*options, session); });
}

} // namespace fairlead::cli
