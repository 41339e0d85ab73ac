/// fairlead node check: everything that is checked of a node, for people, NHC and Slurm's
/// HealthCheckProgram

#include "base/child.hpp"
#include "base/log.hpp"
#include "cli/node.hpp"
#include "config/paths.hpp"
#include "fabric/checks.hpp"
#include "fabric/host.hpp"
#include "placement/snapshot.hpp"
#include "prolog/decision.hpp"
#include "prolog/drain.hpp"
#include "prolog/timing.hpp"
#include "prolog/verify.hpp"
#include "state/record.hpp"

#include <algorithm>
#include <memory>

namespace fairlead::cli {
namespace {

using fabric::State;

struct Options {
    std::string node;
    std::string partition;
    std::string format = "text";
    bool drain = false;
    bool fresh = false;
};

struct Report {
    std::string node;
    std::string partition; ///< empty where the defaults were applied
    std::vector<fabric::Finding> findings;
};

/// Slurm gives its HealthCheckProgram 60 seconds.
constexpr auto whole_deadline = std::chrono::seconds(30);

// --- what is checked
// ------------------------------------------------------------------------------

/// A partition that enforces most speaks for the node.
int strictness(const config::PartitionRules& rules) {
    const bool demands =
        rules.fabric.efa == config::EfaNeed::Required || fabric::demands_group(rules.fabric);
    return demands ? 1 + static_cast<int>(rules.mode) : 0;
}

std::string strictest(const config::Config& config, const std::vector<std::string>& names) {
    std::string best;
    for (const std::string& name : names)
        if (best.empty() || strictness(config::rules_for(config, name)) >
                                strictness(config::rules_for(config, best)))
            best = name;
    return best;
}

/// The node's record of this boot where that will do, else everything asked now. Metadata that was
/// out when the node was scanned may be back.
Result<state::NodeRecord> known(const config::Config& config, const Options& options) {
    if (!options.fresh)
        if (auto record = state::read_node_record(config::run_dir)) {
            if (!record->facts.placement_group)
                record->facts = ask_imds(config);
            return record;
        }
    return look_at_node(config, options.node);
}

/// The zone of this instance as EC2's API said, who is asked by another way than the metadata
/// service. The snapshot is on shared storage, which may hang.
std::optional<std::string> zone_of_ec2(const config::Config& config, const Options& options,
                                       const Deadline& deadline) {
    const std::string id = fabric::this_instance(config::system_root(config)).id;
    const auto answer = ask_forked(
        Code::E212, "state_dir for the node's zone", deadline.share(prolog::storage_time),
        [&]() -> ChildResult {
            const auto places = placement::read_snapshot(placement::snapshot_file(config.state_dir))
                                    .value_or(placement::Snapshot{});
            const auto place = places.nodes.find(options.node);
            const bool known = place != places.nodes.end() && place->second.instance == id;
            return {0, known ? place->second.zone : std::string{}};
        });
    if (!answer || answer->status != 0 || answer->output.empty())
        return std::nullopt;
    return answer->output;
}

Result<fabric::Node> look(const config::Config& config, const Options& options,
                          const Deadline& deadline) {
    const auto root = config::system_root(config);
    auto zone = zone_of_ec2(config, options, deadline); // forks, so before there are threads
    auto devices = fabric::efa_devices(root);
    if (!devices)
        return std::unexpected(devices.error());
    auto record = known(config, options);
    if (!record)
        return std::unexpected(record.error());
    fabric::Node node{.root = root,
                      .instance = fabric::this_instance(root),
                      .devices = std::move(*devices),
                      .facts = std::move(record->facts),
                      .ec2_zone = std::move(zone)};
    // What libfabric and hwloc said of other devices says nothing of these.
    if (record->probe && fabric::holds(*record->probe) && record->efa == node.devices)
        node.probe = std::move(record->probe);
    if (record->efa == node.devices)
        node.hwloc = std::move(record->hwloc);
    node.memlock =
        fabric::check_memlock("/", prolog::slurmd_of_machine(), config.node_checks.memlock);
    return node;
}

Result<Report> check(const config::Config& config, const Options& options,
                     const Deadline& deadline) {
    const auto catalog = catalog::Catalog::load(config::catalog_path, config.catalog);
    if (!catalog)
        return std::unexpected(catalog.error());
    const auto node = look(config, options, deadline);
    if (!node)
        return std::unexpected(node.error());
    std::string partition = options.partition;
    if (partition.empty())
        partition =
            strictest(config, prolog::partitions_of(config.scontrol, options.node, deadline));
    const auto& rules = config::rules_for(config, partition);
    auto checked =
        fabric::check_node(*node, *catalog, rules, rules.fabric.efa_interfaces, config.node_checks);
    return Report{options.node, partition, std::move(checked.findings)};
}

/// A node without EFA in a partition that does not ask for it has nothing wrong with it.
void drop_what_nobody_demands(const config::PartitionRules& rules, Report& report) {
    for (fabric::Finding& finding : report.findings)
        if (finding.error && finding.error->code == Code::E202 &&
            rules.fabric.efa != config::EfaNeed::Required) {
            finding.state = State::Ok;
            finding.error.reset();
        }
}

// --- how it is shown
// ------------------------------------------------------------------------------

std::string_view word_of(State state) {
    switch (state) {
    case State::Ok:
        return "ok";
    case State::Failed:
        return "FAIL";
    case State::Unknown:
        break;
    }
    return "unknown";
}

void print_text(const Report& report) {
    fmt::print("{} in {}\n\n", report.node,
               report.partition.empty() ? "no partition (defaults)"
                                        : "partition " + report.partition);
    fmt::print("{:<18} {:<34} {:<26} {}\n", "CHECK", "FOUND", "EXPECTED", "");
    for (const auto& finding : report.findings)
        fmt::print("{:<18} {:<34} {:<26} {}\n", finding.check,
                   finding.found.empty() ? "-" : finding.found,
                   finding.expected.empty() ? "-" : finding.expected, word_of(finding.state));
    for (const auto& finding : report.findings)
        if (finding.error)
            fmt::print("\n{}\n  {}\n", to_string(*finding.error),
                       entry_of(finding.error->code).action);
}

void print_json(const Report& report) {
    state::Json checks = state::Json::array();
    for (const auto& finding : report.findings) {
        state::Json check{{"check", finding.check},
                          {"found", finding.found},
                          {"expected", finding.expected},
                          {"state", word_of(finding.state)}};
        if (finding.error) {
            check["code"] = id_of(finding.error->code);
            check["message"] = finding.error->message;
            check["action"] = entry_of(finding.error->code).action;
        }
        checks.push_back(std::move(check));
    }
    const state::Json json{{"schema", "fairlead.node-check/1"},
                           {"node", report.node},
                           {"partition", report.partition},
                           {"checks", checks}};
    fmt::print("{}\n", json.dump(2, ' ', false, state::Json::error_handler_t::replace));
}

/// The form of LBNL NHC, for what reads its log: the first failure alone, nothing where all is
/// well.
void print_nhc(const Report& report) {
    for (const auto& finding : report.findings)
        if (finding.error) {
            fmt::print("ERROR:  nhc:  Health check failed:  fairlead: {}\n",
                       to_string(*finding.error));
            return;
        }
}

void print(const Report& report, const std::string& format) {
    if (format == "json")
        print_json(report);
    else if (format == "nhc")
        print_nhc(report);
    else
        print_text(report);
}

// --- what is done about it
// ------------------------------------------------------------------------

/// What the prolog of a job that asks for nothing would demand.
prolog::Demand demand_of_partition(const config::Config& config, const std::string& partition) {
    prolog::JobEnvironment nobody;
    nobody.partition = partition;
    return prolog::demand_of(nobody, config);
}

bool may_come_late(const fabric::Finding& finding) {
    return finding.error &&
           (finding.error->code == Code::E201 || finding.error->code == Code::E213);
}

/// The prolog looks for interfaces again within `attach_window`; here the next run does. What else
/// is found by then, as of libfabric, may come of what is missing.
bool is_left_to_next_run(const config::Config& config, const Report& report) {
    const auto late = std::ranges::find_if(report.findings, may_come_late);
    if (late == report.findings.end() || !prolog::just_booted(config))
        return false;
    log::write(log::Level::Info, to_string(*late->error) +
                                     ": not drained, because the machine has just booted and "
                                     "interfaces may come late");
    return true;
}

void drain_if_broken(const config::Config& config, const Report& report, const Deadline& deadline) {
    if (is_left_to_next_run(config, report))
        return;
    const auto decision =
        prolog::decide(report.findings, demand_of_partition(config, report.partition));
    if (decision.act != prolog::Act::FailNode || prolog::paused_in_time(config.state_dir, deadline))
        return;
    prolog::remove_from_service(config, report.node, report.partition, *decision.error, deadline);
}

/// With --drain the drain is the answer: a Slurm that sees a failed HealthCheckProgram when slurmd
/// starts keeps the node from registering (the manual of 23.11 and later).
void run(const Options& options, Session& session) {
    const Deadline deadline{whole_deadline};
    const bool named = session.config_path != config::default_path;
    const auto config = options.drain
                            ? config::load_for_node(named ? session.config_path.c_str() : nullptr)
                            : config::load(session.config_path);
    auto report = config ? check(*config, options, deadline)
                         : Result<Report>(std::unexpected(config.error()));
    if (!report) {
        session.report(report.error());
        session.status = options.drain ? done : session.status;
        return;
    }
    drop_what_nobody_demands(config::rules_for(*config, report->partition), *report);
    print(*report, options.format);
    if (options.drain)
        return drain_if_broken(*config, *report, deadline);
    if (std::ranges::any_of(report->findings, [](const auto& f) { return f.error.has_value(); }))
        session.status = problem;
}

} // namespace

void add_node_check(CLI::App& node, Session& session) {
    auto options = std::make_shared<Options>();
    CLI::App* command = node.add_subcommand(
        "check", "verify this node for jobs that need EFA; exit status 1 where a check fails");
    command->add_option("--node", options->node,
                        "Slurm's name of the node (default: SLURMD_NODENAME, else host name)");
    command->add_option("--partition", options->partition,
                        "whose rules apply (default: of the node's partitions the strictest)");
    command->add_flag("--fresh", options->fresh,
                      "ask the metadata service and libfabric again, not the record of this boot");
    command->add_flag("--drain", options->drain,
                      "drain a broken node as the prolog would, with its brake, and exit with 0: "
                      "for HealthCheckProgram");
    command->add_option("--format", options->format, "text, json or nhc (default text)")
        ->check(CLI::IsMember({"text", "json", "nhc"}));
    command->callback([options, &session] {
        if (options->node.empty())
            options->node = node_name();
        run(*options, session);
    });
}

} // namespace fairlead::cli
