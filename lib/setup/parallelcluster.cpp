#include "setup/parallelcluster.hpp"

#include "base/files.hpp"
#include "base/log.hpp"
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

std::string text_of(const fs::path& program) {
    return fmt::format("#!/bin/sh\n# Written by `fairlead enable --prolog`. A node that lacks the "
                       "program goes without its checks.\n[ ! -x {0} ] || exec {0} \"$@\"\n",
                       program.native());
}

/// What is there and ours; empty where nothing is.
Result<std::string> present(const fs::path& file, const std::string& text) {
    std::error_code error;
    if (!fs::exists(fs::symlink_status(file, error)))
        return std::string{};
    const auto now = fs::is_regular_file(fs::symlink_status(file, error))
                         ? read_file(file)
                         : Result<std::string>(std::string{});
    if (now && *now == text)
        return now;
    return fail(Code::X106, "{} is there and is not what `fairlead enable` writes; move it away",
                file.native());
}

Result<ChainScript> script_of(const SlurmConf& conf, const Kind& kind) {
    const std::string pattern = value_of(conf, kind.key);
    if (!pattern.starts_with('/') || !pattern.ends_with("/*"))
        return fail(Code::X106,
                    "{}={} of slurm.conf is not the pattern that ParallelCluster writes, such as "
                    "/opt/slurm/etc/scripts/{}.d/*",
                    kind.shown, pattern, kind.key);
    ChainScript script{.file =
                           fs::path(pattern).parent_path() / ("50_" + std::string(kind.program)),
                       .text = text_of(fs::path(program_folder) / kind.program),
                       .before = {}};
    auto before = present(script.file, script.text);
    if (!before)
        return std::unexpected(before.error());
    script.before = std::move(*before);
    return script;
}

Result<void> put(const fs::path& file, const std::string& text) {
    if (text.empty())
        return remove_file(file);
    if (auto made = make_folders(file.parent_path(), 0755); !made)
        return made;
    // Every node runs what `*` finds there, at any moment: what is not whole has a name it passes
    // over.
    const fs::path hidden = file.parent_path() / ("." + file.filename().native());
    if (auto written = write_atomic(hidden, text, 0755); !written)
        return written;
    std::error_code error;
    fs::rename(hidden, file, error);
    if (error)
        return fail(Code::X201, "{} cannot be made: {}", file.native(), error.message());
    return {};
}

} // namespace

bool made_by_parallelcluster(const fs::path& slurm_conf) {
    std::error_code error;
    return fs::exists(slurm_conf.parent_path() / "slurm_parallelcluster.conf", error);
}

Result<std::vector<ChainScript>> chain_scripts(const SlurmConf& conf) {
    std::vector<ChainScript> scripts;
    for (const Kind& kind : kinds) {
        auto script = script_of(conf, kind);
        if (!script)
            return std::unexpected(script.error());
        scripts.push_back(std::move(*script));
    }
    return scripts;
}

Result<void> switch_scripts(const std::vector<ChainScript>& scripts, bool on) {
    for (std::size_t i = 0; i < scripts.size(); ++i) {
        auto done = put(scripts[i].file, on ? scripts[i].text : std::string{});
        if (done)
            continue;
        for (std::size_t k = 0; k < i; ++k)
            if (auto back = put(scripts[k].file, scripts[k].before); !back)
                log::error(back.error());
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
