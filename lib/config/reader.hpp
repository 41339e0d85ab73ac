/// A YAML document walked key by key: an unknown or doubled key and a value of the wrong kind are
/// errors with file:line:column.
#pragma once

#include "base/error.hpp"

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>
#include <yaml-cpp/yaml.h>

namespace fairlead::config {

/// One key of a map and what to do with its value.
struct Key {
    std::string_view name;
    std::function<Result<void>(const YAML::Node&)> read;
};

class Reader {
  public:
    /// `schema` is what the file must name at least, for the message about an empty one.
    Reader(const std::filesystem::path& file, std::string_view schema)
        : file_(file.native()), schema_(schema) {}

    /// FL-X104 when the text is not YAML, FL-X102 when it holds nothing.
    Result<YAML::Node> parse(std::string_view text) const;

    /// Calls the handler of each key; `where` names the map in messages ("partitions.hpc").
    Result<void> map(const YAML::Node& node, std::string_view where,
                     std::span<const Key> keys) const;

    /// Calls `read(name, value)` for each entry of a map whose keys are free names.
    Result<void>
    entries(const YAML::Node& node, std::string_view where,
            const std::function<Result<void>(const std::string&, const YAML::Node&)>& read) const;

    Result<std::string> text(const YAML::Node& node, std::string_view where) const;
    Result<std::filesystem::path> absolute_path(const YAML::Node& node,
                                                std::string_view where) const;
    Result<std::vector<std::string>> texts(const YAML::Node& node, std::string_view where) const;

    Result<int> number(const YAML::Node& node, std::string_view where, int least, int most) const;

    /// The index of the value among `words`.
    Result<std::size_t> word(const YAML::Node& node, std::string_view where,
                             std::span<const std::string_view> words) const;

    /// An error at the place of `node`: "file:line:column: message".
    std::unexpected<Error> error(Code code, const YAML::Node& node, std::string_view message) const;

  private:
    std::string at(const YAML::Mark& mark) const;
    std::string file_;
    std::string_view schema_;
};

} // namespace fairlead::config
