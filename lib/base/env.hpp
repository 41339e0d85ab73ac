/// A process environment as a value: read through EnvView, changed by applying an EnvPatch once.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fairlead {

/// Reads a null-terminated array of "NAME=value" that somebody else owns.
class EnvView {
  public:
    explicit EnvView(const char* const* entries) : entries_(entries) {}

    /// The value of the first entry of that name.
    std::optional<std::string_view> get(std::string_view name) const;

  private:
    const char* const* entries_;
};

struct EnvChange {
    std::string name;
    std::string value;
    bool overwrite; ///< false fills a variable only where the user has not set it
};

using EnvPatch = std::vector<EnvChange>;

} // namespace fairlead
