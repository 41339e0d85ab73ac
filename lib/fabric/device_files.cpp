#include "fabric/device_files.hpp"

#include "base/files.hpp"
#include "base/unique_fd.hpp"
#include "base/words.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

namespace fairlead::fabric {
namespace fs = std::filesystem;
namespace {

/// "uverbs3", or empty.
std::string uverbs_of(const fs::path& root, const EfaDevice& device) {
    const fs::path folder = root / "sys/class/infiniband" / device.name / "device/infiniband_verbs";
    std::error_code error;
    for (fs::directory_iterator entry{folder, error}, end; !error && entry != end;
         entry.increment(error))
        if (const std::string name = entry->path().filename(); name.starts_with("uverbs"))
            return name;
    return {};
}

/// What is wrong with the file of a device; empty where nothing is.
std::string fault_of(const fs::path& root, const EfaDevice& device) {
    const std::string uverbs = uverbs_of(root, device);
    if (uverbs.empty())
        return "no uverbs device (is the module ib_uverbs loaded?)";
    const auto number = read_file(root / "sys/class/infiniband" / device.name /
                                      "device/infiniband_verbs" / uverbs / "dev",
                                  4096);
    const fs::path file = root / "dev/infiniband" / uverbs;
    const std::string shown = "/dev/infiniband/" + uverbs;
    struct stat info{};
    if (::stat(file.c_str(), &info) != 0)
        return fmt::format("{}: {}", shown, std::strerror(errno));
    const std::string found = fmt::format("{}:{}", major(info.st_rdev), minor(info.st_rdev));
    if (!S_ISCHR(info.st_mode) || (number && trimmed(*number) != found))
        return shown + " is not the device that sysfs names";
    const UniqueFd opened{::open(file.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
    return opened ? std::string{} : fmt::format("{}: {}", shown, std::strerror(errno));
}

} // namespace

Finding check_device_files(const fs::path& root, const std::vector<EfaDevice>& devices) {
    Finding finding{.check = "EFA device files", .found = "", .expected = "all open"};
    std::size_t good = 0;
    for (const EfaDevice& device : devices) {
        const std::string fault = fault_of(root, device);
        if (fault.empty())
            ++good;
        else if (!finding.error)
            finding.error = Error{Code::E206, fmt::format("efa: {}: {}", device.name, fault)};
    }
    finding.found = fmt::format("{} of {} open", good, devices.size());
    if (finding.error)
        finding.state = State::Failed;
    return finding;
}

} // namespace fairlead::fabric
