/// fairlead config init: the configuration that a site begins with

#include "base/files.hpp"
#include "catalog/catalog.hpp"
#include "cli/ask_slurm.hpp"
#include "cli/config.hpp"
#include "config/paths.hpp"
#include "placement/records.hpp"
#include "setup/first_config.hpp"

#include <memory>

namespace fairlead::cli {
namespace fs = std::filesystem;
namespace {

struct Options {
    fs::path output{}; ///< empty: the configuration of this machine; "-" for standard output
    fs::path scontrol = config::Config{}.scontrol;
};

std::map<std::string, std::string> types_in(const placement::Records& records) {
    std::map<std::string, std::string> types;
    for (const state::NodeRecord& record : records.records)
        types.emplace(record.node, record.instance.type);
    return types;
}

Result<setup::Found> ask(const Options& options) {
    config::Config config;
    config.scontrol = options.scontrol;
    const auto nodes = ask_nodes(config);
    if (!nodes)
        return std::unexpected(nodes.error());
    const auto partitions = ask_partitions(config);
    if (!partitions)
        return std::unexpected(partitions.error());
    const auto catalog = catalog::Catalog::load(config::catalog_path, {});
    if (!catalog)
        return std::unexpected(catalog.error());
    setup::Found found{.scontrol = options.scontrol};
    found.partitions =
        setup::found_partitions(setup::parse_nodes(*nodes), setup::parse_partitions(*partitions),
                                types_in(placement::read_records(config.state_dir)), *catalog);
    if (const auto associations = ask_account_tree(config))
        found.accounts = setup::accounts_in(*associations);
    return found;
}

/// The file that the packages bring along, as nobody has touched it.
bool is_shipped(const fs::path& file) {
    const auto now = read_file(file), shipped = read_file(config::shipped_config_path);
    return now && shipped && *now == *shipped;
}

Result<void> write(const fs::path& file, const std::string& text) {
    if (file == "-") {
        fmt::print("{}", text);
        return {};
    }
    std::error_code error;
    if (fs::exists(fs::symlink_status(file, error)) && !is_shipped(file))
        return fail(Code::X302,
                    "{} is there already and stays as it is; name another file with --output, or "
                    "- to print",
                    file.native());
    if (auto made = make_folders(fs::absolute(file).parent_path(), 0755); !made)
        return made;
    return write_atomic(file, text, 0644);
}

void run(const Options& options, Session& session) {
    const fs::path file = options.output.empty() ? fs::path(session.config_path) : options.output;
    const auto found = ask(options);
    if (!found)
        return session.report(found.error());
    if (auto done = write(file, setup::first_config(*found)); !done)
        return session.report(done.error());
    if (file != "-")
        fmt::print("{}: {} partitions, all observed; next: `fairlead config check`, "
                   "`fairlead enable --spank --dry-run`, `fairlead doctor`\n",
                   file.native(), found->partitions.size());
}

} // namespace

void add_config_init(CLI::App& config, Session& session) {
    auto options = std::make_shared<Options>();
    CLI::App* command = config.add_subcommand(
        "init", "write a first configuration from what Slurm has; nothing is enforced by it");
    command->add_option("--output", options->output,
                        "file to write, - to print (default: the configuration in use); one that "
                        "exists is left alone, but for the one that the packages bring along");
    command
        ->add_option("--scontrol", options->scontrol, "Slurm's scontrol; sacctmgr lies beside it")
        ->capture_default_str();
    command->callback([options, &session] { run(*options, session); });
}

} // namespace fairlead::cli
