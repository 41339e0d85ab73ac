#include "cli/cost_source.hpp"

#include "base/child.hpp"
#include "base/files.hpp"
#include "cli/ask_slurm.hpp"
#include "cost/months.hpp"
#include "cost/sacct_dump.hpp"
#include "cost/settings.hpp"

#include <fstream>
#include <iostream>
#include <sstream>

namespace fairlead::cli {
namespace {

/// The runs of whoever asks, or all that Slurm lets them see (slurmdbd.conf, PrivateData: those of
/// the accounts that they coordinate). Its times are UTC, so no zone is in question.
Result<std::string> ask_sacct(const cost::Interval& needed, bool all_users,
                              const Session& session) {
    constexpr auto deadline = std::chrono::minutes(2);
    constexpr std::size_t most_output = 256 * 1024 * 1024;
    const auto config = config::load(session.config_path);
    if (!config)
        return std::unexpected(config.error());
    auto env = plain_environment();
    env.insert(env.end(), {"TZ=UTC", "SLURM_TIME_FORMAT=%s"});
    const bool wckeys = ask_enforces_wckeys(*config).value_or(false);
    std::vector<std::string> argv{std::filesystem::path(config->scontrol).parent_path() / "sacct",
                                  "--parsable2",
                                  "--duplicates",
                                  "--allocations",
                                  "--starttime=" + cost::day_name(needed.from),
                                  "--endtime=" + cost::day_name(needed.to),
                                  "--format=" + cost::sacct_columns(wckeys)};
    if (all_users)
        argv.emplace_back("--allusers");
    auto answer = run_child(Code::C307, argv, env, deadline, most_output);
    if (!answer)
        return std::unexpected(answer.error());
    if (answer->status != 0)
        return fail(Code::C307, "{} ended with status {}", argv[0], answer->status);
    if (answer->output.size() >= most_output)
        return fail(Code::C307, "{} printed more than {} bytes; ask for fewer days", argv[0],
                    most_output);
    return std::move(answer->output);
}

/// What was ignored in a file is told.
template <class File>
File noted(File file) {
    for (const std::string& note : file.notes())
        fmt::print(stderr, "fairlead: {}\n", note);
    return file;
}

std::filesystem::path groups_file(const std::filesystem::path& named, const Session& session) {
    return named.empty() ? std::filesystem::path(session.config_path).parent_path() / "groups.yaml"
                         : named;
}

} // namespace

void add_source(CLI::App& command, CostSource& source) {
    command.add_option("--ledger", source.ledger,
                       "the ledger: a file, or mysql://db=NAME ... (default: cost.ledger, or "
                       "ledger.db in state_dir)");
    command.add_option("--sacct", source.dump,
                       "instead of the ledger: what `sacct -P` printed; - for standard input");
    command.add_option("--book", source.book,
                       "prices for sacct's output; without --sacct, sacct is asked");
    command.add_option("--nodes", source.nodes, "which instances the nodes are, CSV");
    command.add_option("--tz", source.zone, "zone of the dump's times")->capture_default_str();
}

Result<std::filesystem::path> ledger_place(const std::filesystem::path& named,
                                           const Session& session) {
    if (!named.empty())
        return named;
    const auto settings = cost::load_settings(session.config_path);
    if (!settings)
        return std::unexpected(settings.error());
    if (*settings)
        return (*settings)->ledger;
    const auto config = config::load(session.config_path);
    if (!config)
        return std::unexpected(config.error());
    return config->state_dir / "ledger.db";
}

Result<std::string> groups_text(const std::filesystem::path& named, const Session& session) {
    const auto file = groups_file(named, session);
    std::error_code ignored;
    if (named.empty() && !std::filesystem::exists(file, ignored))
        return std::string("schema: fairlead.groups/1\n");
    return read_file(file);
}

Result<cost::Groups> groups_of(const std::filesystem::path& named, const Session& session) {
    const auto text = groups_text(named, session);
    if (!text)
        return std::unexpected(text.error());
    return cost::parse_groups(*text, groups_file(named, session));
}

Result<cost::Pricer> pricer_of(const std::filesystem::path& book,
                               const std::filesystem::path& nodes) {
    auto prices = cost::PriceBook::load(book);
    if (!prices)
        return std::unexpected(prices.error());
    if (nodes.empty())
        return cost::Pricer(noted(std::move(*prices)), std::nullopt);
    auto list = cost::Nodes::load(nodes);
    if (!list)
        return std::unexpected(list.error());
    return cost::Pricer(noted(std::move(*prices)), noted(std::move(*list)));
}

Result<void> add_prices(std::filesystem::path& book, std::filesystem::path& nodes,
                        const Session& session) {
    if (!book.empty() && !nodes.empty())
        return {};
    const auto settings = cost::load_settings(session.config_path);
    if (!settings)
        return std::unexpected(settings.error());
    if (!*settings)
        return fail(Code::X106,
                    "{} has no section `cost` that names prices and nodes; name them "
                    "with --book and --nodes",
                    session.config_path);
    if (book.empty())
        book = (*settings)->prices;
    if (nodes.empty())
        nodes = (*settings)->nodes;
    return {};
}

Result<void> read_dump(const CostSource& source, const cost::Interval& needed, bool all_users,
                       const std::function<void(const cost::Entry&)>& take, Session& session) {
    if (source.book.empty())
        return fail(Code::X301, "sacct's output needs prices: name them with --book");
    auto pricer = pricer_of(source.book, source.nodes);
    if (!pricer)
        return std::unexpected(pricer.error());
    const bool asked = source.dump.empty();
    const auto zone = cost::Zone::find(asked ? "UTC" : source.zone);
    if (!zone)
        return std::unexpected(zone.error());
    const auto skipped = [&](const Error& error) { session.report(error); };
    if (asked) {
        const auto text = ask_sacct(needed, all_users, session);
        if (!text)
            return std::unexpected(text.error());
        std::istringstream lines(*text);
        return cost::entries_of_dump(lines, "sacct", *zone, *pricer, take, skipped);
    }
    std::ifstream file;
    if (source.dump != "-")
        file.open(source.dump);
    if (source.dump != "-" && !file)
        return fail(Code::X101, "{} cannot be opened", source.dump.native());
    return cost::entries_of_dump(source.dump == "-" ? std::cin : file, source.dump.native(), *zone,
                                 *pricer, take, skipped);
}

} // namespace fairlead::cli
