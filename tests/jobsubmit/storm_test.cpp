/// The entry points as slurmctld calls them from 23.02 on: from many threads at once, while rules
/// change. FAIRLEAD_STORM is the number of submissions (default 2,000).

#include "description.hpp"
#include "temp_folder.hpp"

#include <atomic>
#include <cstdlib>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <thread>
#include <vector>

extern "C" {
int init();
int fini();
int job_submit(job_desc_msg_t* job, uint32_t submit_uid, char** message);
int job_modify(job_desc_msg_t* job, job_record_t* record,
               uint32_t submit_uid FAIRLEAD_JOB_MODIFY_MESSAGE);
}

namespace fairlead {
namespace {

using test::Description;

constexpr const char* config =
    "schema: fairlead.config/1\nstate_dir: /run/storm\n"
    "policy_mode: enforce\npartitions:\n"
    "  hpc: {efa: required, mode: enforce, instance_types: [m5.large]}\n";

/// Two revisions that agree on what is refused and differ in what is set.
std::string rules(int revision) {
    return fmt::format("schema: fairlead.policy/1\npolicy:\n"
                       "  - {{name: odd, when: {{job_name: {{regex: \"^odd[0-9]+$\"}}}}, reject: "
                       "\"no {{job_name}}\"}}\n"
                       "  - {{name: seen, append: {{comment: \"r{}\"}}, default: {{qos: low}}}}\n"
                       "  - {{name: watch, mode: observe, set: {{wckey: w}}}}\n"
                       "  - {{name: who, when: {{user: nobody}}, warn: hello}}\n",
                       revision % 2);
}

int submissions() {
    const char* wanted = std::getenv("FAIRLEAD_STORM");
    return wanted && *wanted ? std::atoi(wanted) : 2000;
}

std::string taken(char*& message) {
    const std::string text = message ? message : "";
    void* item = message;
    slurm_xfree(&item);
    message = nullptr;
    return text;
}

int update(job_desc_msg_t& job, char*& message) {
#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(23, 2, 0)
    return job_modify(&job, nullptr, 65534, &message);
#else
    (void)message;
    return job_modify(&job, nullptr, 65534);
#endif
}

void submit_one(int number) {
    Description job;
    const bool odd = number % 2 == 1;
    Description::put(job->name, fmt::format("{}{}", odd ? "odd" : "even", number).c_str());
    Description::put(job->script, "#!/bin/sh\n");
    if (number % 5 == 0)
        Description::put(job->partition, "hpc");
    job.spank({"FAIRLEAD_ADMITTED=forged", fmt::format("N={}", number)});
    job->user_id = number % 3 == 0 ? 65534u : 0x70000000u + static_cast<unsigned>(number % 300);
    char* message = nullptr;
    const int code = job_submit(&*job, job->user_id, &message);
    const std::string said = taken(message);
    EXPECT_EQ(job->spank_job_env_size, 1u) << "the forged entry is gone";
    if (odd) {
        EXPECT_NE(said.find("no odd" + std::to_string(number)), std::string::npos) << said;
    }
    if (odd || number % 5 == 0) {
        EXPECT_NE(code, SLURM_SUCCESS);
        return;
    }
    EXPECT_EQ(code, SLURM_SUCCESS) << said;
    EXPECT_STREQ(job->qos, "low");
    EXPECT_TRUE(std::string_view(job->admin_comment).starts_with("fairlead-rules=seen:"))
        << job->admin_comment;
    EXPECT_TRUE(std::string_view(job->comment) == "r0" || std::string_view(job->comment) == "r1");
    EXPECT_EQ(job->wckey, nullptr) << "a rule that observes changes nothing";
}

void accept_update(int number) {
    Description job;
    Description::put(job->job_id_str, "7");
    Description::put(job->name, fmt::format("even{}", number).c_str());
    Description::put(job->comment, "mine");
    char* message = nullptr;
    EXPECT_EQ(update(*job, message), SLURM_SUCCESS) << taken(message);
    taken(message);
    EXPECT_TRUE(std::string_view(job->comment) == "mine;r0" ||
                std::string_view(job->comment) == "mine;r1")
        << job->comment;
    EXPECT_EQ(job->admin_comment, nullptr) << "it would take the place of what the job has";
    EXPECT_EQ(job->qos, nullptr) << "a default is no part of an update that does not name it";
}

void refuse_update(int number) {
    Description job;
    Description::put(job->job_id_str, "7");
    Description::put(job->name, fmt::format("odd{}", number).c_str());
    char* message = nullptr;
    EXPECT_NE(update(*job, message), SLURM_SUCCESS);
    taken(message);
}

TEST(Storm, ManyThreadsGetTheirAnswersWhileRulesChange) {
    constexpr int threads = 16;
    const test::TempFolder dir;
    const auto file = dir.write("fairlead.yaml", config);
    dir.write("policy.d/a.yaml", rules(0));
    ::setenv("FAIRLEAD_CONFIG", file.c_str(), 1);
    ASSERT_EQ(init(), SLURM_SUCCESS);
    const int total = submissions();
    std::atomic<int> next{0}, running{threads};
    std::vector<std::jthread> callers;
    for (int t = 0; t < threads; ++t)
        callers.emplace_back([&] {
            for (int number = next++; number < total; number = next++) {
                submit_one(number);
                refuse_update(number);
                accept_update(number);
            }
            --running;
        });
    for (int revision = 1; running.load() > 0; ++revision) {
        dir.write("policy.d/a.yaml.new", rules(revision));
        std::filesystem::rename(dir / "policy.d/a.yaml.new", dir / "policy.d/a.yaml");
        EXPECT_EQ(init(), SLURM_SUCCESS) << "a second init() keeps what is in force";
        std::this_thread::yield();
    }
    callers.clear();
    EXPECT_EQ(fini(), SLURM_SUCCESS);
}

} // namespace
} // namespace fairlead
