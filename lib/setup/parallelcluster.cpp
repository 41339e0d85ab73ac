#include "setup/parallelcluster.hpp"

#include "base/files.hpp"
#include "setup/installed.hpp"

#include <array>
#include <system_error>

namespace fairlead::setup {
namespace fs = std::filesystem;
namespace {

struct Kind {
    const char* key;
    const char* shown;
    const char* program;
};
constexpr std::array kinds{Kind{"prolog", "Prolog", "fairlead-prolog"},
                           Kind{"epilog", "Epilog", "fairlead-epilog"}};

Result<ChainLink> link_of(const SlurmConf& conf, const Kind& kind) {
    const std::string pattern = value_of(conf, kind.key);
    if (!pattern.starts_with('/') || !pattern.ends_with("/*"))
        return fail(Code::X106,
                    "{}={} of slurm.conf is not the pattern that ParallelCluster writes, such as "
                    "/opt/slurm/etc/scripts/{}.d/*",
                    kind.shown, pattern, kind.key);
    ChainLink link{.link = fs::path(pattern).parent_path() / ("50_" + std::string(kind.program)),
                   .target = fs::path(program_folder) / kind.program,
                   .there = false};
    std::error_code error;
    if (!fs::exists(fs::symlink_status(link.link, error)))
        return link;
    link.there =
        fs::is_symlink(link.link, error) && fs::read_symlink(link.link, error) == link.target;
    if (!link.there)
        return fail(Code::X106, "{} is there and is no link to {}; move it away",
                    link.link.native(), link.target.native());
    return link;
}

Result<void> make(const ChainLink& link) {
    if (auto made = make_folders(link.link.parent_path(), 0755); !made)
        return made;
    std::error_code error;
    fs::create_symlink(link.target, link.link, error);
    if (error)
        return fail(Code::X201, "{} cannot be made: {}", link.link.native(), error.message());
    return {};
}

} // namespace

bool made_by_parallelcluster(const fs::path& slurm_conf) {
    std::error_code error;
    return fs::exists(slurm_conf.parent_path() / "slurm_parallelcluster.conf", error);
}

Result<std::vector<ChainLink>> chain_links(const SlurmConf& conf) {
    std::vector<ChainLink> links;
    for (const Kind& kind : kinds) {
        auto link = link_of(conf, kind);
        if (!link)
            return std::unexpected(link.error());
        links.push_back(std::move(*link));
    }
    return links;
}

Result<void> switch_links(const std::vector<ChainLink>& links, bool on) {
    for (const ChainLink& link : links) {
        if (link.there == on)
            continue;
        if (auto done = on ? make(link) : remove_file(link.link); !done)
            return done;
    }
    return {};
}

Result<void> check_shared(const fs::path& object, const fs::path& slurm_conf) {
    const fs::path shared = slurm_conf.parent_path().parent_path();
    const fs::path beside = object.lexically_normal().lexically_relative(shared);
    if (!beside.empty() && *beside.begin() != "..")
        return {};
    return fail(Code::P203,
                "{} is not below {}, which ParallelCluster shares with all nodes, so that a login "
                "node may lack it and sbatch would fail there; build with SLURM_PREFIX={}",
                object.native(), shared.native(), shared.native());
}

std::vector<std::string> custom_settings(const std::vector<Change>& changes) {
    std::vector<std::string> lines{"Scheduling:", "  SlurmSettings:", "    CustomSlurmSettings:"};
    for (const Change& change : changes) {
        const std::string& line = change.line.empty() ? change.instead : change.line;
        const std::size_t equals = line.find('=');
        if (change.line == change.instead)
            continue;
        std::string setting =
            change.line.empty()
                ? fmt::format("      # take out {}", line.substr(0, equals))
                : fmt::format("      - {}: {}", line.substr(0, equals), line.substr(equals + 1));
        if (!change.note.empty())
            setting += "  # " + change.note;
        lines.push_back(std::move(setting));
    }
    if (lines.size() == 3)
        return {};
    return lines;
}

} // namespace fairlead::setup
