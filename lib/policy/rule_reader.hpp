/// Rules in YAML: the list `policy` of fairlead.yaml, and the files of policy.d beside it.
///
///     policy:
///       - name: gpu-needs-gpus
///         when: {partition: gpu, gpus: unset, modify: false}
///         reject: "partition {partition} is for jobs with GPUs: add --gpus=1"
///
/// Keys of a rule: name; when (without it the rule is for every job); default, set, route, append
/// and cap: {field: value}; require: [field] or {field: message}; hold: true; warn and reject: a
/// message; stop: true; mode: observe. Messages and values that are text may name fields in braces.
#pragma once

#include "base/error.hpp"
#include "policy/rule.hpp"

#include <filesystem>
#include <string_view>
#include <vector>

namespace fairlead::policy {

using Rules = std::vector<Rule>;

/// The rules of one text: a configuration (`schema: fairlead.config/1`), whose other keys are left
/// to others, or a file of rules (`schema: fairlead.policy/1`). FL-X102, X104, X105, X106.
Result<Rules> parse_rules(std::string_view text, const std::filesystem::path& path);

/// The configuration, and policy.d/*.yaml beside it by name. FL-X103.
Result<std::vector<std::filesystem::path>> rule_files(const std::filesystem::path& config);

/// Those of the configuration and of policy.d/*.yaml beside it, by name. A name must be unique.
Result<Rules> load_rules(const std::filesystem::path& config);

/// Those of these files, in their order.
Result<Rules> load_rules(std::span<const std::filesystem::path> files);

} // namespace fairlead::policy
