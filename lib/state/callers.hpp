/// Names and Unix groups of users, so that admission never asks a directory service.
#pragma once

#include "base/error.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <sys/types.h>
#include <vector>

namespace fairlead::state {

struct Caller {
    std::string name;
    std::vector<std::string> groups; ///< the primary group first
    bool operator==(const Caller&) const = default;
};

using Callers = std::map<uid_t, Caller>;

/// Kept over a restart, and over `scontrol reconfigure`, which from 23.11 on starts a new process.
/// Empty where there is no file. FL-X202, FL-X203.
Result<Callers> read_callers(const std::filesystem::path& file);

/// Replaces the file. FL-X201.
Result<void> write_callers(const std::filesystem::path& file, const Callers& callers);

} // namespace fairlead::state
