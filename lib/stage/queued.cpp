#include "stage/queued.hpp"

#include "base/words.hpp"

#include <algorithm>
#include <fmt/ranges.h>

namespace fairlead::stage {
namespace {

constexpr std::string_view word = "fairlead-stage=";
constexpr char separator = ';';

bool is_id(std::string_view text) {
    constexpr std::size_t longest = 20;
    return !text.empty() && text.size() <= longest &&
           text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool is_open(const config::Staging& site, const std::string& path) {
    return is_s3(path) || std::ranges::any_of(site.import_folders, [&](const std::string& folder) {
               return config::lies_in(path, folder);
           });
}

} // namespace

Result<void> check_folders(const config::Staging& site, const std::vector<Transfer>& transfers) {
    for (const Transfer& transfer : transfers) {
        if (auto fine = check(transfer); !fine)
            return fine;
        for (const std::string* path : {&transfer.source, &transfer.destination})
            if (!is_open(site, *path))
                return fail(Code::S133, "{} is not in staging.import_folders", printable(*path));
    }
    return {};
}

bool asks_queued(const Request& request) {
    return std::ranges::find(request.transfers, When::Queued, &Transfer::when) !=
           request.transfers.end();
}

std::string queued_note(std::string_view id) {
    return fmt::format("{}{}{}FL-S: held until its data is there", word, id, separator);
}

/// The controller's word is behind all that a client sent.
std::optional<std::string> queued_id(std::string_view admin_comment) {
    std::optional<std::string> id;
    for (const std::string_view part : split(admin_comment, separator))
        if (part.starts_with(word) && is_id(part.substr(word.size())))
            id = part.substr(word.size());
    return id;
}

std::string without_queued(std::string_view admin_comment) {
    std::vector<std::string_view> parts;
    for (const std::string_view part : split(admin_comment, separator))
        if (!part.empty() && !part.starts_with(word))
            parts.push_back(part);
    return fmt::format("{}", fmt::join(parts, ";"));
}

} // namespace fairlead::stage
