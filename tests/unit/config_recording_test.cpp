#include "config/recording.hpp"

#include "config/config.hpp"
#include "config/recorded.hpp"
#include "expect_error.hpp"
#include "temp_folder.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

namespace fairlead::config {
namespace config_recording_test {

using test::fails_with;
using test::succeeds;

const std::string schema = "schema: fairlead.config/1\n";

class ConfigRecording : public testing::Test {
  protected:
    void SetUp() override {
        if (::geteuid() != 0)
            GTEST_SKIP() << "writes files as root";
        run = folder / "a/run";
    }
    Result<void> record_text(const std::string& text) {
        file = folder.write("f.yaml", text);
        return record(run, file.c_str());
    }
    std::optional<StepConfig> read() { return recorded(run, file.c_str()); }

    const test::TempFolder folder;
    std::filesystem::path run, file;
};

TEST_F(ConfigRecording, SaysWhatTheConfigurationSays) {
    const auto catalog = folder.write("catalog.csv", "");
    const std::string text =
        schema + "state_dir: /s\nranks_per_nic: 7\ncatalog: " + catalog.native() + "\n";
    ASSERT_TRUE(succeeds(record_text(text)));
    EXPECT_EQ(read(), (StepConfig{"/s", catalog, 7}));
    const auto loaded = load_for_node(file.c_str());
    ASSERT_TRUE(succeeds(loaded));
    EXPECT_EQ(read(), (StepConfig{loaded->state_dir, loaded->catalog, loaded->ranks_per_nic}));
    EXPECT_EQ(test::mode_of(step_file(run)), 0644u);
}

TEST_F(ConfigRecording, SaysTheDefaultsOfWhatIsNotSaid) {
    ASSERT_TRUE(succeeds(record_text(schema)));
    EXPECT_EQ(read(), (StepConfig{Config{}.state_dir, "", Config{}.ranks_per_nic}));
}

TEST_F(ConfigRecording, OfAChangedFileIsMadeAnew) {
    ASSERT_TRUE(succeeds(record_text(schema + "ranks_per_nic: 7\n")));
    folder.write("f.yaml", schema + "ranks_per_nic: 8\n");
    EXPECT_FALSE(read());
    ASSERT_TRUE(succeeds(record(run, file.c_str())));
    EXPECT_EQ(read()->ranks_per_nic, 8);
}

TEST_F(ConfigRecording, FailsAsLoadingFails) {
    EXPECT_TRUE(fails_with(record_text(schema + "ranks_per_nic: 0\n"), Code::X106));
    EXPECT_FALSE(read());
    EXPECT_TRUE(fails_with(record(run, "/none/f.yaml"), Code::X101));
    file = folder.write("f.yaml", schema);
    ASSERT_EQ(::chmod(file.c_str(), 0666), 0);
    EXPECT_TRUE(fails_with(record(run, file.c_str()), Code::X110));
    EXPECT_FALSE(std::filesystem::exists(step_file(run)));
}

TEST_F(ConfigRecording, OfATestsTopologyNothingStays) {
    ASSERT_TRUE(succeeds(record_text(schema)));
    ASSERT_TRUE(std::filesystem::exists(step_file(run)));
    ASSERT_TRUE(succeeds(record_text(schema + "testing: {hwloc_xml: /m.xml}\n")));
    EXPECT_FALSE(std::filesystem::exists(step_file(run)));
}

TEST_F(ConfigRecording, WithoutTheDefaultFileThereIsNothingToRecord) {
    if (std::filesystem::exists(default_path))
        GTEST_SKIP() << default_path << " exists on this machine";
    EXPECT_TRUE(succeeds(record(run, nullptr)));
    EXPECT_FALSE(std::filesystem::exists(step_file(run)));
}

TEST_F(ConfigRecording, CannotBeWhereNothingCanBeWritten) {
    run = folder.write("file", "") / "run";
    EXPECT_TRUE(fails_with(record_text(schema), Code::X201));
}

} // namespace config_recording_test
} // namespace fairlead::config
