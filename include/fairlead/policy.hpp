/// The rules of a site: read from YAML, and what they make of a job.
///
/// The rules and fields are those of docs/policy.md, and the outcome is the one of slurmctld's
/// plugin and of `fairlead policy explain`, but for what comes after the rules there: fabric,
/// placement, staging and budgets are not judged here. Evaluating is a pure function: it reads no
/// file and asks nobody. Different threads may use the same Rules.
#pragma once

#include <fairlead/error.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairlead::api {

class Rules;
class Job;
struct Outcome;

/// What the rules make of the job, as enforce mode takes them, whatever the configuration says.
FAIRLEAD_API Outcome evaluate(const Rules& rules, const Job& job);

/// Rules in the order in which they are asked. Immutable; a copy shares what it holds.
class FAIRLEAD_API Rules {
  public:
    /// From the text of a file of rules (`schema: fairlead.policy/1`) or a configuration (`schema:
    /// fairlead.config/1`); `name` stands for it in messages. FL-X102, FL-X104, FL-X105, FL-X106.
    static Result<Rules> parse(std::string_view yaml, const std::filesystem::path& name);

    /// Those of a configuration, such as /etc/fairlead/fairlead.yaml, and of policy.d/*.yaml beside
    /// it. As parse, and FL-X101 or FL-X103 where a file cannot be read.
    static Result<Rules> load(const std::filesystem::path& configuration);

    std::vector<std::string> names() const;

  private:
    friend Outcome evaluate(const Rules& rules, const Job& job);
    struct Parts;
    explicit Rules(std::shared_ptr<const Parts> parts) : parts_(std::move(parts)) {}
    std::shared_ptr<const Parts> parts_;
};

/// A submission, or an update where `modify` is set to "true". What is not set is not asked for.
class FAIRLEAD_API Job {
  public:
    /// Sets a field by its name in rules ("partition", "time_limit", "gpus", "tres.gres/gpu:a100",
    /// "environment.OMP_NUM_THREADS") to a value as rules write it ("24h", "4G", "true", a comma
    /// list). A second call for the same field replaces the first. FL-X105 where no such field can
    /// be set, FL-X106 where the field does not take the value; the job is unchanged then.
    Result<void> set(std::string_view field, std::string_view value);

    /// All that was set, as it was written, in the order of setting.
    const std::vector<std::pair<std::string, std::string>>& fields() const { return fields_; }

  private:
    std::vector<std::pair<std::string, std::string>> fields_;
};

/// A field that rules change; a text is empty where the field is unset.
struct Change {
    std::string field, before, after;
};

struct Outcome {
    std::vector<std::string> fired; ///< names of the rules that held, or in an update may hold
    std::vector<Change> changes;    ///< of all rules together
    bool hold = false;              ///< queued until an operator releases it
    std::vector<Error> refusals; ///< FL-A201, FL-A202, FL-A203, FL-A204; empty: the job may go on
    std::vector<std::string> warnings;
    std::vector<Error> observed; ///< what rules with `mode: observe` would have done
};

} // namespace fairlead::api
