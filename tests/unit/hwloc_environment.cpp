// As in the command: hwloc's plugins are third-party code that leaks, and libxml, which is one of
// them, reads other documents than hwloc itself.
#include <cstdlib>

namespace {

const bool tamed = [] {
    ::setenv("HWLOC_PLUGINS_PATH", "/nonexistent", 1);
    return ::setenv("HWLOC_LIBXML", "0", 1) == 0;
}();

} // namespace
