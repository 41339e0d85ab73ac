#include "spank/part_loader.hpp"

#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <sys/stat.h>

namespace fairlead::spank {
namespace {

/// A link is as safe as where it lies and what is behind it, which are checked as well.
bool only_root_writes(const char* path) {
    struct stat status{};
    if (::lstat(path, &status) != 0 || status.st_uid != 0)
        return false;
    const bool sticky_folder = S_ISDIR(status.st_mode) && (status.st_mode & S_ISVTX);
    return S_ISLNK(status.st_mode) || sticky_folder || !(status.st_mode & (S_IWGRP | S_IWOTH));
}

/// The path and every folder above it.
bool chain_is_roots(const char* path) {
    char part[PATH_MAX];
    const std::size_t size = std::strlen(path) + 1;
    if (size > sizeof part || !only_root_writes("/"))
        return false;
    std::memcpy(part, path, size);
    for (char* at = std::strchr(part + 1, '/'); at; at = std::strchr(at + 1, '/')) {
        *at = '\0';
        if (!only_root_writes(part))
            return false;
        *at = '/';
    }
    return only_root_writes(part);
}

bool trusted(const char* path) {
    char real[PATH_MAX];
    return path[0] == '/' && ::realpath(path, real) && chain_is_roots(path) && chain_is_roots(real);
}

void say(Sentence& sentence, const char* format, const char* path, const char* why) {
    std::snprintf(sentence.text, sizeof sentence.text, format, path, why);
}

} // namespace

const fairlead_step_functions* load_step_part(const char* path, Sentence& sentence) {
    if (!trusted(path)) {
        say(sentence, "%s is not loaded%s [FL-P203]", path,
            ": root alone must be able to write to it and to the folders above it; reinstall "
            "Fairlead");
        return nullptr;
    }
    void* handle = ::dlopen(path, RTLD_LAZY | RTLD_LOCAL);
    if (!handle) {
        say(sentence, "%s is not loaded: %s [FL-P203]", path, ::dlerror());
        return nullptr;
    }
    using Entry = const fairlead_step_functions* (*)();
    const auto entry = reinterpret_cast<Entry>(::dlsym(handle, FAIRLEAD_STEP_SYMBOL));
    const auto* functions = entry ? entry() : nullptr;
    if (functions && functions->abi == FAIRLEAD_STEP_ABI)
        return functions;
    say(sentence, "%s is of another release%s [FL-P203]", path, "; reinstall Fairlead");
    return nullptr;
}

} // namespace fairlead::spank
