#include "fabric/instance.hpp"

#include "base/files.hpp"
#include "base/words.hpp"

namespace fairlead::fabric {

Instance this_instance(const std::filesystem::path& root) {
    const auto dmi = [&](const char* name) {
        const auto text = read_file(root / "sys/devices/virtual/dmi/id" / name, 4096);
        return text ? std::string(trimmed(*text)) : std::string{};
    };
    Instance instance{dmi("product_name"), dmi("board_asset_tag")};
    if (!instance.id.starts_with("i-"))
        instance.id.clear();
    return instance;
}

} // namespace fairlead::fabric
