/// fairlead node scan: discover and record what this node is

#include "aws/imds.hpp"
#include "base/boot.hpp"
#include "base/words.hpp"
#include "cli/commands.hpp"
#include "config/config.hpp"
#include "config/paths.hpp"
#include "config/recording.hpp"
#include "state/node_record.hpp"
#include "state/record.hpp"
#include "topology/cache.hpp"

#include <fmt/ranges.h>
#include <memory>
#include <unistd.h>

namespace fairlead::cli {
namespace {

constexpr auto imds_deadline = std::chrono::milliseconds(1500);

struct Options {
    std::string node;
    bool dry_run = false;
    bool json = false;
};

std::string host_name() {
    char name[256] = "";
    ::gethostname(name, sizeof name - 1);
    return std::string(split(name, '.').front());
}

void ask_imds(const config::Config& config, state::NodeRecord& record) {
    const bool tested = config.testing && !config.testing->imds_endpoint.empty();
    const auto facts = aws::instance_facts(
        tested ? config.testing->imds_endpoint : std::string(aws::imds_endpoint), imds_deadline);
    if (!facts) {
        fmt::print(stderr, "fairlead: {}; its fields stay empty\n", to_string(facts.error()));
        return;
    }
    record.availability_zone = facts->availability_zone;
    record.lifecycle = facts->lifecycle;
    record.launch_time = facts->launch_time;
}

Result<state::NodeRecord> look(const config::Config& config, const std::string& node) {
    const auto root = config::system_root(config);
    auto devices = fabric::efa_devices(root);
    if (!devices)
        return std::unexpected(devices.error());
    state::NodeRecord record{.node = node.empty() ? host_name() : node,
                             .boot_id = boot_id(),
                             .instance = fabric::this_instance(root),
                             .availability_zone = {},
                             .lifecycle = {},
                             .launch_time = {},
                             .efa = std::move(*devices),
                             .scanned = state::utc_now()};
    ask_imds(config, record);
    return record;
}

std::string or_unknown(const std::optional<std::string>& text) {
    return text && !text->empty() ? *text : "unknown";
}

void print_text(const state::NodeRecord& record) {
    std::vector<std::string> devices;
    for (const auto& device : record.efa)
        devices.push_back(fmt::format("{} ({})", device.name, device.pci));
    fmt::print("node               {}\n"
               "instance type      {}\n"
               "instance id        {}\n"
               "availability zone  {}\n"
               "lifecycle          {}\n"
               "launched           {}\n"
               "EFA interfaces     {}{}{}\n",
               record.node, or_unknown(record.instance.type), or_unknown(record.instance.id),
               or_unknown(record.availability_zone), or_unknown(record.lifecycle),
               or_unknown(record.launch_time), devices.size(), devices.empty() ? "" : ": ",
               fmt::join(devices, ", "));
}

/// What root acts on only root may have written; looking needs no trust.
Result<config::Config> config_of(const Session& session, bool records) {
    return records ? trusted_config(session) : config::load(session.config_path);
}

/// What steps read. Each is of use without the other.
void record_for_steps(const config::Config& config, const std::string& node, Session& session) {
    if (auto recorded = config::record(config::run_dir, named_path(session)); !recorded)
        session.report(recorded.error());
    if (auto recorded = topology::record(config, config::run_dir, node); !recorded)
        session.report(recorded.error());
}

void scan(const Options& options, Session& session) {
    const auto config = config_of(session, !options.dry_run);
    if (!config)
        return session.report(config.error());
    const auto found = look(*config, options.node);
    if (!found)
        return session.report(found.error());
    const state::NodeRecord& record = *found;
    if (options.json)
        fmt::print("{}", state::encode(record));
    else
        print_text(record);
    if (options.dry_run)
        return;
    record_for_steps(*config, options.node, session);
    if (auto saved = state::write_node_record(config::run_dir, config->state_dir, record); !saved)
        session.report(saved.error());
}

/// A step of slurmstepd runs this with root's real id and the user's effective one: the user's
/// alone are kept.
bool drop_real_ids() {
    const uid_t user = ::geteuid();
    const gid_t group = ::getegid();
    if (::getuid() == user)
        return true;
    return ::chdir("/") == 0 && ::setresgid(group, group, group) == 0 &&
           ::setresuid(user, user, user) == 0;
}

/// Printed, it is what a step falls back to where nothing is recorded.
void print_topology(Session& session) {
    if (!drop_real_ids())
        return session.report(
            {Code::P204, "cannot give up root's rights, so nothing is looked at"});
    const auto config = config::load(session.config_path);
    auto machine = topology::look(config.value_or(config::Config{}));
    if (!machine)
        return session.report(machine.error());
    fmt::print("{}", topology::encode({topology::current_key(), std::move(*machine), false}));
}

void record_topology(const std::string& node, Session& session) {
    const auto config = config_of(session, true);
    if (!config)
        return session.report(config.error());
    record_for_steps(*config, node, session);
}

} // namespace

void add_node(CLI::App& app, Session& session) {
    auto options = std::make_shared<Options>();
    CLI::App* node = app.add_subcommand("node", "this node");
    node->require_subcommand(1);
    CLI::App* command = node->add_subcommand(
        "scan",
        "discover what this node is and record it, with its topology, for prolog and plugin");
    command->add_option("--node", options->node, "Slurm's name of the node (default: host name)");
    command->add_flag("--dry-run", options->dry_run, "show it, record nothing");
    add_format(*command, options->json);
    command->callback([options, &session] { scan(*options, session); });
    CLI::App* topology = node->add_subcommand(
        "topology", "print this machine's cores, NUMA nodes, EFA interfaces and GPUs as JSON");
    auto record = std::make_shared<bool>(false);
    topology->add_flag("--record", *record, "record it for steps instead, as root");
    topology->add_option("--node", options->node,
                         "Slurm's name of the node, to record what slurm.conf says of it");
    topology->callback([options, record, &session] {
        if (*record)
            record_topology(options->node, session);
        else
            print_topology(session);
    });
}

} // namespace fairlead::cli
