/// What is fuzzed: each function takes any bytes, and ends the program where a promise is broken.
#pragma once

#include <string_view>

namespace fairlead::fuzz {

/// The value of --efa-pin, as it is.
void request(std::string_view input);

/// A topology in hwloc's XML, then a step to plan on it; plan_step() says how.
void topology_xml(std::string_view input);

/// The same with a machine record.
void machine_record(std::string_view input);

/// Rules in YAML and, behind the last "\n--- ", a job; job.hpp says how. It is judged as it is
/// submitted and as it is an update.
void rules(std::string_view input);

/// What a job asks to be staged: the input as a #STAGE line, as an option's value, as a script, as
/// what the user's side sends, and as the controller's record.
void staging(std::string_view input);

/// A job description of Slurm's in lines, judged by rules with every action, as it is submitted and
/// as it is an update. In a library of its own, which needs libslurm.
void description(std::string_view input);

} // namespace fairlead::fuzz
