/// slurm.conf as a text: what it says of plugins and prologs, and which of its lines Fairlead needs
/// otherwise. Nothing here writes it.
///
/// Format: slurm.conf(5): `Key=Value` words, keys without case, `#` begins a comment, `Include
/// FILE`.
#pragma once

#include "base/error.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace fairlead::setup {

/// Values by the key in small letters; of a repeated key the last, of Prolog and Epilog all with
/// commas between.
using SlurmConf = std::map<std::string, std::string, std::less<>>;

/// With the files that it includes. FL-X101 and FL-X103 as read_file(); FL-X106 where includes are
/// nested too deeply.
Result<SlurmConf> read_slurm_conf(const std::filesystem::path& path);

/// A text without includes.
void add_text(SlurmConf& conf, std::string_view text);

/// Empty for a key, in small letters, that is not set; Slurm shows that as (null).
std::string value_of(const SlurmConf& conf, std::string_view key);

/// The words of a value, which commas separate.
std::vector<std::string> list_of(const SlurmConf& conf, std::string_view key);

/// Whether one of them is that word, in small letters; they have no case.
bool has(const std::vector<std::string>& words, std::string_view wanted);

/// One line of slurm.conf to be changed by hand.
struct Change {
    std::string line;    ///< as it should be; empty to leave the key out
    std::string instead; ///< as it is; empty for none
    std::string note{};  ///< what else there is to do about it
};

/// What admission needs: our name in JobSubmitPlugins, or not. Empty where all is as it should be.
std::vector<Change> jobsubmit_changes(const SlurmConf& conf, bool on);

/// What the checks of nodes need: Prolog, Epilog and PrologFlags=Alloc; PrologSlurmctld for
/// partitions that demand a place in EC2's network. Programs of the site stay.
std::vector<Change> prolog_changes(const SlurmConf& conf, bool on);

/// Folders where Slurm looks for plugins, in order.
std::vector<std::filesystem::path> plugin_folders(const SlurmConf& conf);

/// plugstack.conf, which lies beside slurm.conf where that does not say otherwise.
std::filesystem::path plugstack_path(const SlurmConf& conf,
                                     const std::filesystem::path& slurm_conf);

} // namespace fairlead::setup
