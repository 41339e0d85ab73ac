#include "prolog/placement_program.hpp"

#include "base/files.hpp"
#include "config/config.hpp"
#include "config/paths.hpp"

#include <unistd.h>

namespace fairlead::prolog {
namespace {

/// What the program needs of this prolog's own environment.
std::vector<std::string> job_environment() {
    auto env = plain_environment();
    for (char** entry = environ; *entry; ++entry) {
        const std::string_view text = *entry;
        if (text.starts_with("SLURM_JOB_") || text.starts_with("SLURM_NODELIST=") ||
            text.starts_with("SPANK_"))
            env.emplace_back(text);
    }
    return env;
}

Result<ChildResult> run(Code code, const Arguments& arguments, std::vector<std::string> words,
                        std::chrono::milliseconds time) {
    if (auto trusted = check_trusted(config::placement_check_path); !trusted)
        return std::unexpected(trusted.error());
    std::vector<std::string> argv{config::placement_check_path, "--config",
                                  arguments.config_path ? arguments.config_path
                                                        : config::default_path,
                                  "--first-node", std::to_string(time.count())};
    argv.insert(argv.end(), words.begin(), words.end());
    return run_child(code, argv, job_environment(), time);
}

} // namespace

Result<ChildResult> judge_by_program(const Arguments& arguments, std::chrono::milliseconds time) {
    return run(Code::E221, arguments, {}, time);
}

Result<void> end_by_program(const Arguments& arguments, const std::string& sentence,
                            std::chrono::milliseconds time) {
    const auto ended = run(Code::E224, arguments, {"--end", sentence}, time);
    return ended ? Result<void>{} : std::unexpected(ended.error());
}

} // namespace fairlead::prolog
