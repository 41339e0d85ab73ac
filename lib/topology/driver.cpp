#include "topology/driver.hpp"

#include "base/child.hpp"
#include "base/files.hpp"
#include "base/words.hpp"

#include <array>
#include <charconv>

namespace fairlead::topology {
namespace {

constexpr auto fi_info_deadline = std::chrono::seconds(2);
constexpr std::array fi_infos{"opt/amazon/efa/bin/fi_info", "usr/bin/fi_info"};

/// The value of a line "Name:   value".
std::string_view field(std::string_view text, std::string_view name) {
    for (const std::string_view line : split(text, '\n'))
        if (line.starts_with(name) && line.substr(name.size()).starts_with(':'))
            return trimmed(line.substr(name.size() + 1));
    return {};
}

int number(std::string_view text) {
    int value = -1;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && stop == text.data() + text.size() ? value : -1;
}

/// The driver writes question marks until it has opened the GPU once.
std::string_view uuid_in(std::string_view text) {
    const std::string_view uuid = field(text, "GPU UUID");
    return uuid.contains('?') ? std::string_view{} : uuid;
}

} // namespace

void add_gpu_identities(const std::filesystem::path& root, Machine& machine) {
    for (Device& gpu : machine.gpus) {
        const auto text =
            read_file(root / "proc/driver/nvidia/gpus" / gpu.pci / "information", 4096);
        if (!text)
            continue;
        gpu.uuid = uuid_in(*text);
        gpu.minor = number(field(*text, "Device Minor"));
    }
}

std::string libfabric_version(const std::filesystem::path& root) {
    for (const char* program : fi_infos) {
        const auto path = root / program;
        std::error_code missing;
        if (!std::filesystem::exists(path, missing) || !check_trusted(path))
            continue;
        const auto answer = run_child(Code::P204, {path.native(), "--version"},
                                      {"PATH=/usr/bin:/bin"}, fi_info_deadline);
        return answer ? std::string(field(answer->output, "libfabric")) : std::string{};
    }
    return {};
}

} // namespace fairlead::topology
