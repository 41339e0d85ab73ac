/// Fields of a job set by name, as a test of rules writes them.
#pragma once

#include "policy/fields.hpp"

#include <string>
#include <vector>

namespace fairlead::submit {

/// Puts the text into the field: "4G", "2-0", "true", "a,b". False where it is no value of it.
/// `environment` takes entries of environment.NAME; the request borrows the text of a script.
bool set_field(const policy::FieldRef& ref, const std::string& text, policy::JobRequest& request,
               std::vector<std::string>& environment);

/// The text as messages show the value: "2h" of a time is "02:00:00"; as it is where it is none.
std::string usual_form(const policy::FieldRef& ref, const std::string& text);

} // namespace fairlead::submit
