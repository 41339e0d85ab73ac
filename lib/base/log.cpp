#include "base/log.hpp"

#include <cstdio>
#include <syslog.h>

namespace fairlead::log {
namespace {

const char* program = nullptr;

int priority(Level level) {
    if (level == Level::Error)
        return LOG_ERR;
    return level == Level::Warning ? LOG_WARNING : LOG_INFO;
}

} // namespace

void open_syslog(const char* name) {
    program = name;
    ::openlog(name, LOG_PID, LOG_DAEMON);
}

void write(Level level, std::string_view line) {
    const int size = static_cast<int>(line.size());
    std::fprintf(stderr, "%s: %.*s\n", program ? program : "fairlead", size, line.data());
    if (program)
        ::syslog(priority(level), "%.*s", size, line.data());
}

void error(const Error& error) { write(Level::Error, to_string(error)); }

} // namespace fairlead::log
