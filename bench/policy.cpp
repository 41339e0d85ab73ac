/// What the rules of a site cost a submission: the recipes of conf/policy-examples, repeated.

#include "policy/evaluate.hpp"
#include "policy/rule_reader.hpp"

#include "source_dir.hpp"

#include <algorithm>
#include <benchmark/benchmark.h>
#include <filesystem>

namespace fairlead {
namespace {

policy::Rules rules_of(std::size_t number) {
    policy::Rules recipes, rules;
    for (const auto& entry :
         std::filesystem::directory_iterator(test::source_dir() / "conf" / "policy-examples")) {
        const std::filesystem::path file[] = {entry.path()};
        std::ranges::move(policy::load_rules(file).value(), std::back_inserter(recipes));
    }
    std::ranges::sort(recipes, {}, &policy::Rule::name);
    std::erase_if(recipes, &policy::Rule::stop);
    while (rules.size() < number)
        rules.push_back(recipes[rules.size() % recipes.size()]);
    return rules;
}

/// A job that a few of the rules change and none refuses.
policy::JobRequest job() {
    policy::JobRequest request;
    request.user = "ada";
    request.groups = {"users", "chem"};
    request.partition = "cpu";
    request.account = "chem";
    request.wckey = "solvents";
    request.time_limit = 60;
    request.work_dir = "/fsx/cfd/case1";
    request.script = "#!/bin/bash\n#SBATCH -N2\nmodule load solver\nsrun ./solver input.dat\n";
    request.least_nodes = request.most_nodes = 2;
    request.memory = 65536;
    request.interactive = false;
    return request;
}

void evaluate_rules(benchmark::State& state) {
    const policy::Rules rules = rules_of(static_cast<std::size_t>(state.range(0)));
    const policy::JobRequest request = job();
    for (auto step : state)
        benchmark::DoNotOptimize(policy::evaluate(rules, request));
    state.counters["refusals"] =
        static_cast<double>(policy::evaluate(rules, request).refusals.size());
}
BENCHMARK(evaluate_rules)->Arg(0)->Arg(20)->Arg(1000);

} // namespace
} // namespace fairlead

BENCHMARK_MAIN();
