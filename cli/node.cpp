/// fairlead node scan, topology: discover and record what this node is

#include "cli/node.hpp"
#include "config/paths.hpp"
#include "config/recording.hpp"
#include "topology/cache.hpp"

#include <fmt/ranges.h>
#include <future>
#include <memory>
#include <unistd.h>

namespace fairlead::cli {
namespace {

struct Options {
    std::string node;
    bool dry_run = false;
    bool json = false;
};

std::string or_unknown(const std::optional<std::string>& text) {
    return text && !text->empty() ? *text : "unknown";
}

std::string group_text(const aws::InstanceFacts& facts) {
    if (facts.placement_group && facts.placement_group->empty())
        return "none";
    const int partition = facts.partition_number.value_or(0);
    return or_unknown(facts.placement_group) +
           (partition ? fmt::format(", partition {}", partition) : "");
}

void print_text(const state::NodeRecord& record) {
    std::vector<std::string> devices;
    for (const auto& device : record.efa)
        devices.push_back(fmt::format("{} ({})", device.name, device.pci));
    const auto& facts = record.facts;
    fmt::print("node               {}\n"
               "instance type      {}\n"
               "instance id        {}\n"
               "availability zone  {}\n"
               "placement group    {}\n"
               "lifecycle          {}\n"
               "launched           {}\n"
               "EFA interfaces     {}{}{}\n"
               "libfabric          {}\n",
               record.node, or_unknown(record.instance.type), or_unknown(record.instance.id),
               or_unknown(facts.availability_zone), group_text(facts), or_unknown(facts.lifecycle),
               or_unknown(facts.launch_time), devices.size(), devices.empty() ? "" : ": ",
               fmt::join(devices, ", "),
               record.probe
                   ? fmt::format("{}, offers {}", record.probe->libfabric, record.probe->pci.size())
                   : "not asked");
}

/// What root acts on only root may have written; looking needs no trust.
Result<config::Config> config_of(const Session& session, bool records) {
    return records ? trusted_config(session) : config::load(session.config_path);
}

void report_failure(const Result<void>& done, Session& session) {
    if (!done)
        session.report(done.error());
}

using Survey = Result<topology::Survey>;

/// What steps read. Each is of use without the other. `libfabric` is its version, where it is known
/// already.
void record_for_steps(const config::Config& config, Survey survey,
                      const std::optional<std::string>& libfabric, Session& session) {
    report_failure(config::record(config::run_dir, named_path(session)), session);
    if (!survey)
        return session.report(survey.error());
    survey->machine.libfabric =
        libfabric ? *libfabric : topology::libfabric_of(config, survey->machine);
    report_failure(topology::record(*survey, config::run_dir), session);
}

/// What hwloc shows of this machine's EFA interfaces; nothing where a test's sysfs stands for the
/// machine and no topology does.
std::optional<std::vector<std::string>> interfaces_in(const Survey& survey,
                                                      const config::Config& config) {
    const bool other_machine =
        config.testing && !config.testing->sysfs_root.empty() && config.testing->hwloc_xml.empty();
    if (!survey || other_machine)
        return std::nullopt;
    std::vector<std::string> addresses;
    for (const topology::Device& device : survey->machine.efas)
        addresses.push_back(device.pci);
    return addresses;
}

std::optional<std::string> libfabric_in(const state::NodeRecord& record) {
    return record.probe ? std::optional(record.probe->libfabric) : std::nullopt;
}

void print(const state::NodeRecord& record, bool json) {
    if (json)
        fmt::print("{}", state::encode(record));
    else
        print_text(record);
}

void show(const Options& options, Session& session) {
    const auto config = config_of(session, false);
    if (!config)
        return session.report(config.error());
    const auto record = look_at_node(*config, options.node);
    if (!record)
        return session.report(record.error());
    print(*record, options.json);
}

/// A job may wait for this: the machine is surveyed while libfabric and the metadata service are
/// asked. Each record is of use without the others; shared storage comes last, because it may hang.
void scan(const Options& options, Session& session) {
    const auto config = config_of(session, true);
    if (!config)
        return session.report(config.error());
    auto surveying = std::async(std::launch::async, topology::survey, *config, options.node);
    auto record = look_at_node(*config, options.node);
    if (!record)
        return session.report(record.error());
    print(*record, options.json);
    report_failure(state::write_node_record(config::run_dir, *record), session);
    auto survey = surveying.get();
    record->hwloc = interfaces_in(survey, *config);
    report_failure(state::write_node_record(config::run_dir, *record), session);
    record_for_steps(*config, std::move(survey), libfabric_in(*record), session);
    report_failure(state::keep_node_record(config->state_dir, *record), session);
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
    record_for_steps(*config, topology::survey(*config, node), std::nullopt, session);
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
    command->callback([options, &session] {
        options->dry_run ? show(*options, session) : scan(*options, session);
    });
    add_node_check(*node, session);
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
