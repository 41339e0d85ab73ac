#include "aws/imds.hpp"

#include <nlohmann/json.hpp>

namespace fairlead::aws {
namespace {

std::optional<std::string> document_field(const std::string& document, const char* name) {
    const auto json = nlohmann::json::parse(document, nullptr, false);
    if (!json.is_object() || !json.contains(name) || !json[name].is_string())
        return std::nullopt;
    return json[name].get<std::string>();
}

} // namespace

Result<InstanceFacts> instance_facts(const std::string& endpoint,
                                     std::chrono::milliseconds deadline) {
    auto imds = ImdsSession::open(endpoint, deadline);
    if (!imds)
        return std::unexpected(imds.error());
    InstanceFacts facts;
    facts.availability_zone =
        imds->read_if_possible("/latest/meta-data/placement/availability-zone");
    facts.lifecycle = imds->read_if_possible("/latest/meta-data/instance-life-cycle");
    if (const auto document = imds->read_if_possible("/latest/dynamic/instance-identity/document"))
        facts.launch_time = document_field(*document, "pendingTime");
    return facts;
}

} // namespace fairlead::aws
