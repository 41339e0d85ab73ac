/// Fields of what AWS answers, which may be anything.
#pragma once

#include "base/words.hpp"
#include "cost/price_import.hpp"

#include <nlohmann/json.hpp>

namespace fairlead::cost {

using Json = nlohmann::json;

/// A member of an object, null where there is none.
const Json& member(const Json& object, const char* name);

/// A text, or a number as a text; else empty.
std::string text_of(const Json& object, const char* name);

struct Source {
    std::string_view file;
    std::string_view region; ///< of what names none

    std::unexpected<Error> bad(std::string_view what, std::string_view value) const {
        return fail(Code::C101, "{}: {} is '{}'", file, what, printable(value));
    }
};

/// "2026-06-01T12:00:00.000Z": some write fractions of a second.
std::optional<Time> aws_time(const std::string& text);

Result<void> add_reservations(const Source& source, const Json& answer, AwsPrices& into);
Result<void> add_capacity_blocks(const Source& source, const Json& answer,
                                 std::vector<Observed>& into);
Result<void> add_plan_rates(const Source& source, const Json& answer, std::vector<Observed>& into);
Result<void> add_plans(const Source& source, const Json& answer, AwsPrices& into);

} // namespace fairlead::cost
