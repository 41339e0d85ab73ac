/// What Slurm maps into every command and every step, twice each: the options and the entry points.
/// Nothing here needs the C++ library, whose mapping alone would cost more than a launch may. What
/// there is to do is done by spank-step.so, which is loaded when an option, FAIRLEAD_PIN, a default
/// in plugstack.conf or a mark of the prolog asks for it.

#include "config/paths.hpp"
#include "spank/abi.hpp"
#include "spank/option_table.hpp"
#include "spank/part_loader.hpp"
#include "spank/staged_script.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <unistd.h>

#define FAIRLEAD_EXPORT __attribute__((visibility("default")))

extern "C" {
FAIRLEAD_EXPORT extern const char plugin_name[] = "fairlead";
FAIRLEAD_EXPORT extern const char plugin_type[] = "spank";
FAIRLEAD_EXPORT extern const unsigned int plugin_version = fairlead::spank::built_for;
FAIRLEAD_EXPORT extern const unsigned int spank_plugin_version = 1;

FAIRLEAD_EXPORT int slurm_spank_init(spank_t spank, int argc, char** argv);
FAIRLEAD_EXPORT int slurm_spank_init_post_opt(spank_t spank, int argc, char** argv);
FAIRLEAD_EXPORT int slurm_spank_user_init(spank_t spank, int argc, char** argv);
FAIRLEAD_EXPORT int slurm_spank_task_init(spank_t spank, int argc, char** argv);
FAIRLEAD_EXPORT int slurm_spank_exit(spank_t spank, int argc, char** argv);
}

namespace fairlead::spank {
namespace {

/// One command, or one step on one node; tasks inherit it through fork.
struct Front {
    int argc = 0;
    char** argv = nullptr; ///< the words behind the plugin in plugstack.conf; Slurm keeps them
    const fairlead_step_functions* part = nullptr;
    Sentence missing{}; ///< why it is not there though it is needed
};

constinit Front front;

constexpr const char* core_key = "core=";
constexpr const char* step_key = "step=";
constexpr const char* config_key = "config=";
constexpr const char* off_word = "off";
constexpr const char* pin_variable = "FAIRLEAD_PIN";

bool starts_with(const char* text, const char* key) {
    return std::strncmp(text, key, std::strlen(key)) == 0;
}

bool in_step() { return spank_context() == S_CTX_REMOTE; }

bool takes_options() {
    const spank_context_t context = spank_context();
    return context == S_CTX_LOCAL || context == S_CTX_ALLOCATOR || context == S_CTX_REMOTE;
}

const char* step_path() {
    const char* path = config::step_path;
    for (int i = 0; i < front.argc; ++i)
        if (starts_with(front.argv[i], step_key))
            path = front.argv[i] + std::strlen(step_key);
    return path;
}

/// Whether it is there; it is looked for once. What its settings are wrong about ends a command.
bool load_part() {
    if (front.part || front.missing.text[0] != '\0')
        return front.part;
    front.part = load_step_part(step_path(), front.missing);
    return front.part;
}

/// -1 on the user's side, where a command can end and say why. On a node the step is refused in
/// task_init: a failure any earlier would drain the node.
int without_part() {
    if (in_step() || spank_context() == S_CTX_JOB_SCRIPT)
        return 0;
    slurm_error("fairlead: %s", front.missing.text);
    return failed;
}

/// Paths, and that nothing is to be done, mean nothing until something asks for the part.
bool has_other_words() {
    for (int i = 0; i < front.argc; ++i) {
        const char* word = front.argv[i];
        if (!starts_with(word, config_key) && !starts_with(word, core_key) &&
            !starts_with(word, step_key) && std::strcmp(word, off_word) != 0)
            return true;
    }
    return false;
}

/// The part, told the settings; null where it is missing or they are wrong, `answer` being the
/// caller's then.
const fairlead_step_functions* ready_part(int& answer) {
    const bool loaded_before = front.part;
    if (!load_part()) {
        answer = without_part();
        return nullptr;
    }
    answer = loaded_before ? 0 : front.part->init(front.argc, front.argv);
    return answer == 0 ? front.part : nullptr;
}

int on_option(int index, const char* argument, int remote) {
    int answer = 0;
    const auto* part = ready_part(answer);
    return part ? part->option(index, argument, remote) : answer;
}

std::uint32_t number_item(spank_t spank, spank_item_t item) {
    std::uint32_t value = 0;
    return spank_get_item(spank, item, &value) == ESPANK_SUCCESS ? value : 0;
}

bool is_extern(spank_t spank) { return number_item(spank, S_JOB_STEPID) == extern_step; }

/// What the prolog says about the job on this node is in the names of its files.
bool prolog_left(std::uint32_t job, const char* name) {
    char path[64];
    std::snprintf(path, sizeof path, "%s/jobs/%u/%s", config::run_dir, job, name);
    return ::access(path, F_OK) == 0;
}

bool prolog_refused(spank_t spank) {
    const std::uint32_t job = number_item(spank, S_JOB_ID);
    return job != 0 && !is_extern(spank) &&
           (prolog_left(job, "refused.json") || prolog_left(job, "unstaged.json"));
}

/// Whether the job's data may be missing here.
bool lacks_data(spank_t spank) {
    const std::uint32_t job = number_item(spank, S_JOB_ID);
    return job != 0 && !is_extern(spank) && script_stages_in(spank) &&
           !prolog_left(job, "staged.json");
}

bool step_has_pin_variable(spank_t spank) {
    char value[2]{};
    const spank_err_t answer = spank_getenv(spank, pin_variable, value, sizeof value);
    return answer == ESPANK_NOSPACE || (answer == ESPANK_SUCCESS && value[0] != '\0');
}

bool command_has_pin_variable() {
    return std::getenv(pin_variable); // NOLINT(concurrency-mt-unsafe): srun's main thread
}

int initialised(spank_t spank) {
    int answer = 0;
    if (has_other_words() && !ready_part(answer) && !in_step())
        return answer;
    if (!takes_options())
        return 0;
    const int registered = register_options(spank, on_option);
    return in_step() ? 0 : registered;
}

/// No code of the user runs in an extern step, and without it the job would not run at all.
int refuse_task(spank_t spank) {
    if (front.missing.text[0] == '\0' || is_extern(spank))
        return 0;
    if (number_item(spank, S_TASK_ID) == 0)
        slurm_spank_log("fairlead: %s", front.missing.text);
    return failed;
}

} // namespace
} // namespace fairlead::spank

using namespace fairlead::spank;

int slurm_spank_init(spank_t spank, int argc, char** argv) {
    static bool called_before = false; // the same line twice in plugstack.conf
    if (called_before)
        return 0;
    called_before = true;
    front.argc = argc;
    front.argv = argv;
    return initialised(spank);
}

int slurm_spank_init_post_opt(spank_t spank, int, char**) {
    int answer = 0;
    if (in_step()) {
        if (lacks_data(spank) || front.part || prolog_refused(spank))
            if (const auto* part = ready_part(answer))
                return part->step_opened(spank);
        return answer;
    }
    if (takes_options() && (front.part || command_has_pin_variable()))
        if (const auto* part = ready_part(answer))
            return part->command_started(spank);
    return answer;
}

int slurm_spank_user_init(spank_t spank, int, char**) {
    int answer = 0;
    if (in_step() && (front.part || step_has_pin_variable(spank)))
        if (const auto* part = ready_part(answer))
            return part->step_planned(spank);
    return answer;
}

int slurm_spank_task_init(spank_t spank, int, char**) {
    return front.part ? front.part->task_started(spank) : refuse_task(spank);
}

int slurm_spank_exit(spank_t, int, char**) { return front.part ? front.part->step_closed() : 0; }
