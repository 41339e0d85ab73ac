/// fairlead topology write and show: EC2's network as Slurm's topology files, and as a picture

#include "cli/topology.hpp"

#include "base/files.hpp"
#include "cli/output.hpp"
#include "placement/ask_slurm.hpp"
#include "placement/hostlist.hpp"
#include "placement/picture.hpp"
#include "placement/records.hpp"
#include "placement/slurm_files.hpp"

#include <memory>

namespace fairlead::cli {
namespace {

namespace fs = std::filesystem;
using placement::SlurmFormat;

struct Options {
    std::string output;
    std::string format;
    bool dry_run = false;
    bool no_reconfigure = false;
    bool json = false;
};

struct Target {
    fs::path file;
    SlurmFormat format;
};

/// A link, such as one to shared storage, is to stay one, also where what it names is not there
/// yet.
fs::path behind_links(const fs::path& named) {
    std::error_code error;
    const fs::path link = fs::read_symlink(named, error);
    const fs::path file = error ? named : named.parent_path() / link;
    const fs::path real = fs::weakly_canonical(file, error);
    return error ? file : real;
}

/// Where slurmctld looks for it, and as its version reads it, unless the options say otherwise.
Result<Target> target_of(const Options& options, const placement::SlurmSettings& slurm) {
    const SlurmFormat format =
        options.format.empty() ? placement::format_of(slurm.version)
                               : (options.format == "yaml" ? SlurmFormat::Yaml : SlurmFormat::Conf);
    if (options.format.empty() && slurm.version == 0)
        return fail(Code::X211, "`scontrol show config` tells no SLURM_VERSION; give --format");
    if (format == SlurmFormat::Conf && slurm.topology != "topology/tree")
        fmt::print(stderr,
                   "fairlead: slurm.conf has TopologyPlugin={}; only topology/tree reads "
                   "this topology.conf\n",
                   slurm.topology);
    if (options.output.empty() && slurm.conf.empty())
        return fail(Code::X211, "`scontrol show config` tells no SLURM_CONF; give --output");
    const char* name = format == SlurmFormat::Yaml ? "topology.yaml" : "topology.conf";
    const fs::path named = options.output.empty() ? fs::path(slurm.conf).parent_path() / name
                                                  : fs::path(options.output);
    return Target{behind_links(named), format};
}

Result<placement::Picture> picture_of(const config::Config& config) {
    const auto file = placement::snapshot_file(config.state_dir);
    auto snapshot = placement::read_snapshot(file);
    if (!snapshot)
        return std::unexpected(snapshot.error());
    auto cluster = placement::ask_cluster(config.scontrol);
    if (!cluster)
        return std::unexpected(cluster.error());
    const auto instances = placement::instances_of(placement::read_records(config.state_dir));
    auto layout = placement::lay_out(*cluster, *snapshot, instances, config);
    return placement::Picture{std::move(*cluster),
                              placement::current(std::move(*snapshot), instances),
                              std::move(layout),
                              {}};
}

void warn(const placement::Layout& layout) {
    if (!layout.contradicted.empty())
        fmt::print(stderr,
                   "fairlead: EC2's answers contradict each other about {}; shown as "
                   "unknown\n",
                   placement::compress(layout.contradicted));
}

Result<void> replace(const Target& target, const std::string& text, const Options& options,
                     const config::Config& config) {
    // Left behind where slurmctld could not be told of a new file, for the next run.
    const auto untold = config.state_dir / "topology.untold";
    std::error_code error;
    const bool same = read_file(target.file).value_or("") == text;
    if (same && (options.no_reconfigure || !std::filesystem::exists(untold, error))) {
        fmt::print("{} is as it should be\n", target.file.native());
        return {};
    }
    if (!options.no_reconfigure)
        if (auto marked = write_atomic(untold, "", 0644); !marked)
            return marked;
    if (auto written = write_output(target.file, text, 0644); !written)
        return written;
    fmt::print("wrote {}\n", target.file.native());
    if (options.no_reconfigure)
        return {};
    if (auto done = placement::reconfigure(config.scontrol); !done)
        return done;
    std::filesystem::remove(untold, error);
    fmt::print("slurmctld has read it (scontrol reconfigure)\n");
    return {};
}

Result<void> write(const Options& options, const Session& session) {
    const auto config = trusted_config(session);
    if (!config)
        return std::unexpected(config.error());
    const auto picture = picture_of(*config);
    if (!picture)
        return std::unexpected(picture.error());
    const auto slurm = placement::ask_settings(config->scontrol);
    if (!slurm)
        return std::unexpected(slurm.error());
    const auto target = target_of(options, *slurm);
    if (!target)
        return std::unexpected(target.error());
    warn(picture->layout);
    if (auto whole = placement::check_complete(picture->layout, picture->cluster); !whole)
        return whole;
    const std::string text = target->format == SlurmFormat::Yaml
                                 ? placement::topology_yaml(picture->layout)
                                 : placement::topology_conf(picture->layout);
    if (!options.dry_run)
        return replace(*target, text, options, *config);
    fmt::print("{}", text);
    return {};
}

Result<void> show(const Options& options, const Session& session) {
    const auto config = config::load(session.config_path);
    if (!config)
        return std::unexpected(config.error());
    auto picture = picture_of(*config);
    if (!picture)
        return std::unexpected(picture.error());
    auto jobs = placement::ask_jobs(config->scontrol);
    if (!jobs)
        return std::unexpected(jobs.error());
    picture->jobs = std::move(*jobs);
    warn(picture->layout);
    fmt::print("{}", options.json ? placement::draw_json(*picture) : draw_text(*picture));
    return {};
}

void add_write(CLI::App& topology, Session& session) {
    auto options = std::make_shared<Options>();
    CLI::App* command = topology.add_subcommand(
        "write", "write topology.conf or topology.yaml and make slurmctld read it");
    command->add_option("--output", options->output, "file (default: beside slurm.conf)");
    command
        ->add_option("--format", options->format,
                     "conf or yaml (default: yaml from Slurm 25.05 on)")
        ->check(CLI::IsMember({"conf", "yaml"}));
    command->add_flag("--dry-run", options->dry_run, "print the file, write nothing");
    command->add_flag("--no-reconfigure", options->no_reconfigure,
                      "do not run scontrol reconfigure");
    command->callback([options, &session] {
        if (auto done = write(*options, session); !done)
            session.report(done.error());
    });
}

void add_show(CLI::App& topology, Session& session) {
    auto options = std::make_shared<Options>();
    CLI::App* command = topology.add_subcommand(
        "show", "draw the network nodes, the Slurm nodes under them and the jobs on these");
    add_format(*command, options->json);
    command->callback([options, &session] {
        if (auto done = show(*options, session); !done)
            session.report(done.error());
    });
}

} // namespace

void add_topology(CLI::App& app, Session& session) {
    CLI::App* topology = app.add_subcommand("topology", "where nodes lie in EC2's network");
    topology->require_subcommand(1);
    add_topology_refresh(*topology, session);
    add_write(*topology, session);
    add_show(*topology, session);
}

} // namespace fairlead::cli
