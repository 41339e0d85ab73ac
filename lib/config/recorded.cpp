#include "config/recorded.hpp"

#include "base/files.hpp"
#include "config/config.hpp"
#include "config/paths.hpp"

#include <nlohmann/json.hpp>

namespace fairlead::config {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::json;

constexpr std::string_view schema = "fairlead.step_config/1";

/// Defaults differ between releases.
Json key_of(const fs::path& path, std::string_view text) {
    return {{"schema", schema}, {"release", version}, {"path", path.native()}, {"text", text}};
}

std::optional<StepConfig> decode(const std::string& record, const Json& key) {
    const Json json = Json::parse(record, nullptr, false);
    if (!json.is_object())
        return std::nullopt;
    for (const auto& [name, value] : key.items())
        if (!json.contains(name) || json[name] != value)
            return std::nullopt;
    return StepConfig{json.at("state_dir").get<std::string>(),
                      json.at("catalog").get<std::string>(), json.at("ranks_per_nic")};
}

std::optional<StepConfig> recorded_of(const fs::path& record, const Json& key) {
    const auto text = read_file(record);
    if (!text)
        return std::nullopt;
    try {
        return decode(*text, key);
    } catch (const Json::exception&) {
        return std::nullopt;
    }
}

} // namespace

fs::path step_file(const fs::path& run) { return run / "config.json"; }

std::string encode(const fs::path& path, std::string_view text, const StepConfig& config) {
    Json json = key_of(path, text);
    json["state_dir"] = config.state_dir.native();
    json["catalog"] = config.catalog.native();
    json["ranks_per_nic"] = config.ranks_per_nic;
    return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::optional<StepConfig> recorded(const fs::path& run, const char* path) {
    const fs::path file = path ? path : default_path;
    const auto text = read_file(file);
    if (!text && !path && text.error().code == Code::X101)
        return StepConfig{Config{}.state_dir, Config{}.catalog, Config{}.ranks_per_nic};
    if (!text || !check_trusted(file) || !check_trusted(step_file(run)))
        return std::nullopt;
    auto config = recorded_of(step_file(run), key_of(file, *text));
    if (config && !config->catalog.empty() && !check_trusted(config->catalog))
        return std::nullopt;
    return config;
}

} // namespace fairlead::config
