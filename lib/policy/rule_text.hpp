/// A rule as its file has it, in one line, for people.
#pragma once

#include <string>
#include <yaml-cpp/yaml.h>

namespace fairlead::policy {

/// "when: {partition: gpu, gpus: unset}, set: {qos: low}", without the name. Texts as they are, but
/// for the ends of their lines, which are blanks.
std::string text_of_rule(const YAML::Node& rule);

} // namespace fairlead::policy
