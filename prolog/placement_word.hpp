/// One node of a job asks where its nodes lie, and the others wait for what it says: no process of
/// the user starts on any of them before.
#pragma once

#include "state/placement_word.hpp"

#include <chrono>

namespace fairlead::prolog {

/// How patient a node is. A test has less time.
struct WordPatience {
    std::chrono::milliseconds shortest{5}, longest{500}; ///< between two looks
    /// Until another than the first node takes the question on: the first runs no prolog where
    /// salloc is followed by a step on others and PrologFlags lacks Alloc.
    std::chrono::milliseconds first_word{3000};
};

struct Hearing {
    enum class Kind { Said, Ours, Silence };
    Kind kind;
    std::optional<std::string> refusal{}; ///< where something was said
};

/// Waits for the word, ever more patiently and never at the same moment as others. Ours: this node
/// has taken the question on, the first of a job at once. Silence: nobody said anything in time.
Hearing hear_word(const std::filesystem::path& state_dir, const state::JobStart& start, bool first,
                  std::chrono::milliseconds time, const WordPatience& patience = {});

/// For the epilog: removes the word that this node said. What of it is on shared storage, in a
/// child with a deadline.
void forget_word(JobId job);

} // namespace fairlead::prolog
