#include "stage/directives.hpp"

#include "base/words.hpp"

namespace fairlead::stage {
namespace {

constexpr std::string_view marker = "#STAGE";

/// Calls `take(number, text behind the marker)` for each line until it says false.
template <class Take>
void each_line(std::string_view script, Take&& take) {
    for (int number = 1; !script.empty(); ++number) {
        const std::size_t end = script.find('\n');
        const std::string_view line = script.substr(0, end);
        const std::string_view content = trimmed(line);
        if (!content.empty() && content.front() != '#')
            return;
        const bool marked = line.starts_with(marker) &&
                            (line.size() == marker.size() || line[marker.size()] == ' ' ||
                             line[marker.size()] == '\t' || line[marker.size()] == '\r');
        if (marked && !take(number, line.substr(marker.size())))
            return;
        if (end == std::string_view::npos)
            return;
        script.remove_prefix(end + 1);
    }
}

} // namespace

bool has_directives(std::string_view script) {
    bool found = false;
    each_line(script, [&](int, std::string_view) {
        found = true;
        return false;
    });
    return found;
}

Result<std::vector<Transfer>> read_directives(std::string_view script) {
    Result<std::vector<Transfer>> transfers;
    each_line(script, [&](int number, std::string_view text) {
        auto transfer = parse_line(text);
        if (!transfer)
            transfers = fail(transfer.error().code, "line {} of the script: {}", number,
                             transfer.error().message);
        else if (transfers->size() == most_transfers)
            transfers = fail(Code::S101, "line {} of the script: a job stages at most {} things",
                             number, most_transfers);
        else
            transfers->push_back(std::move(*transfer));
        return transfers.has_value();
    });
    return transfers;
}

} // namespace fairlead::stage
