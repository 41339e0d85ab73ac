/* The least that a SPANK plugin with as many options costs: what bench/launch measures beside ours.
 */
#include <stdint.h>
#include <stdlib.h>

#include <slurm/slurm_version.h>
#include <slurm/spank.h>

extern const char plugin_name[];
extern const char plugin_type[];
extern const unsigned int plugin_version;
extern const unsigned int spank_plugin_version;
const char plugin_name[] = "floor";
const char plugin_type[] = "spank";
const unsigned int plugin_version = SLURM_VERSION_NUMBER;
const unsigned int spank_plugin_version = 1;

static int on_option(int value, const char* argument, int remote) {
    (void)value, (void)argument, (void)remote;
    return 0;
}

int slurm_spank_init(spank_t spank, int argc, char** argv) {
    char name[] = "floor-a", argument[] = "A", usage[] = "nothing";
    (void)argc, (void)argv;
    for (int i = 0; i < 8; ++i) {
        struct spank_option option = {name, argument, usage, 1, i, on_option};
        name[6] = (char)('a' + i);
        if (spank_option_register(spank, &option) != ESPANK_SUCCESS)
            return -1;
    }
    return 0;
}
