#include "aws/ec2.hpp"

#include "base/words.hpp"

#include <algorithm>
#include <charconv>
#include <functional>
#include <pugixml.hpp>
#include <set>

namespace fairlead::aws {
namespace {

constexpr std::size_t ids_a_call = 100;
constexpr std::size_t groups_a_call = 200; // values of a filter
constexpr int most_pages = 100;
constexpr std::size_t most_items = 1000; // on a page
constexpr std::size_t most_network_nodes = 16;
constexpr std::size_t longest_text = 256;
constexpr std::size_t longest_token = 4096;

std::unexpected<Error> not_understood(std::string_view action, std::string_view what) {
    return fail(Code::X208, "the answer to {} {}", action, what);
}

/// Text of EC2 in one line, which goes into files, names and messages.
bool is_plain(std::string_view text) {
    return text.size() <= longest_text &&
           std::ranges::all_of(text, [](unsigned char c) { return c >= 0x20 && c < 0x7f; });
}

/// The page of an answer; what is not XML, or cut short, or of another action is FL-X208.
Result<void> parse_page(pugi::xml_document& page, const std::string& action,
                        const std::string& xml) {
    const auto parsed = page.load_buffer(xml.data(), xml.size());
    if (!parsed)
        return not_understood(action, fmt::format("is not XML: {}", parsed.description()));
    if (const std::string_view root = page.document_element().name(); root != action + "Response")
        return not_understood(action, fmt::format("is a '{}'", printable(root)));
    return {};
}

using ReadItem = std::function<Result<void>(const pugi::xml_node& item)>;

/// Calls `read` for each item of a page.
Result<void> read_items(const pugi::xml_node& set, const std::string& action,
                        const ReadItem& read) {
    if (!set)
        return not_understood(action, "has no list of items");
    std::size_t items = 0;
    for (const pugi::xml_node item : set.children("item")) {
        if (++items > most_items)
            return not_understood(action, "has too many items");
        if (auto done = read(item); !done)
            return done;
    }
    return {};
}

/// Calls `read` for each item of all pages of an action. The error keeps what AWS said.
std::expected<void, Failure> read_pages(Client& client, const std::string& action, const char* set,
                                        std::vector<Parameter> parameters, const ReadItem& read) {
    const auto first = parameters;
    for (int number = 0; number < most_pages; ++number) {
        const auto xml = client.call(action, parameters);
        if (!xml)
            return std::unexpected(xml.error());
        pugi::xml_document page;
        auto done = parse_page(page, action, *xml);
        if (done)
            done = read_items(page.document_element().child(set), action, read);
        if (!done)
            return std::unexpected(Failure{done.error()});
        const std::string next = page.document_element().child_value("nextToken");
        if (next.empty())
            return {};
        if (next.size() > longest_token)
            break;
        parameters = first;
        parameters.emplace_back("NextToken", next);
    }
    return std::unexpected(Failure{not_understood(action, "has no end").error()});
}

Result<InstanceTopology> read_topology(const pugi::xml_node& item) {
    InstanceTopology topology{.id = item.child_value("instanceId"),
                              .type = item.child_value("instanceType"),
                              .group = item.child_value("groupName"),
                              .network_nodes = {},
                              .zone = item.child_value("availabilityZone"),
                              .zone_id = item.child_value("zoneId"),
                              .capacity_block = item.child_value("capacityBlockId")};
    for (const pugi::xml_node node : item.child("networkNodeSet").children("item"))
        topology.network_nodes.emplace_back(node.child_value());
    bool fine = topology.network_nodes.size() <= most_network_nodes;
    for (const auto& text : {topology.id, topology.type, topology.group, topology.zone,
                             topology.zone_id, topology.capacity_block})
        fine = fine && is_plain(text);
    for (const auto& node : topology.network_nodes)
        fine = fine && !node.empty() && is_plain(node);
    if (!fine)
        return not_understood("DescribeInstanceTopology", "has an instance with bad fields");
    return topology;
}

/// EC2 refuses a whole call for one instance that it does not know, and names it.
bool drop_unknown(std::set<std::string>& ids, const Failure& failure) {
    const bool unknown = failure.aws_code == "InvalidInstanceID.NotFound" ||
                         failure.aws_code == "InvalidInstanceID.Malformed";
    return unknown && std::erase_if(ids, [&](const std::string& id) {
                          return failure.aws_message.find(id) != std::string::npos;
                      }) > 0;
}

/// The instances of one call, added to `found`.
Result<void> ask_topology(Client& client, std::set<std::string> ids,
                          std::vector<InstanceTopology>& found) {
    while (!ids.empty()) {
        std::vector<Parameter> parameters;
        for (const std::string& id : ids)
            parameters.emplace_back(fmt::format("InstanceId.{}", parameters.size() + 1), id);
        std::vector<InstanceTopology> answered;
        const auto done =
            read_pages(client, "DescribeInstanceTopology", "instanceSet", std::move(parameters),
                       [&](const pugi::xml_node& item) -> Result<void> {
                           auto topology = read_topology(item);
                           if (!topology)
                               return std::unexpected(topology.error());
                           if (!ids.contains(topology->id) || answered.size() == ids.size())
                               return not_understood("DescribeInstanceTopology",
                                                     "has an instance not asked for");
                           answered.push_back(std::move(*topology));
                           return {};
                       });
        if (done) {
            std::ranges::move(answered, std::back_inserter(found));
            return {};
        }
        if (!drop_unknown(ids, done.error()))
            return std::unexpected(done.error().error);
    }
    return {};
}

/// A number that has to be there; false where it is not.
template <class T>
bool number(const pugi::xml_node& node, T& value) {
    const std::string_view text = node.child_value();
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && stop == text.data() + text.size() && value >= 0 &&
           value <= T{1'000'000'000};
}

/// The sum over all network cards; null where one does not say.
std::optional<double> peak_gbps(const pugi::xml_node& network) {
    double sum = 0;
    for (const pugi::xml_node card : network.child("networkCards").children("item")) {
        double gbps = 0;
        if (!number(card.child("peakBandwidthInGbps"), gbps))
            return std::nullopt;
        sum += gbps;
    }
    return sum > 0 ? std::optional(sum) : std::nullopt;
}

std::string architecture(const pugi::xml_node& processor) {
    for (const pugi::xml_node item : processor.child("supportedArchitectures").children("item"))
        if (const std::string_view name = item.child_value(); name == "x86_64" || name == "arm64")
            return std::string(name);
    return {};
}

Result<catalog::InstanceType> read_type(const pugi::xml_node& item) {
    const pugi::xml_node cpus = item.child("vCpuInfo"), network = item.child("networkInfo");
    catalog::InstanceType type{.name = item.child_value("instanceType"),
                               .gbps = peak_gbps(network),
                               .arch = architecture(item.child("processorInfo"))};
    double mebibytes = 0;
    bool fine =
        !type.name.empty() && is_plain(type.name) && !type.arch.empty() &&
        type.name.find_first_of(",#\"") == std::string::npos &&
        number(cpus.child("defaultVCpus"), type.vcpus) &&
        number(cpus.child("defaultCores"), type.cores) &&
        number(cpus.child("defaultThreadsPerCore"), type.threads_per_core) &&
        number(item.child("memoryInfo").child("sizeInMiB"), mebibytes) &&
        number(network.child("efaInfo").child("maximumEfaInterfaces"), type.efa_interfaces) &&
        number(network.child("maximumNetworkCards"), type.network_cards);
    for (const pugi::xml_node gpu : item.child("gpuInfo").child("gpus").children("item")) {
        int count = 0;
        fine = fine && number(gpu.child("count"), count);
        type.gpus += count;
    }
    if (!fine)
        return not_understood("DescribeInstanceTypes",
                              fmt::format("has bad fields for '{}'", printable(type.name)));
    type.memory_gib = mebibytes / 1024;
    return type;
}

Result<SpotPrice> read_spot_price(const pugi::xml_node& item) {
    SpotPrice price{.zone = item.child_value("availabilityZone"),
                    .type = item.child_value("instanceType"),
                    .product = item.child_value("productDescription"),
                    .price = item.child_value("spotPrice"),
                    .timestamp = item.child_value("timestamp")};
    for (const auto& text : {price.zone, price.type, price.product, price.price, price.timestamp})
        if (text.empty() || !is_plain(text))
            return not_understood("DescribeSpotPriceHistory", "has a price with bad fields");
    return price;
}

} // namespace

Result<std::vector<InstanceTopology>> instance_topology(Client& client,
                                                        std::span<const std::string> ids) {
    const std::set<std::string> unique(ids.begin(), ids.end());
    std::vector<InstanceTopology> found;
    for (auto next = unique.begin(); next != unique.end();) {
        std::set<std::string> asked;
        while (next != unique.end() && asked.size() < ids_a_call)
            asked.insert(*next++);
        if (auto done = ask_topology(client, std::move(asked), found); !done)
            return std::unexpected(done.error());
    }
    return found;
}

Result<std::vector<InstanceTopology>> read_topology_page(const std::string& xml) {
    const std::string action = "DescribeInstanceTopology";
    pugi::xml_document page;
    if (auto parsed = parse_page(page, action, xml); !parsed)
        return std::unexpected(parsed.error());
    std::vector<InstanceTopology> found;
    const auto read = read_items(page.document_element().child("instanceSet"), action,
                                 [&](const pugi::xml_node& item) -> Result<void> {
                                     auto topology = read_topology(item);
                                     if (!topology)
                                         return std::unexpected(topology.error());
                                     found.push_back(std::move(*topology));
                                     return {};
                                 });
    if (!read)
        return std::unexpected(read.error());
    return found;
}

Result<std::vector<PlacementGroup>> placement_groups(Client& client,
                                                     std::span<const std::string> names) {
    const std::string action = "DescribePlacementGroups";
    std::vector<PlacementGroup> found;
    const ReadItem read = [&](const pugi::xml_node& item) -> Result<void> {
        const PlacementGroup group{item.child_value("groupName"), item.child_value("strategy"),
                                   item.child_value("state")};
        if (!is_plain(group.name) || !is_plain(group.strategy) || !is_plain(group.state))
            return not_understood(action, "has a group with bad fields");
        if (std::ranges::find(names, group.name) != names.end())
            found.push_back(group);
        return {};
    };
    for (std::size_t begin = 0; begin < names.size(); begin += groups_a_call) {
        // A filter, because a GroupName that does not exist fails the whole call.
        std::vector<Parameter> parameters{{"Filter.1.Name", "group-name"}};
        for (const auto& name : names.subspan(begin, std::min(groups_a_call, names.size() - begin)))
            parameters.emplace_back(fmt::format("Filter.1.Value.{}", parameters.size()), name);
        if (auto done = read_pages(client, action, "placementGroupSet", parameters, read); !done)
            return std::unexpected(done.error().error);
    }
    return found;
}

Result<bool> may_call(Client& client, const std::string& action) {
    const auto answer = client.call(action, {{"DryRun", "true"}});
    if (answer)
        return fail(Code::X208, "EC2 did {}, though it was asked for a dry run", action);
    if (answer.error().aws_code == "DryRunOperation")
        return true;
    if (answer.error().aws_code == "UnauthorizedOperation")
        return false;
    return std::unexpected(answer.error().error);
}

Result<std::vector<catalog::InstanceType>> efa_instance_types(Client& client) {
    std::vector<catalog::InstanceType> found;
    const auto done = read_pages(client, "DescribeInstanceTypes", "instanceTypeSet",
                                 {{"Filter.1.Name", "network-info.efa-supported"},
                                  {"Filter.1.Value.1", "true"},
                                  {"MaxResults", "100"}},
                                 [&](const pugi::xml_node& item) -> Result<void> {
                                     auto type = read_type(item);
                                     if (!type)
                                         return std::unexpected(type.error());
                                     found.push_back(std::move(*type));
                                     return {};
                                 });
    if (!done)
        return std::unexpected(done.error().error);
    return found;
}

Result<std::vector<SpotPrice>> spot_history(Client& client, std::span<const std::string> types,
                                            const std::string& since) {
    std::vector<Parameter> parameters{{"ProductDescription.1", "Linux/UNIX"}, {"StartTime", since}};
    for (std::size_t i = 0; i < types.size(); ++i)
        parameters.emplace_back(fmt::format("InstanceType.{}", i + 1), types[i]);
    std::vector<SpotPrice> found;
    const auto done =
        read_pages(client, "DescribeSpotPriceHistory", "spotPriceHistorySet", std::move(parameters),
                   [&](const pugi::xml_node& item) -> Result<void> {
                       auto price = read_spot_price(item);
                       if (!price)
                           return std::unexpected(price.error());
                       found.push_back(std::move(*price));
                       return {};
                   });
    if (!done)
        return std::unexpected(done.error().error);
    return found;
}

} // namespace fairlead::aws
