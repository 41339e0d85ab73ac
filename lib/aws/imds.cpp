#include "aws/imds.hpp"

#include "aws/imds_session.hpp"
#include "base/words.hpp"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

namespace fairlead::aws {
namespace {

constexpr std::size_t longest_fact = 255; // that of a placement group's name
constexpr std::size_t most_interfaces = 128;
constexpr int highest_number = 1000;
const std::string meta = "/latest/meta-data/";

/// No fact has a control character, or bytes above ASCII.
bool is_fact(std::string_view text) {
    return !text.empty() && text.size() <= longest_fact &&
           std::ranges::all_of(text, [](unsigned char c) { return c >= 0x20 && c < 0x7f; });
}

std::optional<int> number_in(std::string_view text) {
    int number = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || stop != end || number < 0 || number > highest_number)
        return std::nullopt;
    return number;
}

/// Empty where the answer is no fact; `missing` where IMDS says that there is none.
std::optional<std::string> fact(ImdsSession& imds, const std::string& path,
                                std::optional<std::string> missing = std::nullopt) {
    const auto answer = imds.read(meta + path);
    if (!answer)
        return std::nullopt;
    if (!*answer)
        return missing;
    return is_fact(**answer) ? *answer : std::nullopt;
}

std::optional<int> number(ImdsSession& imds, const std::string& path) {
    const auto text = fact(imds, path, "0");
    return text ? number_in(*text) : std::nullopt;
}

/// A type with a single network card has no index: that is card 0.
std::optional<std::vector<int>> network_cards(ImdsSession& imds) {
    const std::string folder = "network/interfaces/macs/";
    const auto listing = imds.read_if_possible(meta + folder);
    if (!listing)
        return std::nullopt;
    std::vector<int> cards;
    const auto interfaces = split(trimmed(*listing), '\n');
    if (interfaces.size() > most_interfaces)
        return std::nullopt;
    for (const std::string_view line : interfaces) {
        const std::string mac(trimmed(line));
        if (!is_fact(mac) || !mac.ends_with('/'))
            return std::nullopt;
        const auto card = number(imds, folder + mac + "network-card-index");
        if (!card)
            return std::nullopt;
        cards.push_back(*card);
    }
    std::ranges::sort(cards);
    cards.erase(std::unique(cards.begin(), cards.end()), cards.end());
    return cards;
}

std::optional<std::string> document_field(const std::string& document, const char* name) {
    const auto json = nlohmann::json::parse(document, nullptr, false);
    if (!json.is_object() || !json.contains(name) || !json[name].is_string())
        return std::nullopt;
    auto text = json[name].get<std::string>();
    return is_fact(text) ? std::optional(std::move(text)) : std::nullopt;
}

} // namespace

Result<InstanceFacts> instance_facts(const std::string& endpoint,
                                     std::chrono::milliseconds deadline) {
    auto imds = ImdsSession::open(endpoint, deadline);
    if (!imds)
        return std::unexpected(imds.error());
    InstanceFacts facts;
    facts.availability_zone = fact(*imds, "placement/availability-zone");
    facts.zone_id = fact(*imds, "placement/availability-zone-id");
    facts.lifecycle = fact(*imds, "instance-life-cycle");
    facts.instance_id = fact(*imds, "instance-id");
    facts.instance_type = fact(*imds, "instance-type");
    facts.placement_group = fact(*imds, "placement/group-name", "");
    facts.partition_number = number(*imds, "placement/partition-number");
    if (const auto document = imds->read_if_possible("/latest/dynamic/instance-identity/document"))
        facts.launch_time = document_field(*document, "pendingTime");
    facts.network_cards = network_cards(*imds);
    return facts;
}

} // namespace fairlead::aws
