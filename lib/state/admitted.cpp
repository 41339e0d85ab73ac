#include "state/admitted.hpp"

#include "base/words.hpp"
#include "state/record.hpp"

namespace fairlead::state {
namespace {

using config::FabricDemand;

constexpr Schema schema{"fairlead.admitted", 1};
constexpr std::string_view source = "the admitted record";

std::unexpected<Error> bad(std::string_view field) {
    return fail(Code::X203, "{} has no usable '{}'", source, field);
}

/// A number that may be missing, from 0 to `most`.
Result<int> number(const Json& record, const char* name, int most) {
    const auto found = record.find(name);
    if (found == record.end())
        return 0;
    if (!found->is_number_unsigned() || found->get<std::uint64_t>() > std::uint64_t(most))
        return bad(name);
    return found->get<int>();
}

Result<bool> truth(const Json& record, const char* name) {
    const auto found = record.find(name);
    if (found == record.end())
        return false;
    if (!found->is_boolean())
        return bad(name);
    return found->get<bool>();
}

Result<void> read_placement(const Json& record, FabricDemand& fabric) {
    if (const auto word = record.find("placement"); word != record.end()) {
        const auto placement =
            word->is_string() ? config::parse_placement(word->get<std::string>()) : std::nullopt;
        if (!placement)
            return bad("placement");
        fabric.placement = *placement;
    }
    if (const auto group = record.find("group"); group != record.end()) {
        if (!group->is_string())
            return bad("group");
        fabric.group = group->get<std::string>();
    }
    return {};
}

Result<void> read_fabric(const Json& record, FabricDemand& fabric) {
    constexpr int layers = static_cast<int>(config::layers.size()) - 1;
    const auto interfaces = number(record, "efa_interfaces", config::most_efa_interfaces);
    const auto layer = number(record, "max_layer", layers);
    const auto same_az = truth(record, "same_az");
    for (const auto* read : {&interfaces, &layer})
        if (!*read)
            return std::unexpected(read->error());
    if (!same_az)
        return std::unexpected(same_az.error());
    fabric.efa_interfaces = *interfaces;
    fabric.max_layer = *layer;
    fabric.same_az = *same_az;
    return read_placement(record, fabric);
}

} // namespace

std::string encode(const Admitted& admitted) {
    const FabricDemand& fabric = admitted.fabric;
    Json record{{"schema", to_string(schema)},
                {"efa", config::to_string(fabric.efa)},
                {"asked", admitted.asked}};
    if (fabric.efa_interfaces > 0)
        record["efa_interfaces"] = fabric.efa_interfaces;
    if (fabric.placement != config::Placement::Any)
        record["placement"] = config::to_string(fabric.placement);
    if (!fabric.group.empty())
        record["group"] = fabric.group;
    if (fabric.max_layer > 0)
        record["max_layer"] = fabric.max_layer;
    if (fabric.same_az)
        record["same_az"] = true;
    return record.dump(-1, ' ', true, Json::error_handler_t::replace);
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
    Admitted admitted{.fabric = {.efa = *efa}, .asked = asked->get<bool>()};
    if (auto read = read_fabric(*record, admitted.fabric); !read)
        return std::unexpected(read.error());
    return admitted;
}

std::string_view record_in(std::string_view admin_comment) {
    constexpr std::string_view start = R"({"schema":"fairlead.admitted)";
    std::size_t begin = admin_comment.find(start);
    while (begin != std::string_view::npos && begin > 0 && admin_comment[begin - 1] != ';')
        begin = admin_comment.find(start, begin + 1);
    if (begin == std::string_view::npos)
        return {};
    // One flat object.
    const std::size_t end = admin_comment.find("};", begin);
    return end == std::string_view::npos ? admin_comment.substr(begin)
                                         : admin_comment.substr(begin, end + 1 - begin);
}

std::optional<Admitted> admitted_in(std::string_view admin_comment) {
    const std::string_view record = record_in(admin_comment);
    if (record.empty())
        return std::nullopt;
    auto admitted = decode_admitted(record);
    return admitted ? std::optional(std::move(*admitted)) : std::nullopt;
}

} // namespace fairlead::state
