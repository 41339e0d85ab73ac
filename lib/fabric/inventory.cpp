#include "fabric/inventory.hpp"

#include "base/files.hpp"
#include "base/words.hpp"

#include <algorithm>
#include <charconv>
#include <tuple>

namespace fairlead::fabric {
namespace fs = std::filesystem;
namespace {

std::string link_target_name(const fs::path& link) {
    std::error_code error;
    const fs::path target = fs::read_symlink(link, error);
    return error ? std::string{} : target.filename().native();
}

/// The number in a sysfs file such as "0x1d0f"; -1 where there is none.
int hex_number(const fs::path& file) {
    const auto text = read_file(file, 4096);
    const std::string_view digits = text ? trimmed(*text) : std::string_view{};
    int value = -1;
    if (digits.starts_with("0x"))
        std::from_chars(digits.data() + 2, digits.data() + digits.size(), value, 16);
    return value;
}

/// The known device ids are 0xefa0 to 0xefa4; a later one that the driver took is an EFA as well.
bool is_efa(const fs::path& device) {
    constexpr int amazon = 0x1d0f, family = 0xefa0, family_mask = 0xfff0;
    const int id = hex_number(device / "device");
    return link_target_name(device / "driver") == "efa" && id >= 0 &&
           hex_number(device / "vendor") == amazon && (id & family_mask) == family;
}

} // namespace

Result<std::vector<EfaDevice>> efa_devices(const fs::path& root) {
    const fs::path folder = root / "sys/class/infiniband";
    std::vector<EfaDevice> devices;
    std::error_code error;
    fs::directory_iterator entry{folder, error};
    if (error == std::errc::no_such_file_or_directory)
        return devices;
    for (; !error && entry != fs::directory_iterator{}; entry.increment(error)) {
        const fs::path device = entry->path() / "device";
        if (is_efa(device))
            devices.push_back({entry->path().filename().native(), link_target_name(device)});
    }
    if (error)
        return fail(Code::E204, "cannot list {}: {}", folder.native(), error.message());
    std::ranges::sort(devices, {},
                      [](const EfaDevice& efa) { return std::tie(efa.pci, efa.name); });
    return devices;
}

} // namespace fairlead::fabric
