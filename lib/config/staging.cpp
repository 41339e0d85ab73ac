#include "config/staging_reader.hpp"

namespace fairlead::config {
namespace {

Key number_key(const Reader& reader, std::string_view name, int least, int most, int& target) {
    return {name, [&reader, name, least, most, &target](const YAML::Node& node) -> Result<void> {
                const auto number = reader.number(node, name, least, most);
                if (!number)
                    return std::unexpected(number.error());
                target = *number;
                return {};
            }};
}

Result<void> read_profiles(const Reader& reader, const YAML::Node& node, Staging& staging) {
    return reader.entries(node, "staging.profiles",
                          [&](const std::string& name, const YAML::Node& value) -> Result<void> {
                              auto lines = reader.texts(value, "staging.profiles." + name);
                              if (!lines)
                                  return std::unexpected(lines.error());
                              staging.profiles[name] = std::move(*lines);
                              return {};
                          });
}

} // namespace

Result<void> read_staging(const Reader& reader, const YAML::Node& node, Staging& staging) {
    constexpr int least = 10, day = 86400, year = 366;
    const Key keys[] = {
        number_key(reader, "deadline", least, day, staging.deadline),
        number_key(reader, "keep", 1, year, staging.keep),
        {"profiles",
         [&](const YAML::Node& value) { return read_profiles(reader, value, staging); }},
        {"s3_endpoint",
         [&](const YAML::Node& value) -> Result<void> {
             auto text = reader.text(value, "staging.s3_endpoint");
             if (!text)
                 return std::unexpected(text.error());
             staging.s3_endpoint = std::move(*text);
             return {};
         }},
    };
    return reader.map(node, "staging", keys);
}

} // namespace fairlead::config
