/// Cases of a site's rules: submissions and what must come of them.
///
///     schema: fairlead.policy-test/1
///     rules: [../gpu.yaml]              # beside this file; without it the configuration in use
///     cases:
///       - name: the gpu partition wants GPUs
///         submit: sbatch -p gpu --wrap=true    # or fields: {partition: gpu, time_limit: 2h}
///         user: ada                            # and groups, script, environment, modify
///         expect: {refuse: gpu-partition-needs-gpus}
///
/// `expect` takes refuse: a code or the name of a rule; set: {field: value}, the job in the end;
/// warn: a regular expression. Without `refuse` the job must be accepted.
#pragma once

#include "base/error.hpp"
#include "policy/admit.hpp"
#include "policy/fields.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace re2 {
class RE2;
}

namespace fairlead::submit {

using FieldValue = std::pair<policy::FieldRef, std::string>;

struct Expectation {
    std::string refuse{};
    std::vector<FieldValue> set{}; ///< values as messages show them; empty for unset
    std::optional<bool> hold{};
    std::shared_ptr<const re2::RE2> warn{};
};

struct Case {
    std::string name{};
    std::string place{}; ///< "file:line:column"
    std::string line{};  ///< the command, or empty for `fields`
    std::vector<FieldValue> fields{};
    std::string user = "user";
    std::vector<std::string> groups{"users"};
    std::string script = "#!/bin/sh\n"; ///< whatever name the command gives it
    std::vector<std::string> environment{};
    bool modify = false;
    Expectation expect{};
};

struct CaseFile {
    std::vector<std::filesystem::path> rules; ///< empty: those of the configuration
    std::vector<Case> cases;
};

/// FL-X102, X104, X105, X106.
Result<CaseFile> parse_cases(std::string_view text, const std::filesystem::path& path);

/// What differs from what is expected, in sentences; nothing where the case passes. The rules are
/// taken as in enforce mode, so that a site tests them before they are.
std::vector<std::string> judge(const Case& one, const policy::Snapshot& snapshot,
                               std::uint32_t release);

} // namespace fairlead::submit
