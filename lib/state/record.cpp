#include "state/record.hpp"

#include "base/words.hpp"

#include <charconv>
#include <cstdlib>
#include <ctime>

namespace fairlead::state {
namespace {

/// The number behind "name/", or -1.
int schema_number(std::string_view text, std::string_view name) {
    int number = -1;
    if (!text.starts_with(name) || text.substr(name.size()).substr(0, 1) != "/")
        return -1;
    const std::string_view digits = text.substr(name.size() + 1);
    const char* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, number);
    return error == std::errc{} && stop == end ? number : -1;
}

} // namespace

std::string to_string(const Schema& schema) {
    return fmt::format("{}/{}", schema.name, schema.number);
}

Result<Json> parse_record(std::string_view text, const Schema& schema, std::string_view source) {
    Json record = Json::parse(text, nullptr, false);
    if (!record.is_object())
        return fail(Code::X203, "{} is not a JSON record; delete it", source);
    const auto found = text_field(record, "schema", source);
    if (!found)
        return std::unexpected(found.error());
    const int number = schema_number(*found, schema.name);
    if (number < 0 || std::abs(number - schema.number) > 1)
        return fail(Code::X202, "{} has schema '{}'; this release reads {} and its neighbours",
                    source, printable(*found), to_string(schema));
    return record;
}

Result<std::string> text_field(const Json& record, const char* name, std::string_view source) {
    const auto field = record.find(name);
    if (field == record.end() || !field->is_string())
        return fail(Code::X203, "{} has no text field '{}'", source, name);
    return field->get<std::string>();
}

std::string utc(std::time_t time) {
    std::tm parts{};
    ::gmtime_r(&time, &parts);
    char text[sizeof "2026-11-21T09:30:00Z"];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return text;
}

std::string utc_now() { return utc(std::time(nullptr)); }

} // namespace fairlead::state
