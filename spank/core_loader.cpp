#include "spank/core_loader.hpp"

#include "base/files.hpp"

#include <dlfcn.h>

namespace fairlead::spank {

Result<const fairlead_core_functions*> load_core(const std::string& path) {
    if (auto trusted = check_trusted(path); !trusted)
        return fail(Code::P203, "the planning part is not loaded: {}", trusted.error().message);
    // The part itself is linked to bind at once; its libraries need not, which costs 0.25 ms.
    void* handle = ::dlopen(path.c_str(), RTLD_LAZY | RTLD_LOCAL);
    if (!handle)
        return fail(Code::P203, "the planning part is not loaded: {}", ::dlerror());
    using Entry = const fairlead_core_functions* (*)();
    const auto entry = reinterpret_cast<Entry>(::dlsym(handle, FAIRLEAD_CORE_SYMBOL));
    const auto* functions = entry ? entry() : nullptr;
    if (!functions || functions->abi != FAIRLEAD_CORE_ABI)
        return fail(Code::P203, "{} is of another release; reinstall Fairlead on the node", path);
    return functions;
}

std::string recorded_path(std::string_view core_path) {
    return std::string(core_path.substr(0, core_path.find_last_of('/') + 1)) + "spank-recorded.so";
}

} // namespace fairlead::spank
