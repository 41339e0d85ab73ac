#include "spank/settings.hpp"

#include "base/words.hpp"
#include "config/paths.hpp"
#include "pin/request.hpp"

namespace fairlead::spank {
namespace {

Settings given{.config_path = nullptr,
               .core_path = config::core_path,
               .off = false,
               .pin = {},
               .partitions = {}};

constexpr std::string_view config_key = "config=", core_key = "core=", step_key = "step=",
                           pin_key = "pin=", partition_key = "pin.";

std::unexpected<Error> unknown(std::string_view word) {
    return fail(
        Code::X105,
        "plugstack.conf: unknown word '{}'; expected config=PATH, core=PATH, step=PATH, off, "
        "pin=ARGS or pin.PARTITION=ARGS",
        printable(word));
}

Result<void> read_default(std::string_view word, std::string_view arguments, std::string& target) {
    if (arguments.empty())
        return fail(Code::X105, "plugstack.conf: '{}' says nothing; expected arguments such as on",
                    printable(word));
    const auto request = pin::parse_request(arguments);
    if (!request)
        return fail(Code::X105, "plugstack.conf: '{}': {}", printable(word),
                    request.error().message);
    if (request->dry_run || request->help)
        return fail(Code::X105, "plugstack.conf: '{}': steps that say nothing would run nothing",
                    printable(word));
    target = arguments;
    return {};
}

Result<void> read_partition(std::string_view word) {
    const std::size_t equals = word.find('=');
    const std::string_view name = word.substr(0, equals).substr(partition_key.size());
    if (equals == std::string_view::npos || name.empty())
        return unknown(word);
    return read_default(word, word.substr(equals + 1), given.partitions[std::string(name)]);
}

/// Paths end where Slurm's own string does, so they may be kept.
Result<void> read_word(const char* text) {
    const std::string_view word = text;
    if (word.starts_with(config_key))
        given.config_path = text + config_key.size();
    else if (word.starts_with(core_key))
        given.core_path = text + core_key.size();
    else if (word.starts_with(step_key))
        return {}; // the front's
    else if (word == "off")
        given.off = true;
    else if (word.starts_with(pin_key))
        return read_default(word, word.substr(pin_key.size()), given.pin);
    else if (word.starts_with(partition_key))
        return read_partition(word);
    else
        return unknown(word);
    return {};
}

} // namespace

const Settings& settings() { return given; }

Result<void> read_settings(int argc, char** argv) {
    for (int i = 0; i < argc; ++i)
        if (auto read = read_word(argv[i]); !read)
            return read;
    return {};
}

const std::string& pin_default(std::string_view partition) {
    const auto found = given.partitions.find(partition);
    return found == given.partitions.end() ? given.pin : found->second;
}

} // namespace fairlead::spank
