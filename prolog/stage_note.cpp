#include "prolog/stage_note.hpp"

#include "base/words.hpp"

#include <algorithm>
#include <fmt/ranges.h>

namespace fairlead::prolog {
namespace {

constexpr char separator = ';'; ///< between parts of an admin_comment, as job_submit writes it
constexpr std::string_view marker = "FL-S";

} // namespace

std::string held_note(const Error& error, JobId job) {
    constexpr std::size_t longest = 1024;
    std::string sentence = printable(error.message, longest);
    while (sentence.ends_with('.'))
        sentence.pop_back();
    std::ranges::replace(sentence, separator, ',');
    return fmt::format("{}: {}. Job {} held, nothing deleted. Fix it, then: scontrol release {}",
                       id_of(error.code), sentence, job.value, job.value);
}

std::string progress_note(const stage::Progress& progress) {
    constexpr double gib = 1024.0 * 1024 * 1024, percent = 100;
    const auto total = static_cast<double>(std::max<std::int64_t>(progress.bytes_total, 1));
    const double part = std::clamp(static_cast<double>(progress.bytes_done) / total, 0.0, 1.0);
    return fmt::format("{}: staging in, {:.0f} % of {:.1f} GiB, {} of {} files", marker,
                       percent * part, static_cast<double>(progress.bytes_total) / gib,
                       progress.files_done, progress.files_total);
}

std::string ready_note(std::int64_t files) {
    return fmt::format("{}: staged in, {} file{}", marker, files, files == 1 ? "" : "s");
}

bool has_note(std::string_view admin_comment) {
    return std::ranges::any_of(split(admin_comment, separator), [](std::string_view part) {
        return trimmed(part).starts_with(marker);
    });
}

std::string with_note(std::string_view admin_comment, std::string_view note) {
    std::vector<std::string_view> parts;
    for (const std::string_view part : split(admin_comment, separator))
        if (!part.empty() && !trimmed(part).starts_with(marker))
            parts.push_back(part);
    parts.push_back(note);
    return fmt::format("{}", fmt::join(parts, ";"));
}

} // namespace fairlead::prolog
