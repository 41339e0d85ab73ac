/// The recipes of conf/policy-examples: each loads without a finding and does what it says.

#include "base/files.hpp"
#include "policy/evaluate.hpp"
#include "policy/findings.hpp"
#include "policy/rule_reader.hpp"
#include "submit/cases.hpp"

#include "expect_error.hpp"
#include "source_dir.hpp"

#include <filesystem>
#include <gtest/gtest.h>

namespace fairlead::policy {
namespace policy_examples_test {

std::filesystem::path folder() { return test::source_dir() / "conf" / "policy-examples"; }

Rules recipe(const std::string& name) {
    const std::filesystem::path files[] = {folder() / (name + ".yaml")};
    auto rules = load_rules(files);
    EXPECT_TRUE(test::succeeds(rules));
    return rules ? *rules : Rules{};
}

JobRequest job(std::string_view partition = {}) {
    JobRequest request;
    request.user = "ada";
    request.groups = {"users"};
    request.interactive = false;
    if (!partition.empty())
        request.partition = partition;
    return request;
}

/// "+" where the job is taken, else the first refusal.
std::string answer(const Outcome& outcome) {
    return outcome.refusals.empty() ? "+" : outcome.refusals.front().message;
}

std::string answer(const std::string& name, const JobRequest& request) {
    return answer(evaluate(recipe(name), request));
}

TEST(PolicyExamples, EveryFileLoadsWithoutAFinding) {
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder())) {
        if (entry.is_directory())
            continue;
        const std::filesystem::path file[] = {entry.path()};
        const auto rules = load_rules(file);
        ASSERT_TRUE(test::succeeds(rules));
        EXPECT_FALSE(rules->empty()) << entry.path();
        for (const Error& finding : findings_of(*rules))
            ADD_FAILURE() << finding.message;
        ++files;
    }
    EXPECT_GE(files, 21u);
}

/// The same as `fairlead policy test conf/policy-examples/tests/*.yaml`, which sites start from.
TEST(PolicyExamples, EveryFileHasCasesThatPass) {
    for (const auto& entry : std::filesystem::directory_iterator(folder())) {
        if (entry.is_directory())
            continue;
        const std::filesystem::path path = folder() / "tests" / entry.path().filename();
        const auto text = read_file(path);
        ASSERT_TRUE(test::succeeds(text)) << path;
        const auto file = submit::parse_cases(*text, path);
        ASSERT_TRUE(test::succeeds(file));
        Snapshot snapshot;
        auto rules = load_rules(file->rules);
        ASSERT_TRUE(test::succeeds(rules));
        snapshot.rules = std::move(*rules);
        for (const submit::Case& one : file->cases)
            for (const std::uint32_t release : {0x1605, 0x180b, 0x1a05})
                for (const std::string& difference : submit::judge(one, snapshot, release))
                    ADD_FAILURE() << one.place << ": " << difference;
    }
}

TEST(PolicyExamples, Gpu) {
    EXPECT_EQ(answer("gpu", job("cpu")), "+");
    EXPECT_EQ(answer("gpu", job("gpu-a100")),
              "partition gpu-a100 is for jobs with GPUs: add --gpus=TYPE:NUMBER (rule "
              "gpu-partition-needs-gpus)");
    JobRequest request = job();
    request.tres = {{"gres/gpu", "", 2}};
    EXPECT_TRUE(answer("gpu", request)
                    .starts_with("name the type of the GPUs, such as "
                                 "--gpus=a100:2"));
    request.tres = {{"gres/gpu", "a100", 2}};
    request.cpus = 24;
    EXPECT_EQ(answer("gpu", request), "+");
    EXPECT_EQ(evaluate(recipe("gpu"), request).patch.partition, "gpu");
    request.cpus = 25;
    EXPECT_TRUE(answer("gpu", request).starts_with("13 CPUs for each GPU"));
}

TEST(PolicyExamples, AMoveToTheGpuPartitionCannotBeChecked) {
    JobRequest update;
    update.modify = true;
    update.partition = "gpu";
    EXPECT_EQ(evaluate(recipe("gpu"), update).refusals.at(0).code, Code::A203);
    update.partition = "cpu";
    EXPECT_EQ(answer("gpu", update), "+");
}

TEST(PolicyExamples, Accounts) {
    JobRequest request = job();
    EXPECT_EQ(evaluate(recipe("accounts"), request).refusals.size(), 3u);
    request.account = "chem";
    request.wckey = "w";
    request.time_limit = 1440;
    EXPECT_EQ(answer("accounts", request), "+");
    request.time_limit = unlimited;
    EXPECT_TRUE(answer("accounts", request).starts_with("unlimited is longer than one day"));
    request.qos = "long";
    EXPECT_EQ(answer("accounts", request), "+");
}

TEST(PolicyExamples, Memory) {
    JobRequest request = job();
    request.memory = unlimited;
    EXPECT_TRUE(answer("memory", request).starts_with("--mem=0"));
    request.exclusive = true;
    EXPECT_EQ(answer("memory", request), "+");
    request = job("bigmem");
    request.memory = 65536;
    EXPECT_TRUE(answer("memory", request)
                    .ends_with("yours asks for 64G (rule "
                               "bigmem-is-for-big-jobs)"));
    request = job();
    request.memory = 262144;
    EXPECT_EQ(evaluate(recipe("memory"), request).patch.partition, "bigmem");
}

TEST(PolicyExamples, Nodes) {
    JobRequest request = job("large");
    EXPECT_EQ(evaluate(recipe("nodes"), request).patch.least_nodes, 4u);
    EXPECT_EQ(answer("nodes", request), "+");
    request.least_nodes = request.most_nodes = 3;
    EXPECT_TRUE(answer("nodes", request).starts_with("partition large starts at 4"));
    request.partition = "small";
    EXPECT_EQ(answer("nodes", request), "+");
    request.most_nodes = 5;
    EXPECT_TRUE(answer("nodes", request).starts_with("partition small ends at 4"));
    request = job();
    request.exclude = "n1";
    EXPECT_TRUE(answer("nodes", request).starts_with("-w and -x"));
    request.groups.emplace_back("operators");
    EXPECT_EQ(answer("nodes", request), "+");
}

TEST(PolicyExamples, Interactive) {
    JobRequest request = job();
    request.interactive = true;
    Outcome outcome = evaluate(recipe("interactive"), request);
    EXPECT_EQ(outcome.patch.partition, "interactive");
    EXPECT_EQ(outcome.patch.time_limit, 60u);
    request.time_limit = 600;
    request.most_nodes = 8;
    outcome = evaluate(recipe("interactive"), request);
    EXPECT_EQ(outcome.patch.time_limit, 240u);
    EXPECT_EQ(outcome.patch.most_nodes, 2u);
    EXPECT_TRUE(answer("interactive", job("interactive")).starts_with("partition interactive is"));
    EXPECT_EQ(answer("interactive", job("cpu")), "+");
}

TEST(PolicyExamples, Licences) {
    JobRequest request = job();
    request.work_dir = "/fsx/cfd/x";
    request.script = "#!/bin/sh\n  srun matlab -batch main\n";
    EXPECT_EQ(evaluate(recipe("licences"), request).patch.licenses, "fluent:1,matlab:1");
    request.work_dir = "/home/ada";
    request.script = "#!/bin/sh\necho matlab\n";
    request.least_nodes = 2;
    const Outcome outcome = evaluate(recipe("licences"), request);
    EXPECT_FALSE(outcome.patch.licenses);
    EXPECT_EQ(outcome.warnings.at(0), "/home/ada is slow from many nodes: submit from /fsx");
}

TEST(PolicyExamples, Maintenance) {
    JobRequest request = job();
    EXPECT_TRUE(answer("maintenance", request).starts_with("maintenance begins soon: say"));
    request.time_limit = 120;
    EXPECT_EQ(answer("maintenance", request), "+");
    EXPECT_EQ(evaluate(recipe("maintenance"), request).patch.admin_comment, "before maintenance");
    request.time_limit = 121;
    EXPECT_TRUE(answer("maintenance", request).ends_with("02:01:00 (rule only-short-jobs)"));
    request.groups.emplace_back("operators");
    EXPECT_EQ(answer("maintenance", request), "+");
}

TEST(PolicyExamples, Residency) {
    JobRequest request = job("cpu");
    request.work_dir = "/fsx/eu/x";
    EXPECT_TRUE(answer("residency", request).starts_with("partition eu is for"));
    request.groups.emplace_back("eu-data");
    const Outcome outcome = evaluate(recipe("residency"), request);
    EXPECT_EQ(answer(outcome), "+");
    EXPECT_EQ(outcome.patch.partition, "eu");
    EXPECT_EQ(outcome.patch.features, "eu");
    EXPECT_FALSE(evaluate(recipe("residency"), job("cpu")).patch.partition);
}

TEST(PolicyExamples, Mpi) {
    JobRequest request = job("hpc");
    request.least_nodes = 2;
    const Outcome outcome = evaluate(recipe("mpi"), request);
    EXPECT_EQ(outcome.patch.threads_per_core, 1u);
    EXPECT_EQ(outcome.patch.exclusive, true);
    EXPECT_EQ(outcome.patch.requeue, true);
    request.least_nodes = 1;
    request.requeue = false;
    const Outcome small = evaluate(recipe("mpi"), request);
    EXPECT_FALSE(small.patch.threads_per_core || small.patch.exclusive || small.patch.requeue);
}

} // namespace policy_examples_test
} // namespace fairlead::policy
