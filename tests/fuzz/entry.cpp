/// libFuzzer's entry to the target that the build names.

#include "targets.hpp"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fairlead::fuzz::FAIRLEAD_FUZZ_TARGET({reinterpret_cast<const char*>(data), size});
    return 0;
}
