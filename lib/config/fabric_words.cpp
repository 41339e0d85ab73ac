#include "config/fabric_words.hpp"

#include "base/words.hpp"

#include <algorithm>
#include <charconv>

namespace fairlead::config {
namespace {

constexpr std::array<std::string_view, 2> answers{"no", "yes"};

std::optional<std::size_t> index_of(std::string_view word,
                                    std::span<const std::string_view> words) {
    const auto found = std::ranges::find(words, word);
    if (found == words.end())
        return std::nullopt;
    return static_cast<std::size_t>(found - words.begin());
}

/// Reads one of `words` into what has their order.
template <class Value>
Result<void> take_word(std::string_view option, std::string_view value,
                       std::span<const std::string_view> words, std::optional<Value>& target) {
    const auto index = index_of(value, words);
    if (!index)
        return fail(Code::P102, "--{}: unknown value '{}'{}", option, printable(value),
                    suggestion(value, words));
    target = static_cast<Value>(*index);
    return {};
}

Result<void> take_efa(std::string_view value, FabricRequest& request) {
    return take_word("efa", value.empty() ? "required" : value, efa_needs, request.efa);
}

Result<void> take_interfaces(std::string_view value, FabricRequest& request) {
    int count = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), count);
    if (error != std::errc{} || end != value.data() + value.size() || count < 1 ||
        count > most_efa_interfaces)
        return fail(Code::P102, "--efa-interfaces: '{}' is no count; expected 1 to {}",
                    printable(value), most_efa_interfaces);
    request.efa_interfaces = count;
    return {};
}

Result<void> take_placement(std::string_view value, FabricRequest& request) {
    return take_word("placement", value, placements, request.placement);
}

Result<void> take_layer(std::string_view value, FabricRequest& request) {
    return take_word("max-layer", value, layers, request.max_layer);
}

Result<void> take_same_az(std::string_view value, FabricRequest& request) {
    return take_word("same-az", value.empty() ? "yes" : value, answers, request.same_az);
}

constexpr std::array<FabricOption, 5> options{{
    {"efa", take_efa},
    {"efa-interfaces", take_interfaces},
    {"placement", take_placement},
    {"max-layer", take_layer},
    {"same-az", take_same_az},
}};

/// Slurm writes an underscore for every character of a name that is no letter and no digit.
std::string stored_name(std::string_view option) {
    std::string name = "fairlead_" + std::string(option);
    std::ranges::replace(name, '-', '_');
    return name;
}

} // namespace

std::string_view to_string(EfaNeed need) { return efa_needs.at(static_cast<std::size_t>(need)); }

std::string_view to_string(Placement placement) {
    return placements.at(static_cast<std::size_t>(placement));
}

std::optional<EfaNeed> parse_efa_need(std::string_view word) {
    const auto index = index_of(word, efa_needs);
    return index ? std::optional(static_cast<EfaNeed>(*index)) : std::nullopt;
}

std::optional<Placement> parse_placement(std::string_view word) {
    const auto index = index_of(word, placements);
    return index ? std::optional(static_cast<Placement>(*index)) : std::nullopt;
}

std::span<const FabricOption> fabric_options() { return options; }

Result<FabricRequest> read_fabric_request(
    const std::function<std::optional<std::string_view>(std::string_view)>& value_of) {
    FabricRequest request;
    for (const FabricOption& option : options) {
        const auto stored = value_of(stored_name(option.name));
        if (!stored)
            continue;
        // A bare option passes through Slurm's environment as "(null)".
        const std::string_view value = *stored == "(null)" ? std::string_view{} : *stored;
        if (auto taken = option.take(value, request); !taken)
            return std::unexpected(taken.error());
    }
    return completed(request);
}

FabricRequest completed(FabricRequest request) {
    if (request.efa_interfaces.value_or(0) > 0 && !request.efa)
        request.efa = EfaNeed::Required;
    return request;
}

} // namespace fairlead::config
