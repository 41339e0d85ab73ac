#include "setup/dry_load.hpp"

#include "base/child.hpp"
#include "setup/installed.hpp"

#include <array>
#include <charconv>
#include <dlfcn.h>

namespace fairlead::setup {
namespace fs = std::filesystem;
namespace {

constexpr auto deadline = std::chrono::seconds(10);

/// What all plugins take their functions from; it lies among them (22.05 to 26.05).
constexpr const char* slurm_library = "libslurmfull.so";

/// Plugins of Slurm itself that need nothing but that library. The first that is there tells the
/// version that is installed.
constexpr std::array stamped{"hash_k12.so", "auth_munge.so", "auth_slurm.so"};

struct Slurm {
    fs::path library;
    fs::path plugin;
};

std::unexpected<Error> no_slurm(const char* name) {
    return fail(Code::P203,
                "{} of Slurm is in none of the folders of PluginDir and not in {}; install Slurm "
                "on this machine first",
                name, slurm_plugin_folder);
}

std::vector<fs::path> with_slurms_own(std::vector<fs::path> folders) {
    folders.emplace_back(slurm_plugin_folder);
    return folders;
}

fs::path first_with(const std::vector<fs::path>& folders, const char* name) {
    std::error_code error;
    for (const fs::path& folder : folders)
        if (fs::exists(folder / name, error))
            return folder / name;
    return {};
}

Result<Slurm> find_slurm(const std::vector<fs::path>& folders) {
    Slurm found{.library = first_with(folders, slurm_library), .plugin = {}};
    if (found.library.empty())
        return no_slurm(slurm_library);
    for (const char* name : stamped)
        if (found.plugin.empty())
            found.plugin = first_with(folders, name);
    if (found.plugin.empty())
        return no_slurm(stamped.front());
    return found;
}

ChildResult failed_to_load() {
    const char* reason = ::dlerror(); // NOLINT(concurrency-mt-unsafe): a child of one thread
    return {1, reason ? reason : "it does not load"};
}

/// In the child: the stamp of one plugin as its answer.
ChildResult stamp_of(const fs::path& object, int flags) {
    void* loaded = ::dlopen(object.c_str(), flags);
    if (!loaded)
        return failed_to_load();
    const void* stamp = ::dlsym(loaded, "plugin_version");
    if (!stamp)
        return {1, object.native() + " has no plugin_version"};
    return {0, std::to_string(*static_cast<const std::uint32_t*>(stamp))};
}

ChildResult both_stamps(const fs::path& object, const Slurm& slurm) {
    if (!::dlopen(slurm.library.c_str(), RTLD_LAZY | RTLD_GLOBAL))
        return failed_to_load();
    const ChildResult theirs = stamp_of(slurm.plugin, RTLD_LAZY);
    const ChildResult ours = stamp_of(object, RTLD_NOW);
    if (theirs.status != 0 || ours.status != 0)
        return theirs.status != 0 ? theirs : ours;
    return {0, theirs.output + " " + ours.output};
}

Result<std::string> ask(const fs::path& object, const std::function<ChildResult()>& work) {
    auto answer = ask_forked(Code::P203, object.native(), deadline, work);
    if (!answer)
        return std::unexpected(answer.error());
    if (answer->status > 128)
        return fail(Code::P203, "{} does not load: the child that tried was ended by signal {}",
                    object.native(), answer->status - 128);
    if (answer->status != 0)
        return fail(Code::P203, "{} does not load: {}", object.native(), answer->output);
    return std::move(answer->output);
}

std::uint32_t number(std::string_view text) {
    std::uint32_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

} // namespace

std::string show_version(std::uint32_t number) {
    return fmt::format("{}.{:02}.{}", number >> 16, number >> 8 & 0xff, number & 0xff);
}

Result<fs::path> find_plugin(const std::string& name, const std::vector<fs::path>& folders) {
    if (fs::path found = first_with(folders, name.c_str()); !found.empty())
        return found;
    return fail(Code::P203,
                "{} is in none of the folders where Slurm looks for plugins (PluginDir, first {}); "
                "install the package of Fairlead for this Slurm",
                name, folders.empty() ? std::string("none") : folders.front().native());
}

Result<void> dry_load_plugin(const fs::path& object, Fit fit,
                             const std::vector<fs::path>& folders) {
    const auto slurm = find_slurm(with_slurms_own(folders));
    if (!slurm)
        return std::unexpected(slurm.error());
    const auto answer = ask(object, [&] { return both_stamps(object, *slurm); });
    if (!answer)
        return std::unexpected(answer.error());
    const std::size_t space = answer->find(' ');
    const std::uint32_t theirs = number(std::string_view(*answer).substr(0, space)),
                        ours = number(std::string_view(*answer).substr(space + 1));
    if (((theirs ^ ours) & static_cast<std::uint32_t>(fit)) == 0)
        return {};
    return fail(Code::P203,
                "{} is built for Slurm {}, and {} is installed, which would refuse it; install the "
                "package of Fairlead for that Slurm",
                object.native(), show_version(ours), show_version(theirs));
}

Result<void> dry_load(const fs::path& object, const std::vector<fs::path>& folders) {
    const auto slurm = find_slurm(with_slurms_own(folders));
    if (!slurm)
        return std::unexpected(slurm.error());
    const auto answer = ask(object, [&]() -> ChildResult {
        const bool loads = ::dlopen(slurm->library.c_str(), RTLD_LAZY | RTLD_GLOBAL) &&
                           ::dlopen(object.c_str(), RTLD_NOW);
        return loads ? ChildResult{0, {}} : failed_to_load();
    });
    if (!answer)
        return std::unexpected(answer.error());
    return {};
}

} // namespace fairlead::setup
