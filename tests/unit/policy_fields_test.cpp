#include "policy/fields.hpp"

#include "policy/message.hpp"

#include <gtest/gtest.h>
#include <set>

namespace fairlead::policy {
namespace policy_fields_test {

FieldRef field(std::string_view name) { return read_field(name).value(); }

std::vector<std::string> words(const JobRequest& request, std::string_view name) {
    std::vector<std::string> all;
    const JobPatch none;
    any_word({request, none}, field(name), [&](std::string_view word) {
        all.emplace_back(word);
        return false;
    });
    return all;
}

TEST(PolicyFields, EveryNameIsUniqueAndHasAMeaning) {
    std::set<std::string_view> names;
    for (const FieldEntry& entry : all_fields()) {
        EXPECT_TRUE(names.insert(entry.name).second) << entry.name;
        EXPECT_FALSE(entry.meaning.empty()) << entry.name;
        EXPECT_TRUE(entry.request.index() != 0 || entry.special != Special::None) << entry.name;
    }
}

TEST(PolicyFields, NothingIsSetInAnEmptyRequestButWhetherItIsAnUpdate) {
    const JobRequest request;
    const JobPatch none;
    for (const FieldEntry& entry : all_fields())
        if (const auto ref = read_field(entry.name)) {
            EXPECT_EQ(is_set({request, none}, *ref), entry.name == "modify") << entry.name;
        }
}

TEST(PolicyFields, WordsLoseTheirCountsServersAndOperators) {
    JobRequest request;
    request.partition = "cpu,gpu";
    request.licenses = "matlab:2,fluent@server:1";
    request.features = "[rack1*2|rack2*4]&efa";
    request.groups = {"users", "eu-data"};
    EXPECT_EQ(words(request, "partition"), (std::vector<std::string>{"cpu", "gpu"}));
    EXPECT_EQ(words(request, "licenses"), (std::vector<std::string>{"matlab", "fluent"}));
    EXPECT_EQ(words(request, "features"),
              (std::vector<std::string>{"rack1", "2", "rack2", "4", "efa"}));
    EXPECT_EQ(words(request, "group"), (std::vector<std::string>{"users", "eu-data"}));
}

TEST(PolicyFields, LicensesArePartedAsSlurmDoes) {
    JobRequest request;
    request.licenses = "matlab=2;fluent:1|ansys(n1),cfx";
    EXPECT_EQ(words(request, "licenses"),
              (std::vector<std::string>{"matlab", "fluent", "ansys", "cfx"}));
}

TEST(PolicyFields, LicensesOfTasksAreLicenses) {
    JobRequest request;
    request.tres = {{"gres/gpu", "", 1}, {"license/matlab", "", 4}};
    const JobPatch none;
    EXPECT_EQ(words(request, "licenses"), (std::vector<std::string>{"matlab"}));
    EXPECT_TRUE(is_set({request, none}, field("licenses")));
    request.licenses = "ansys";
    EXPECT_EQ(words(request, "licenses"), (std::vector<std::string>{"matlab", "ansys"}));
}

TEST(PolicyFields, GpusAreSummedOverTheirTypes) {
    JobRequest request;
    request.tres = {{"gres/gpu", "a100", 4}, {"gres/gpu", "", 2}, {"gres/fpga", "", 1}};
    request.cpus = 31;
    const JobPatch none;
    const View view{request, none};
    EXPECT_EQ(number_of(view, field("gpus")), 6u);
    EXPECT_EQ(number_of(view, field("cpus_per_gpu")), 6u);
    EXPECT_EQ(number_of(view, field("tres.gres/gpu:a100")), 4u);
    EXPECT_EQ(number_of(view, field("tres.gres/gpu:h100")), std::nullopt);
    EXPECT_EQ(number_of(view, field("tres.gres/fpga")), 1u);
    EXPECT_EQ(words(request, "gpu_type"), (std::vector<std::string>{"a100"}));
}

TEST(PolicyFields, APatchGoesBeforeTheRequest) {
    JobRequest request;
    request.partition = "cpu";
    request.least_nodes = 2;
    request.most_nodes = 4;
    JobPatch patch;
    const View view{request, patch};
    EXPECT_EQ(number_of(view, field("nodes")), 4u);
    patch.partition = "gpu";
    patch.most_nodes = 3;
    EXPECT_EQ(text_of(view, field("partition")), "gpu");
    EXPECT_EQ(number_of(view, field("nodes")), 3u);
    EXPECT_EQ(shown(view, field("nodes")), "3");
}

TEST(PolicyFields, EnvironmentIsLookedUpByTheWholeName) {
    const char* const entries[] = {"OMP_NUM=1", "OMP_NUM_THREADS=8", nullptr, "EMPTY="};
    JobRequest request;
    request.environment = entries;
    const JobPatch none;
    const View view{request, none};
    EXPECT_EQ(text_of(view, field("environment.OMP_NUM_THREADS")), "8");
    EXPECT_EQ(text_of(view, field("environment.OMP_NUM")), "1");
    EXPECT_EQ(text_of(view, field("environment.EMPTY")), "");
    EXPECT_EQ(text_of(view, field("environment.OMP")), std::nullopt);
}

TEST(PolicyFields, InAnUpdateOnlyWhatItNamesIsKnown) {
    JobRequest request;
    request.time_limit = 60;
    request.user = "ada";
    const JobPatch none;
    EXPECT_TRUE(is_known({request, none}, field("partition")));
    request.modify = true;
    EXPECT_FALSE(is_known({request, none}, field("partition")));
    EXPECT_TRUE(is_known({request, none}, field("time_limit")));
    EXPECT_TRUE(is_known({request, none}, field("modify")));
    EXPECT_TRUE(is_asked({request, none}, field("time_limit")));
    EXPECT_FALSE(is_asked({request, none}, field("user")));
    EXPECT_FALSE(is_asked({request, none}, field("modify")));
}

TEST(PolicyFields, MemoryIsThatOfANodeAtMost) {
    JobRequest request;
    const JobPatch none;
    const View view{request, none};
    request.memory_per_cpu = 8192;
    request.cpus = 64;
    EXPECT_EQ(number_of(view, field("memory")), 524288u);
    request.tasks_per_node = 4;
    request.cpus_per_task = 2;
    EXPECT_EQ(number_of(view, field("memory")), 65536u);
    request.cpus_per_node = 16;
    EXPECT_EQ(number_of(view, field("memory")), 131072u);
    request.memory_per_cpu.reset();
    request.memory_per_gpu = 1 << 20;
    request.tres = {{"gres/gpu", "", 16, 8, 2}};
    EXPECT_EQ(number_of(view, field("memory")), 2u << 20);
    EXPECT_EQ(number_of(view, field("memory_per_gpu")), 1u << 20);
    request.memory_per_gpu = unlimited;
    EXPECT_EQ(number_of(view, field("memory")), unlimited) << "no product overflows";
}

TEST(PolicyFields, NoRangeOfNodesHidesCpusOfAGpu) {
    JobRequest request;
    request.cpus = 100;
    request.tres = {{"gres/gpu", "", 100, 1, 1}};
    const JobPatch none;
    EXPECT_EQ(number_of({request, none}, field("gpus")), 100u);
    EXPECT_EQ(number_of({request, none}, field("cpus_per_gpu")), 100u);
}

TEST(PolicyFields, NodesThatAreNamedAreNodes) {
    JobRequest request;
    request.node_list = "n[1-30],m7";
    const JobPatch none;
    EXPECT_EQ(number_of({request, none}, field("nodes")), 31u);
    request.most_nodes = 40;
    EXPECT_EQ(number_of({request, none}, field("nodes")), 40u);
    request.node_list = "n[1-";
    EXPECT_EQ(number_of({request, none}, field("nodes")), 65536u) << "what cannot be read is most";
}

TEST(PolicyFields, OfSeveralQosEachIsAWord) {
    JobRequest request;
    request.qos = "Normal,URGENT";
    EXPECT_EQ(words(request, "qos"), (std::vector<std::string>{"normal", "urgent"}));
}

TEST(PolicyFields, HostileValuesAreShownPrintableAndShort) {
    JobRequest request;
    request.job_name = "a\x1b[31m\n" + std::string(1000, 'x');
    const JobPatch none;
    const std::string text = shown({request, none}, field("job_name"));
    EXPECT_TRUE(text.starts_with("a?[31m?xx")) << text;
    EXPECT_LT(text.size(), 300u);
}

} // namespace policy_fields_test
} // namespace fairlead::policy
