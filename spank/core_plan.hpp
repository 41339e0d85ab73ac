/// The plan of a step and the rows of its tasks, whoever found out the machine.
#pragma once

#include "base/error.hpp"
#include "base/guarded.hpp"
#include "pin/environment.hpp"
#include "pin/gpus.hpp"
#include "pin/plan.hpp"
#include "spank/core_abi.h"

#include <cstdio>
#include <memory>

namespace fairlead::spank {

/// What a fairlead_row borrows.
struct Row {
    std::vector<unsigned char> mask{};
    std::vector<pin::Variable> variables{};
    std::vector<const char*> replacing{}, filling{}; ///< names and values, of `variables`
};

} // namespace fairlead::spank

/// One step on one node; every task reads its own row of it after the fork.
struct fairlead_plan {
    fairlead::topology::Machine machine;
    fairlead::pin::Request request;
    fairlead::pin::VisibleGpus gpus;
    fairlead::pin::Plan plan;
    std::vector<fairlead::pin::Variable> shared; ///< by all tasks
    bool wants_report;
    std::vector<std::string> report{}; ///< of the task that speaks

    /// By local id, made before the fork: a page that a task writes first costs it a fault.
    std::vector<fairlead::spank::Row> rows{};
    fairlead::spank::Row other{}; ///< of what is shared, and of a rank that Slurm gave other GPUs
};

namespace fairlead::spank {

/// Ends at the sentence's size.
void say(fairlead_sentence& sentence, const std::string& text);

/// FAIRLEAD_REFUSED.
int refuse(fairlead_sentence& sentence, const Error& error);

/// As pin::plan(); `mem:` yields to --mem-bind, FL-P205 where the request is strict.
Result<std::unique_ptr<fairlead_plan>> plan_of(const fairlead_step& step, pin::Request request,
                                               int ranks_per_nic, topology::Machine machine);

// What fairlead_core_functions says; the memory policy is the caller's.
int give_shared(fairlead_plan& plan, fairlead_row& row);
int begin_task(fairlead_plan& plan, const char* tres_bind, bool speaks,
               fairlead_sentence& sentence);
int give_row(fairlead_plan& plan, std::size_t local_id, const char* visible, fairlead_row& row,
             fairlead_sentence& sentence);
const char* report_line(const fairlead_plan* plan, std::size_t index);
void release(fairlead_plan* plan);

/// Nobody hears a report from here: the caller turns it into a refusal with FL-P203.
inline void unheard(const char*, const char*) noexcept {}

/// Our own fault refuses the step that asked, in its own words, and hurts nobody else.
template <class F>
int answered(const char* where, fairlead_sentence* sentence, F&& f) noexcept {
    constexpr int fault = -1;
    const int answer = guarded(where, fault, unheard, std::forward<F>(f));
    if (answer != fault)
        return answer;
    std::snprintf(sentence->text, sizeof sentence->text,
                  "Fairlead met a fault of its own in %s; drop the option to run without it "
                  "[FL-P203]",
                  where);
    return FAIRLEAD_REFUSED;
}

} // namespace fairlead::spank
