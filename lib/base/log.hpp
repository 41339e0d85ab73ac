/// Where the programs at the edge print: standard error for people, syslog for what slurmd runs.
#pragma once

#include "base/error.hpp"

#include <string_view>

namespace fairlead::log {

enum class Level { Info, Warning, Error };

/// From now on lines go to syslog under `name` as well as to standard error.
void open_syslog(const char* name);

void write(Level level, std::string_view line);
void error(const Error& error);

} // namespace fairlead::log
