#include "state/placement_word.hpp"

#include "base/files.hpp"
#include "base/unique_fd.hpp"
#include "state/record.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>

namespace fairlead::state {
namespace fs = std::filesystem;
namespace {

constexpr Schema schema{"fairlead.placement-word", 1};
constexpr std::size_t longest = 16 * 1024;
constexpr const char* folder_name = "placement";

} // namespace

fs::path placement_word_file(const fs::path& state_dir, const JobStart& start) {
    return state_dir / folder_name / fmt::format("{}.{}", start.job.value, start.restart);
}

Result<bool> take_question(const fs::path& state_dir, const JobStart& start) {
    std::error_code error;
    if (!fs::is_directory(state_dir, error))
        return fail(Code::X201, "state_dir {} does not exist; mount or create it",
                    state_dir.native());
    if (auto made = make_folders(state_dir / folder_name, 0755); !made)
        return std::unexpected(made.error());
    const fs::path file = placement_word_file(state_dir, start);
    const UniqueFd fd{::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
    if (!fd && errno != EEXIST)
        return fail(Code::X201, "cannot write {}: {}", file.native(), std::strerror(errno));
    return static_cast<bool>(fd);
}

Result<void> say_placement(const fs::path& state_dir, const JobStart& start,
                           const std::optional<std::string>& refusal) {
    Json record{
        {"schema", to_string(schema)}, {"job", start.job.value}, {"restart", start.restart}};
    if (refusal)
        record["refusal"] = *refusal;
    return write_atomic(placement_word_file(state_dir, start),
                        record.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n", 0600);
}

Result<PlacementWord> read_placement_word(const fs::path& state_dir, const JobStart& start) {
    const fs::path file = placement_word_file(state_dir, start);
    const auto text = read_file(file, longest);
    if (!text)
        return std::unexpected(text.error());
    if (text->empty())
        return PlacementWord{};
    const auto record = parse_record(*text, schema, file.native());
    if (!record)
        return std::unexpected(record.error());
    if (!record->contains("refusal"))
        return PlacementWord{.said = true};
    auto refusal = text_field(*record, "refusal", file.native());
    if (!refusal)
        return std::unexpected(refusal.error());
    return PlacementWord{true, std::move(*refusal)};
}

void tidy_placement_words(const fs::path& state_dir, std::time_t now) {
    constexpr std::time_t week = 7 * 24 * 3600;
    std::error_code error;
    for (fs::directory_iterator entry{state_dir / folder_name, error}, end; !error && entry != end;
         entry.increment(error)) {
        struct stat info{};
        if (::lstat(entry->path().c_str(), &info) == 0 && S_ISREG(info.st_mode) &&
            info.st_mtime < now - week)
            ::unlink(entry->path().c_str());
    }
}

} // namespace fairlead::state
