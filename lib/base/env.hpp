/// A process environment, read without copying it.
#pragma once

#include <optional>
#include <string_view>

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

} // namespace fairlead
