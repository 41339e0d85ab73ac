/// slurmstepd's side: the gate and the plan of one step on one node.
#pragma once

#include "spank/abi.hpp"

namespace fairlead::spank {

/// Reads the words behind the plugin in plugstack.conf: `config=PATH` and `core=PATH`. An unknown
/// word is an error, because a misspelt one would silently do nothing.
int read_settings(int argc, char** argv);

/// As root, once: asks the gate when the prolog left a state for the job or the step requires EFA.
int step_opened(spank_t spank);

/// As the user, once: plans all local ranks when the step asks for it.
int step_planned(spank_t spank);

/// As the user, in each task: refuses it, or applies its row of the plan. Fails with -1.
int task_started(spank_t spank);

int step_closed();

} // namespace fairlead::spank
