#include "source_dir.hpp"

namespace fairlead::test {

std::filesystem::path source_dir() { return FAIRLEAD_SOURCE_DIR; }

} // namespace fairlead::test
