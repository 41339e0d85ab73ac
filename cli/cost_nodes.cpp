/// fairlead cost nodes

#include "base/files.hpp"
#include "base/words.hpp"
#include "cli/ask_slurm.hpp"
#include "cli/cost.hpp"
#include "cost/node_list.hpp"
#include "placement/hostlist.hpp"

#include <memory>

namespace fairlead::cli {
namespace {

std::string shown(const std::vector<std::string>& nodes) {
    constexpr std::size_t longest = 400;
    return printable(placement::compress(nodes), longest);
}

void run(const std::string& from, Session& session) {
    const auto config = config::load(session.config_path);
    if (!config)
        return session.report(config.error());
    const auto text = from.empty() ? ask_nodes(*config) : read_file(from);
    if (!text)
        return session.report(text.error());
    const auto nodes = setup::parse_nodes(*text);
    const auto list =
        cost::list_nodes(nodes, placement::read_records(config->state_dir), config->region);
    fmt::print("{}", list.csv);
    if (!list.assumed.empty())
        fmt::print(stderr,
                   "on-demand is assumed of {}: no record and no feature says how they are "
                   "paid\n",
                   shown(list.assumed));
    if (!list.unknown.empty())
        session.report(
            {Code::C104, fmt::format("{} are left out: no record of theirs and no feature names an "
                                     "instance type; run `fairlead node scan` there, add the type "
                                     "to Features in slurm.conf, or write their row by hand",
                                     shown(list.unknown))});
}

} // namespace

void add_cost_nodes(CLI::App& cost, Session& session) {
    auto from = std::make_shared<std::string>();
    CLI::App* command =
        cost.add_subcommand("nodes", "a first nodes.csv: which instance each node is");
    command->add_option("--from", *from,
                        "what `scontrol --all --oneliner show node` printed (default: ask it)");
    command->footer("By the record that each node left of itself, else by its features. Prices of "
                    "the past are looked up by this file: correct a row only for a node that "
                    "always was another instance.");
    command->callback([from, &session] { run(*from, session); });
}

} // namespace fairlead::cli
