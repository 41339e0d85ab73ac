#include "setup/slurm_conf.hpp"

#include "base/files.hpp"
#include "base/words.hpp"
#include "setup/installed.hpp"

#include <algorithm>
#include <fmt/ranges.h>
#include <optional>

namespace fairlead::setup {
namespace fs = std::filesystem;
namespace {

constexpr int deepest_include = 4;

std::string small(std::string_view text) {
    std::string letters(text);
    std::ranges::transform(letters, letters.begin(), [](unsigned char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : static_cast<char>(c);
    });
    return letters;
}

std::string_view without_comment(std::string_view line) { return line.substr(0, line.find('#')); }

/// The file behind the word Include, if the line is one.
std::optional<std::string> included(std::string_view line) {
    const std::string_view text = trimmed(without_comment(line));
    const std::size_t end = text.find_first_of(" \t");
    if (end == std::string_view::npos || small(text.substr(0, end)) != "include")
        return std::nullopt;
    return std::string(trimmed(text.substr(end)));
}

void add_word(SlurmConf& conf, std::string_view word) {
    const std::size_t equals = word.find('=');
    if (equals == std::string_view::npos || equals == 0)
        return;
    std::string_view value = word.substr(equals + 1);
    if (value.size() >= 2 && value.starts_with('"') && value.ends_with('"'))
        value = value.substr(1, value.size() - 2);
    const std::string key = small(word.substr(0, equals));
    std::string& known = conf[key];
    // Newer releases run the programs of each such line.
    const bool adds = (key == "prolog" || key == "epilog") && !known.empty();
    known = adds ? fmt::format("{},{}", known, value) : std::string(value);
}

bool names(std::string_view programs, std::string_view program) {
    const auto words = split(programs, ',');
    return std::ranges::find(words, program) != words.end();
}

Result<void> read_into(SlurmConf& conf, const fs::path& path, int depth) {
    if (depth > deepest_include)
        return fail(Code::X106, "{}: files include each other more than {} deep", path.native(),
                    deepest_include);
    const auto text = read_file(path);
    if (!text)
        return std::unexpected(text.error());
    for (const std::string_view line : split(*text, '\n')) {
        const auto file = included(line);
        if (!file) {
            add_text(conf, line);
            continue;
        }
        if (auto read = read_into(conf, path.parent_path() / *file, depth + 1); !read)
            return read;
    }
    return {};
}

std::string line_of(std::string_view key, std::string_view value) {
    return value.empty() ? std::string{} : fmt::format("{}={}", key, value);
}

void change(std::vector<Change>& changes, std::string_view key, std::string_view now,
            std::string_view wanted) {
    if (now != wanted)
        changes.push_back({line_of(key, wanted), line_of(key, now)});
}

/// A pattern stands for the programs of a folder (slurm.conf(5): Prolog), where ours is linked in.
fs::path link_of(const fs::path& folder, const std::string& program) {
    return folder / ("50_" + fs::path(program).filename().native());
}

void link_change(std::vector<Change>& changes, const std::string& line, const fs::path& link,
                 const std::string& program, bool on) {
    std::error_code error;
    if (fs::exists(fs::symlink_status(link, error)) == on)
        return;
    changes.push_back({line, line,
                       on ? fmt::format("ln -s {} {}", program, link.native())
                          : fmt::format("rm {}", link.native())});
}

void program_change(std::vector<Change>& changes, std::string_view key, const std::string& now,
                    const std::string& program, bool on) {
    if (now.find('*') != std::string::npos) {
        link_change(changes, line_of(key, now), link_of(fs::path(now).parent_path(), program),
                    program, on);
    } else if (names(now, program)) {
        if (!on)
            change(changes, key, program, {});
    } else if (on && !now.empty()) {
        const fs::path folder = fs::path(slurm_conf_path).parent_path() / (small(key) + ".d");
        changes.push_back({line_of(key, (folder / "*").native()), line_of(key, now),
                           fmt::format("mkdir -p {0} && ln -s {1} {0}/ && ln -s {2} {3}",
                                       folder.native(), fmt::join(split(now, ','), " "), program,
                                       link_of(folder, program).native())});
    } else if (on) {
        change(changes, key, now, program);
    }
}

/// A process for each job of the cluster, so only who needs it takes it. The key takes no pattern.
void placement_change(std::vector<Change>& changes, const std::string& now,
                      const std::string& program, bool on) {
    if ((now == program) == on)
        return;
    Change change{on ? line_of("PrologSlurmctld", program) : std::string{},
                  line_of("PrologSlurmctld", now)};
    if (on)
        change.note = "only where jobs or partitions demand a place in EC2's network: max_layer, "
                      "placement, same_az";
    if (on && !now.empty())
        change.note += fmt::format("; name a program that runs {} as well", now);
    changes.push_back(std::move(change));
}

/// The other two stand for Alloc as well (slurm.conf(5): PrologFlags).
void flags_change(std::vector<Change>& changes, const SlurmConf& conf) {
    auto flags = list_of(conf, "prologflags");
    if (has(flags, "alloc") || has(flags, "contain") || has(flags, "x11"))
        return;
    std::erase_if(flags, [](const std::string& word) { return small(word) == "none"; });
    flags.emplace_back("Alloc");
    change(changes, "PrologFlags", value_of(conf, "prologflags"),
           fmt::format("{}", fmt::join(flags, ",")));
}

} // namespace

std::string value_of(const SlurmConf& conf, std::string_view key) {
    const auto found = conf.find(key);
    return found == conf.end() || found->second == "(null)" ? std::string{} : found->second;
}

std::vector<std::string> list_of(const SlurmConf& conf, std::string_view key) {
    std::vector<std::string> words;
    const std::string value = value_of(conf, key);
    for (const std::string_view word : split(value, ','))
        if (!trimmed(word).empty())
            words.emplace_back(trimmed(word));
    return words;
}

bool has(const std::vector<std::string>& words, std::string_view wanted) {
    return std::ranges::any_of(words,
                               [&](const std::string& word) { return small(word) == wanted; });
}

void add_text(SlurmConf& conf, std::string_view text) {
    for (const std::string_view line : split(text, '\n')) {
        std::string words(without_comment(line));
        std::ranges::replace(words, '\t', ' ');
        for (const std::string_view word : split(words, ' '))
            add_word(conf, trimmed(word));
    }
}

Result<SlurmConf> read_slurm_conf(const fs::path& path) {
    SlurmConf conf;
    if (auto read = read_into(conf, path, 0); !read)
        return std::unexpected(read.error());
    return conf;
}

std::vector<Change> jobsubmit_changes(const SlurmConf& conf, bool on) {
    std::vector<Change> changes;
    auto plugins = list_of(conf, "jobsubmitplugins");
    if (has(plugins, "fairlead") == on)
        return changes;
    if (on)
        plugins.emplace_back("fairlead");
    else
        std::erase(plugins, "fairlead");
    change(changes, "JobSubmitPlugins", value_of(conf, "jobsubmitplugins"),
           fmt::format("{}", fmt::join(plugins, ",")));
    return changes;
}

std::vector<Change> prolog_changes(const SlurmConf& conf, bool on) {
    const std::string folder = program_folder;
    std::vector<Change> changes;
    program_change(changes, "Prolog", value_of(conf, "prolog"), folder + "/fairlead-prolog", on);
    program_change(changes, "Epilog", value_of(conf, "epilog"), folder + "/fairlead-epilog", on);
    placement_change(changes, value_of(conf, "prologslurmctld"),
                     folder + "/fairlead-prolog-slurmctld", on);
    if (on)
        flags_change(changes, conf);
    return changes;
}

std::vector<fs::path> plugin_folders(const SlurmConf& conf) {
    const std::string named = value_of(conf, "plugindir");
    if (named.empty())
        return {slurm_plugin_folder};
    std::vector<fs::path> folders;
    for (const std::string_view folder : split(named, ':'))
        if (!folder.empty())
            folders.emplace_back(folder);
    return folders;
}

fs::path plugstack_path(const SlurmConf& conf, const fs::path& slurm_conf) {
    const std::string named = value_of(conf, "plugstackconfig");
    return named.empty() ? slurm_conf.parent_path() / "plugstack.conf" : fs::path(named);
}

} // namespace fairlead::setup
