/* Loads an object as Slurm does and prints its name, type and version. With `fork` it starts the
 * plugin and forks a child that exits, as slurmctld does at reconfiguration. BEFORE is a plugin
 * that is loaded first. usage: load_object FILE plugin|core|fork [BEFORE] */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

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

/* In the child the plugin's thread is gone; whatever exit() runs there must not wait for it. */
static int fork_and_exit(void* object) {
    int (*start)(void);
    int (*stop)(void);
    int status = 0;
    pid_t child;
    *(void**)&start = dlsym(object, "init");
    *(void**)&stop = dlsym(object, "fini");
    if (!start || !stop || start() != 0)
        return 1;
    child = fork();
    if (child == 0)
        exit(0);
    alarm(20);
    if (waitpid(child, &status, 0) != child || status != 0)
        return 1;
    puts("the child ended");
    return stop();
}

int main(int argc, char** argv) {
    void* object;
    if (argc < 3 || argc > 4)
        return 2;
    if (argc == 4 && !dlopen(argv[3], RTLD_LAZY | RTLD_LOCAL)) {
        fprintf(stderr, "%s\n", dlerror());
        return 1;
    }
    object = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
    if (!object) {
        fprintf(stderr, "%s\n", dlerror());
        return 1;
    }
    if (strcmp(argv[2], "fork") == 0)
        return fork_and_exit(object);
    return strcmp(argv[2], "core") == 0 ? print_core(object) : print_plugin(object);
}
