/// Where the sources are, for tests that read what ships. In a file of its own, so that the others
/// compile alike in every checkout and a compiler cache serves them all.
#pragma once

#include <filesystem>

namespace fairlead::test {

std::filesystem::path source_dir();

} // namespace fairlead::test
