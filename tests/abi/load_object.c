/* Loads an object as Slurm does and prints its name, type and version.
 * usage: load_object FILE plugin|core */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "../../spank/core_abi.h"

static int print_plugin(void* object) {
    const char* name = dlsym(object, "plugin_name");
    const char* type = dlsym(object, "plugin_type");
    const uint32_t* version = dlsym(object, "plugin_version");
    if (!name || !type || !version) {
        fprintf(stderr, "plugin_name, plugin_type or plugin_version missing\n");
        return 1;
    }
    printf("%s\n%s\n0x%06x\n", name, type, (unsigned)*version);
    return 0;
}

static int print_core(void* object) {
    const fairlead_core_functions* (*entry)(void);
    *(void**)&entry = dlsym(object, FAIRLEAD_CORE_SYMBOL);
    if (!entry || entry()->abi != FAIRLEAD_CORE_ABI) {
        fprintf(stderr, "%s missing, or of another ABI\n", FAIRLEAD_CORE_SYMBOL);
        return 1;
    }
    printf("core ABI %u\n", (unsigned)entry()->abi);
    return 0;
}

int main(int argc, char** argv) {
    void* object;
    if (argc != 3)
        return 2;
    object = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
    if (!object) {
        fprintf(stderr, "%s\n", dlerror());
        return 1;
    }
    return strcmp(argv[2], "core") == 0 ? print_core(object) : print_plugin(object);
}
