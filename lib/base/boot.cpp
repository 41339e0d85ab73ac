#include "base/boot.hpp"

#include "base/files.hpp"
#include "base/words.hpp"

namespace fairlead {

std::string boot_id() {
    const auto text = read_file("/proc/sys/kernel/random/boot_id", 4096);
    return text ? std::string(trimmed(*text)) : std::string{};
}

} // namespace fairlead
