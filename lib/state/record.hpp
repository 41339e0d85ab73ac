/// The envelope of every record: a schema "name/N". Fields are only ever added; N rises when a
/// meaning changes; a reader takes its own N and its two neighbours, so that neighbouring releases
/// read each other's records.
#pragma once

#include "base/error.hpp"

#include <ctime>
#include <nlohmann/json.hpp>
#include <string_view>

namespace fairlead::state {

using Json = nlohmann::ordered_json;

struct Schema {
    std::string_view name;
    int number;
};

std::string to_string(const Schema& schema); ///< "fairlead.job/1"

/// Parses a record and checks its schema. FL-X203 for what is no record, FL-X202 for another
/// schema; `source` names the record in messages.
Result<Json> parse_record(std::string_view text, const Schema& schema, std::string_view source);

/// A text field, or FL-X203 where it is missing or something else.
Result<std::string> text_field(const Json& record, const char* name, std::string_view source);

/// "2026-11-21T09:30:00Z"
std::string utc(std::time_t time);
std::string utc_now();

} // namespace fairlead::state
