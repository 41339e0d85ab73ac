#include "base/env.hpp"

namespace fairlead {

std::optional<std::string_view> EnvView::get(std::string_view name) const {
    for (const char* const* entry = entries_; entry && *entry; ++entry) {
        const std::string_view text = *entry;
        if (text.size() > name.size() && text[name.size()] == '=' && text.starts_with(name))
            return text.substr(name.size() + 1);
    }
    return std::nullopt;
}

} // namespace fairlead
