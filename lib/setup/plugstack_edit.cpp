#include "setup/plugstack_edit.hpp"

#include "base/files.hpp"
#include "setup/plugstack.hpp"

#include <algorithm>
#include <vector>

namespace fairlead::setup {
namespace fs = std::filesystem;
namespace {

/// A file that is not there says nothing.
Result<std::string> text_of(const fs::path& path) {
    auto text = read_file(path);
    if (!text && text.error().code == Code::X101)
        return std::string{};
    return text;
}

/// plugstack.conf and what lies beside our file, by name.
std::vector<fs::path> files_of_site(const fs::path& plugstack, const fs::path& own) {
    std::vector<fs::path> files;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(own.parent_path(), error))
        if (entry.path().extension() == ".conf" && entry.path() != own)
            files.push_back(entry.path());
    std::ranges::sort(files);
    files.insert(files.begin(), plugstack);
    return files;
}

Result<void> check_site(const fs::path& plugstack, const fs::path& own) {
    for (const fs::path& file : files_of_site(plugstack, own)) {
        const auto text = text_of(file);
        if (!text)
            return std::unexpected(text.error());
        if (const auto line = find_line(*text))
            return fail(Code::X106,
                        "{}:{}: `{} {}` names the plugin already; take the line out, so that {} "
                        "is the one that does",
                        file.native(), line->number, line->required ? "required" : "optional",
                        spank_object, own.native());
    }
    return {};
}

} // namespace

Result<PlugstackEdit> plan_plugstack(const fs::path& plugstack, bool on) {
    const fs::path own = plugstack.parent_path() / "plugstack.conf.d" / "fairlead.conf";
    if (auto alone = check_site(plugstack, own); !alone)
        return std::unexpected(alone.error());
    const auto main = text_of(plugstack);
    const auto now = text_of(own);
    if (!main || !now)
        return std::unexpected(main ? now.error() : main.error());
    PlugstackEdit edit{.file = own, .before = *now, .after = *now, .missing_include = {}};
    if (!on && now->empty())
        return edit;
    auto after = switched(*now, on);
    if (!after)
        return fail(after.error().code, "{}: {}", own.native(), after.error().message);
    edit.after = std::move(*after);
    if (!includes(*main, own))
        edit.missing_include = fmt::format("include {}/*.conf", own.parent_path().native());
    return edit;
}

Result<void> apply(const PlugstackEdit& edit) {
    if (edit.after == edit.before)
        return {};
    if (auto made = make_folders(edit.file.parent_path(), 0755); !made)
        return made;
    return write_atomic(edit.file, edit.after, 0644);
}

Result<void> take_back(const PlugstackEdit& edit) {
    if (edit.after == edit.before)
        return {};
    return edit.before.empty() ? remove_file(edit.file)
                               : write_atomic(edit.file, edit.before, 0644);
}

} // namespace fairlead::setup
