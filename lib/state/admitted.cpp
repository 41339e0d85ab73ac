#include "state/admitted.hpp"

#include "base/words.hpp"
#include "state/record.hpp"

namespace fairlead::state {
namespace {

constexpr Schema schema{"fairlead.admitted", 1};
constexpr std::string_view source = "the admitted record";

} // namespace

std::string encode(const Admitted& admitted) {
    return fmt::format(R"({{"schema":"{}","efa":"{}","asked":{}}})", to_string(schema),
                       config::to_string(admitted.efa), admitted.asked);
}

Result<Admitted> decode_admitted(std::string_view text) {
    const auto record = parse_record(text, schema, source);
    if (!record)
        return std::unexpected(record.error());
    const auto word = text_field(*record, "efa", source);
    if (!word)
        return std::unexpected(word.error());
    const auto efa = config::parse_efa_need(*word);
    const auto asked = record->find("asked");
    if (!efa || asked == record->end() || !asked->is_boolean())
        return fail(Code::X203,
                    "{} says efa '{}'; expected off, preferred or required and whether "
                    "the job asked",
                    source, printable(*word));
    return Admitted{*efa, asked->get<bool>()};
}

} // namespace fairlead::state
