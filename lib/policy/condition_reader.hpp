/// The `when` of a rule in YAML.
///
///     when:
///       partition: [gpu, gpu-*]      # one of them; * and ? are globs
///       time_limit: "> 24h"          # also >=, <, <=, 4..8, 4.., ..8
///       account: unset               # or set
///       qos: {not: high}
///       script: {regex: "^#SBATCH .*--mem=0"}
///       any: [{gpus: unset}, {not: {interactive: true}}]
///
/// All parts of a map must hold; `all` and `any` take lists of maps, `not` a map.
#pragma once

#include "config/reader.hpp"
#include "policy/rule.hpp"

namespace fairlead::policy {

/// FL-X105, FL-X106.
Result<Condition> read_condition(const config::Reader& reader, const YAML::Node& node);

} // namespace fairlead::policy
