#include "stage/record.hpp"

#include "state/record.hpp"

#include <algorithm>

namespace fairlead::stage {
namespace {

using state::Json;

constexpr state::Schema schema{"fairlead.staging", 1};
constexpr std::string_view source = "the record of what the job stages";

template <class Value>
std::string_view word(std::span<const std::string_view> words, Value value) {
    return words[static_cast<std::size_t>(value)];
}

Json encode_transfer(const Transfer& transfer) {
    Json json{{"direction", word(directions, transfer.direction)},
              {"source", transfer.source},
              {"destination", transfer.destination},
              {"verify", word(verifications, transfer.verify)},
              {"when", word(moments, transfer.when)},
              {"on_fail", word(failures, transfer.on_fail)}};
    if (transfer.mode != Mode::Shared)
        json["mode"] = word(modes, transfer.mode);
    if (!transfer.region.empty())
        json["region"] = transfer.region;
    return json;
}

template <class Value>
Result<void> read_word(const Json& record, const char* name,
                       std::span<const std::string_view> words, Value& target) {
    const auto text = state::text_field(record, name, source);
    if (!text)
        return std::unexpected(text.error());
    const auto found = std::ranges::find(words, *text);
    if (found == words.end())
        return fail(Code::X203, "{} has no usable '{}'", source, name);
    target = static_cast<Value>(found - words.begin());
    return {};
}

/// It becomes part of a host's name.
Result<void> read_region(const Json& record, std::string& region) {
    constexpr std::size_t longest = 32;
    if (!record.contains("region"))
        return {};
    auto text = state::text_field(record, "region", source);
    if (!text)
        return std::unexpected(text.error());
    if (text->size() > longest ||
        text->find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") != std::string::npos)
        return fail(Code::X203, "{} has no usable 'region'", source);
    region = std::move(*text);
    return {};
}

Result<Transfer> decode_transfer(const Json& record) {
    Transfer transfer{.direction = Direction::In};
    for (const auto& [name, target] :
         {std::pair{"source", &transfer.source}, std::pair{"destination", &transfer.destination}}) {
        auto text = state::text_field(record, name, source);
        if (!text)
            return std::unexpected(text.error());
        *target = std::move(*text);
    }
    for (const auto& read :
         {read_word(record, "direction", directions, transfer.direction),
          read_word(record, "verify", verifications, transfer.verify),
          read_word(record, "when", moments, transfer.when),
          read_word(record, "on_fail", failures, transfer.on_fail),
          record.contains("mode") ? read_word(record, "mode", modes, transfer.mode)
                                  : Result<void>{},
          read_region(record, transfer.region), check(transfer)})
        if (!read)
            return std::unexpected(read.error());
    return transfer;
}

} // namespace

std::string encode_record(const Request& request) {
    Json transfers = Json::array();
    for (const Transfer& transfer : request.transfers)
        transfers.push_back(encode_transfer(transfer));
    const Json record{{"schema", to_string(schema)}, {"id", request.id}, {"transfers", transfers}};
    return record.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<Request> decode_record(std::string_view text) {
    const auto record = state::parse_record(text, schema, source);
    if (!record)
        return std::unexpected(record.error());
    const auto id = state::text_field(*record, "id", source);
    if (!id)
        return std::unexpected(id.error());
    const auto list = record->find("transfers");
    if (id->empty() || id->find_first_not_of("0123456789") != std::string::npos ||
        list == record->end() || !list->is_array() || list->size() > most_transfers)
        return fail(Code::X203, "{} has no usable 'id' or 'transfers'", source);
    Request request{*id, {}};
    for (const Json& entry : *list) {
        auto transfer = entry.is_object()
                            ? decode_transfer(entry)
                            : fail(Code::X203, "{} has no usable 'transfers'", source);
        if (!transfer)
            return std::unexpected(transfer.error());
        request.transfers.push_back(std::move(*transfer));
    }
    return request;
}

} // namespace fairlead::stage
