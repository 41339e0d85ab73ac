/// slurmstepd's side: the gate and the plan of one step on one node.
#pragma once

#include "base/error.hpp"
#include "spank/abi.hpp"

namespace fairlead::spank {

/// No task of this step may run here, for this reason. A failure any earlier than in task_init
/// would drain the node.
void refuse_step(const Error& error);

/// A fault of our own in `where`: steps that asked for something are refused, others run.
int step_faulted(const char* where);

/// On the user's side: refuses a FAIRLEAD_PIN that cannot be read, and sends what is staged along
/// with the job. Fails with -1.
int command_started(spank_t spank);

/// As root, once: asks the gate when the prolog left a state for the job or the step requires EFA.
int step_opened(spank_t spank);

/// As the user, once: plans all local ranks when the step asks for it.
int step_planned(spank_t spank);

/// As the user, in each task: refuses it, or applies its row of the plan. Fails with -1.
int task_started(spank_t spank);

int step_closed();

} // namespace fairlead::spank
