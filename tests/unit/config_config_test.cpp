#include "config/config.hpp"

#include "expect_error.hpp"
#include "source_dir.hpp"
#include "temp_folder.hpp"

#include <gtest/gtest.h>
#include <vector>

namespace fairlead::config {
namespace config_config_test {

namespace fs = std::filesystem;
using test::fails_with;
using test::succeeds;
using test::TempFolder;

const std::string schema = "schema: fairlead.config/1\n";

Result<Config> read(const std::string& rest, const fs::path& path = "/x/f.yaml") {
    return parse(schema + rest, path);
}

std::string error_of(const std::string& rest) {
    const auto config = read(rest);
    return config ? "accepted" : to_string(config.error());
}

TEST(Config, TheSchemaAloneGivesTheDefaults) {
    const auto config = read("");
    ASSERT_TRUE(succeeds(config));
    EXPECT_EQ(config->admission, Admission::Node);
    EXPECT_EQ(config->state_dir, "/var/lib/fairlead");
    EXPECT_EQ(config->scontrol, "/usr/bin/scontrol");
    EXPECT_EQ(config->network_report, NetworkReports::Efa);
    EXPECT_EQ(spool_of(*config), "/var/lib/fairlead/reports");
    EXPECT_EQ(config->catalog, "");
    EXPECT_EQ(config->default_partition, std::nullopt);
    EXPECT_EQ(config->defaults.fabric.efa, EfaNeed::Off);
    EXPECT_EQ(config->defaults.mode, Mode::Observe);
    EXPECT_TRUE(config->partitions.empty());
    EXPECT_FALSE(config->testing);
}

TEST(Config, ReadsEveryKey) {
    const auto config = read("admission: controller\nstate_dir: /s\ncatalog: /c.csv\n"
                             "region: us-east-2\n"
                             "scontrol: /opt/slurm/bin/scontrol\ndefault_partition: hpc\n"
                             "defaults: {efa: preferred, mode: enforce, instance_types: [a, b]}\n");
    ASSERT_TRUE(succeeds(config));
    EXPECT_EQ(config->admission, Admission::Controller);
    EXPECT_EQ(config->state_dir, "/s");
    EXPECT_EQ(config->catalog, "/c.csv");
    EXPECT_EQ(config->region, "us-east-2");
    EXPECT_EQ(config->scontrol, "/opt/slurm/bin/scontrol");
    EXPECT_EQ(config->default_partition, "hpc");
    EXPECT_EQ(config->defaults.fabric.efa, EfaNeed::Preferred);
    EXPECT_EQ(config->defaults.mode, Mode::Enforce);
    EXPECT_EQ(config->defaults.instance_types, (std::vector<std::string>{"a", "b"}));
}

TEST(Config, BrokenRulesRefuseWhereTheyAreEnforcedOrMayBe) {
    const TempFolder folder;
    const auto refuses = [&](std::string_view text) {
        return refuses_when_broken(folder.write("fairlead.yaml", text).c_str());
    };
    EXPECT_FALSE(refuses_when_broken((folder / "none.yaml").c_str())) << "nothing is configured";
    EXPECT_TRUE(refuses_when_broken(folder.path().c_str())) << "it is there and cannot be read";
    EXPECT_FALSE(refuses("nonsense: [\n"));
    EXPECT_FALSE(refuses("policy_mode: observe\nnonsense: [\n"));
    EXPECT_FALSE(refuses("policy_mode: off\n"));
    EXPECT_TRUE(refuses("policy_mode: enforce\nnonsense: [\n"));
    EXPECT_TRUE(refuses("policy_mode: enfroce\n")) << "a typing error";
    EXPECT_FALSE(refuses("policy_mode: enforce\npolicy_broken: accept\n"));
    EXPECT_TRUE(refuses("policy_mode: enforce\npolicy_broken: refuse\n"));
}

TEST(Config, NetworkReportsGoBelowTheStateFolderOrWhereTheSpoolIs) {
    EXPECT_EQ(spool_of(*read("state_dir: /s\n")), "/s/reports");
    EXPECT_EQ(spool_of(*read("state_dir: /s\nspool: /fsx/reports\n")), "/fsx/reports");
    EXPECT_EQ(error_of("spool: fsx\n"),
              "/x/f.yaml:2:8: spool is 'fsx'; expected an absolute path [FL-X106]");
}

TEST(Config, NetworkReportsAreForNoJobsForThoseWithEfaOrForAll) {
    EXPECT_EQ(read("network_report: off\n")->network_report, NetworkReports::Off);
    EXPECT_EQ(read("network_report: efa\n")->network_report, NetworkReports::Efa);
    EXPECT_EQ(read("network_report: all\n")->network_report, NetworkReports::All);
    EXPECT_EQ(error_of("network_report: none\n"),
              "/x/f.yaml:2:17: network_report is 'none'; expected one of: off, efa, all [FL-X106]");
}

TEST(Config, RanksPerNicAreANumberFrom1To65536) {
    EXPECT_EQ(read("")->ranks_per_nic, 128);
    for (const int number : {1, 96, 65536})
        EXPECT_EQ(read(fmt::format("ranks_per_nic: {}\n", number))->ranks_per_nic, number);
    for (const char* value : {"0", "-1", "65537", "99999999999999999999", "1.5", "1e3", "0x80",
                              "many", "+5", "5 5", "128k"})
        EXPECT_EQ(error_of(fmt::format("ranks_per_nic: {}\n", value)),
                  fmt::format("/x/f.yaml:2:16: ranks_per_nic is '{}'; expected a number from 1 to "
                              "65536 [FL-X106]",
                              value));
    for (const char* value : {"", "[128]", "{a: 128}", "~", "''"})
        EXPECT_TRUE(fails_with(read(fmt::format("ranks_per_nic: {}\n", value)), Code::X106,
                               "ranks_per_nic"))
            << value;
    EXPECT_TRUE(fails_with(read("rank_per_nic: 3\n"), Code::X105, "'ranks_per_nic'"));
    EXPECT_TRUE(fails_with(read("defaults: {ranks_per_nic: 3}\n"), Code::X105));
}

TEST(Config, ABareOffIsAWordAndNoBoolean) {
    const auto config = read("defaults: {mode: off, efa: off}\n");
    ASSERT_TRUE(succeeds(config));
    EXPECT_EQ(config->defaults.mode, Mode::Off);
    EXPECT_EQ(config->defaults.fabric.efa, EfaNeed::Off);
}

TEST(Config, APartitionTakesWhatItLeavesOutFromTheDefaults) {
    const auto config = read("partitions: {hpc: {efa: required}, low: {mode: off}}\n"
                             "defaults: {mode: enforce, efa: preferred}\n"); // order is free
    ASSERT_TRUE(succeeds(config));
    EXPECT_EQ(rules_for(*config, "hpc").fabric.efa, EfaNeed::Required);
    EXPECT_EQ(rules_for(*config, "hpc").mode, Mode::Enforce);
    EXPECT_EQ(rules_for(*config, "low").fabric.efa, EfaNeed::Preferred);
    EXPECT_EQ(rules_for(*config, "low").mode, Mode::Off);
}

TEST(Config, APartitionThatIsNotListedHasTheDefaults) {
    const auto config = read("defaults: {efa: preferred}\npartitions: {hpc: {efa: required}}\n");
    ASSERT_TRUE(succeeds(config));
    EXPECT_EQ(rules_for(*config, "other").fabric.efa, EfaNeed::Preferred);
    EXPECT_EQ(rules_for(*config, "").fabric.efa, EfaNeed::Preferred);
    EXPECT_EQ(rules_for(*config, "HPC").fabric.efa, EfaNeed::Preferred);
}

TEST(Config, AnUnknownKeyIsNamedWithItsPlaceAndTheNearestKey) {
    EXPECT_EQ(error_of("admision: node\n"),
              "/x/f.yaml:2:1: unknown key 'admision' in the configuration, did you mean "
              "'admission'? [FL-X105]");
    EXPECT_EQ(error_of("defaults:\n  efa: off\n  moode: off\n"),
              "/x/f.yaml:4:3: unknown key 'moode' in defaults, did you mean 'mode'? [FL-X105]");
    EXPECT_EQ(error_of("partitions:\n  hpc:\n    instance_type: [a]\n"),
              "/x/f.yaml:4:5: unknown key 'instance_type' in partitions.hpc, did you mean "
              "'instance_types'? [FL-X105]");
}

TEST(Config, ADoubledKeyIsRefusedAtEveryDepth) {
    EXPECT_EQ(error_of("admission: node\nadmission: node\n"),
              "/x/f.yaml:3:1: key 'admission' appears twice in the configuration [FL-X106]");
    EXPECT_EQ(error_of("partitions:\n  a: {}\n  a: {}\n"),
              "/x/f.yaml:4:3: key 'a' appears twice in partitions [FL-X106]");
}

TEST(Config, AWrongTypeIsRefusedWithItsPlace) {
    EXPECT_EQ(error_of("defaults: observe\n"),
              "/x/f.yaml:2:11: defaults must be a map of keys and values [FL-X106]");
    EXPECT_EQ(error_of("partitions: [a]\n"),
              "/x/f.yaml:2:13: partitions must be a map of keys and values [FL-X106]");
    EXPECT_EQ(error_of("defaults: {mode: [off]}\n"),
              "/x/f.yaml:2:18: mode must be one word or text [FL-X106]");
    EXPECT_EQ(error_of("defaults: {instance_types: hpc7a.96xlarge}\n"),
              "/x/f.yaml:2:28: instance_types must be a list: [a, b] [FL-X106]");
    EXPECT_EQ(error_of("state_dir: var/lib\n"),
              "/x/f.yaml:2:12: state_dir is 'var/lib'; expected an absolute path [FL-X106]");
}

TEST(Config, ABadWordIsRefusedWithTheNearest) {
    EXPECT_EQ(error_of("defaults: {efa: require}\n"),
              "/x/f.yaml:2:17: efa is 'require', did you mean 'required'? [FL-X106]");
    EXPECT_EQ(error_of("defaults: {mode: true}\n"),
              "/x/f.yaml:2:18: mode is 'true'; expected one of: off, observe, enforce [FL-X106]");
}

TEST(Config, BudgetsBucketsAndCredentialsAreSentToThePrivateFile) {
    for (const std::string key : {"budgets", "buckets", "credentials"})
        EXPECT_EQ(error_of(key + ": {}\n"), "/x/f.yaml:2:" + std::to_string(key.size() + 3) +
                                                ": '" + key +
                                                "' belongs in the private file (private.yaml, mode "
                                                "0600), not in this world-readable one [FL-X105]");
}

TEST(Config, TheSchemaMustBeThereAndKnown) {
    EXPECT_TRUE(fails_with(parse("admission: node\n", "f"), Code::X106, "'schema' is missing"));
    EXPECT_TRUE(fails_with(parse("schema: fairlead.config/2\n", "f"), Code::X106,
                           "did you mean 'fairlead.config/1'?"));
    EXPECT_TRUE(fails_with(parse("schema:\n", "f"), Code::X106, "schema must be one word"));
}

TEST(Config, ARootThatIsNoMapIsRefused) {
    EXPECT_TRUE(fails_with(parse("just text\n", "f"), Code::X106, "must be a map"));
    EXPECT_TRUE(fails_with(parse("[a, b]\n", "f"), Code::X106, "must be a map"));
}

TEST(Config, AnEmptyFileIsRefused) {
    const TempFolder folder;
    EXPECT_TRUE(fails_with(load(folder.write("f.yaml", "")), Code::X102, "is empty"));
    EXPECT_TRUE(fails_with(load(folder.write("g.yaml", "# nothing\n")), Code::X102, "is empty"));
}

TEST(Config, AMissingOrUnreadableFileIsNamed) {
    const TempFolder folder;
    EXPECT_TRUE(fails_with(load(folder / "none.yaml"), Code::X101, "none.yaml"));
    EXPECT_TRUE(fails_with(load(folder.path()), Code::X103, folder.path().native()));
}

TEST(Config, AFileIsReadAsItsText) {
    const TempFolder folder;
    const auto config = load(folder.write("f.yaml", schema + "default_partition: a\n"));
    ASSERT_TRUE(succeeds(config));
    EXPECT_EQ(config->default_partition, "a");
}

TEST(Config, BinaryRubbishIsAnErrorAndNoCrash) {
    using namespace std::string_literals;
    for (const std::string& text :
         {"\0\0\0\0"s, "\xff\xfe\xfd"s, std::string(5000, '{'), std::string(5000, '&'),
          "? ? ? ?\n"s, "!!binary x\n"s, "%YAML 9.9\n---\na: b\n"s, "<<: [*x]\n"s})
        EXPECT_FALSE(parse(text, "f")) << text.substr(0, 20);
}

TEST(LoadForNode, WithoutANamedFileTheDefaultsHold) {
    if (fs::exists(default_path))
        GTEST_SKIP() << default_path << " exists on this machine";
    const auto config = load_for_node(nullptr);
    ASSERT_TRUE(succeeds(config));
    EXPECT_EQ(config->defaults.fabric.efa, EfaNeed::Off);
}

TEST(LoadForNode, ANamedFileMustExist) {
    EXPECT_TRUE(fails_with(load_for_node("/none/fairlead.yaml"), Code::X101, "/none"));
}

TEST(LoadForNode, ANamedFileIsRead) {
    const TempFolder folder;
    const auto file = folder.write("f.yaml", schema + "admission: controller\n");
    const auto config = load_for_node(file.c_str());
    ASSERT_TRUE(succeeds(config));
    EXPECT_EQ(config->admission, Admission::Controller);
}

TEST(TestingSection, IsRefusedInProductionFolders) {
    for (const char* path : {"/etc/fairlead/fairlead.yaml", "/opt/fairlead/etc/f.yaml",
                             "/etc/../etc/f.yaml", "//etc/f.yaml", "/tmp/../etc/f.yaml"})
        EXPECT_TRUE(
            fails_with(read("testing: {}\n", path), Code::X107, ":2:10: `testing` is refused"))
            << path;
}

TEST(TestingSection, IsRefusedWithoutTheMarker) {
    const TempFolder folder;
    const std::string section = "testing: {sysfs_root: " + folder.path().native() + "}\n";
    EXPECT_TRUE(fails_with(read(section), Code::X107, "has no file .fairlead-test-root"));
    folder.write(".fairlead-test-root", "");
    EXPECT_TRUE(succeeds(read(section)));
}

TEST(TestingSection, MakesANodeLookLikeAnotherMachine) {
    const TempFolder folder;
    folder.write(".fairlead-test-root", "");
    const auto config = read("testing:\n  sysfs_root: " + folder.path().native() +
                             "\n  hwloc_xml: /m.xml\n  imds_endpoint: http://127.0.0.1:1\n"
                             "  aws_endpoint: http://127.0.0.1:2\n");
    ASSERT_TRUE(succeeds(config));
    ASSERT_TRUE(config->testing);
    EXPECT_EQ(config->testing->hwloc_xml, "/m.xml");
    EXPECT_EQ(config->testing->imds_endpoint, "http://127.0.0.1:1");
    EXPECT_EQ(config->testing->aws_endpoint, "http://127.0.0.1:2");
    EXPECT_EQ(system_root(*config), folder.path());
}

TEST(TestingSection, AFolderThatOnlyBeginsLikeAProductionOneIsFine) {
    EXPECT_TRUE(succeeds(read("testing: {}\n", "/etcetera/f.yaml")));
    EXPECT_TRUE(succeeds(read("testing: {}\n", "/home/etc/f.yaml")));
}

TEST(TestingSection, WithoutItTheRealMachineIsRead) {
    EXPECT_EQ(system_root(Config{}), "/");
    const auto config = read("testing: {hwloc_xml: /m.xml}\n");
    ASSERT_TRUE(succeeds(config));
    EXPECT_EQ(system_root(*config), "/");
}

TEST(TestingSection, AnUnknownKeyIsRefused) {
    EXPECT_EQ(error_of("testing: {hwlocxml: /m.xml}\n"),
              "/x/f.yaml:2:11: unknown key 'hwlocxml' in testing, did you mean 'hwloc_xml'? "
              "[FL-X105]");
}

// fs::exists() throws where the kernel gives another reason than "not there".
TEST(TestingSection, ARootThatCannotBeLookedIntoIsAnErrorAndNoException) {
    const std::string endless = "/" + std::string(5000, 'a');
    EXPECT_TRUE(fails_with(read("testing: {sysfs_root: " + endless + "}\n"), Code::X107));
}

TEST(Words, ModesAndNeedsAreWrittenAsTheyAreRead) {
    EXPECT_EQ(to_string(Mode::Off), "off");
    EXPECT_EQ(to_string(Mode::Observe), "observe");
    EXPECT_EQ(to_string(Mode::Enforce), "enforce");
    for (const EfaNeed need : {EfaNeed::Off, EfaNeed::Preferred, EfaNeed::Required})
        EXPECT_EQ(parse_efa_need(to_string(need)), need);
}

TEST(Words, NoOtherNeedIsKnown) {
    for (const std::string_view word : {"", "Required", "required ", "on", "(null)", "require"})
        EXPECT_EQ(parse_efa_need(word), std::nullopt) << word;
}

TEST(ShippedFiles, TheAnnotatedConfigurationIsValid) {
    const auto config = load(test::source_dir() / "conf/fairlead.yaml");
    ASSERT_TRUE(succeeds(config));
    EXPECT_EQ(config->defaults.mode, Mode::Observe);
}

} // namespace config_config_test
} // namespace fairlead::config
