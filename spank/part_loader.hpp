/// Finds and loads spank-step.so. Part of the front: no C++ library.
#pragma once

#include "spank/step_abi.h"

#include <cstddef>

namespace fairlead::spank {

struct Sentence {
    char text[512];
};

/// Checks `path` as check_trusted of base/files.hpp does; null with a sentence that ends in
/// FL-P203.
const fairlead_step_functions* load_step_part(const char* path, Sentence& sentence);

} // namespace fairlead::spank
