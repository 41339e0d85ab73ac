/// Which instance was which node, and when: what AWS bills, whether a job was there or not.
#pragma once

#include "cost/clock.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fairlead::cost {

struct Instance {
    std::string id{};   ///< "i-0abc"
    std::string node{}; ///< its name in Slurm
    Time launched{};
    std::optional<Time> ready{}; ///< when its node could take jobs; empty: not known
    std::optional<Time> ended{}; ///< empty: it still runs
    bool reclaimed = false;      ///< AWS took a spot instance back
};

class Instances {
  public:
    /// CSV with `instance`, `node`, `launched` and `ended`, and where known `ready` and
    /// `state_reason`, EC2's code (Server.SpotInstanceTermination and Server.SpotInstanceShutdown
    /// are AWS taking it back). Two that are one node at the same time are an error. FL-C110.
    static Result<Instances> parse(std::string_view csv, std::string_view file);
    static Result<Instances> load(const std::filesystem::path& file);

    const std::vector<Instance>& all() const { return all_; }

    /// Index into all() of the instance that a node was from `from` to `to`: of several the one
    /// that was it for longest, the first of equals. Nothing where none was.
    std::optional<std::size_t> at(std::string_view node, Time from, Time to) const;

  private:
    Result<void> add(const class CsvRow& row, std::string_view file);
    Result<void> sort(std::string_view file);

    std::vector<Instance> all_{};
    std::map<std::string, std::size_t, std::less<>> ids_{};
    std::map<std::string, std::vector<std::size_t>, std::less<>> of_node_{}; ///< by launch
};

} // namespace fairlead::cost
