/// Where this release is, and where it keeps what a reboot may lose. A test names its own places.
#pragma once

#include "config/paths.hpp"

#include <filesystem>

namespace fairlead::prolog {

struct Installation {
    std::filesystem::path run = config::run_dir;
    std::filesystem::path program = config::cli_path; ///< `fairlead`
    std::filesystem::path catalog = config::catalog_path;
};

} // namespace fairlead::prolog
