/// A promise of the library that holds whatever the input is.
#pragma once

#include <cstdlib>
#include <fmt/core.h>

namespace fairlead::fuzz {

inline void promise(bool kept, const char* sentence) {
    if (kept)
        return;
    fmt::print(stderr, "broken promise: {}\n", sentence);
    std::abort();
}

} // namespace fairlead::fuzz
