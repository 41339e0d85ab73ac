#include "config/recorded.hpp"

#include "config/config.hpp"
#include "temp_folder.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

namespace fairlead::config {
namespace config_recorded_test {

const std::string text = "schema: fairlead.config/1\nranks_per_nic: 9\n";
const StepConfig nine{"/state", "", 9};

/// A configuration and its record, both only root's own.
class RecordedConfig : public testing::Test {
  protected:
    void SetUp() override {
        if (::geteuid() != 0)
            GTEST_SKIP() << "writes files as root";
        file = folder.write("f.yaml", text);
    }
    void plant(const StepConfig& config, std::string_view of = text) {
        folder.write("config.json", encode(file, of, config));
    }
    std::optional<StepConfig> read() { return recorded(folder.path(), file.c_str()); }

    const test::TempFolder folder;
    std::filesystem::path file;
};

TEST_F(RecordedConfig, IsReadAsItWasWritten) {
    const auto catalog = folder.write("catalog.csv", "");
    for (const StepConfig& config : {nine, StepConfig{"/a \"b\"", catalog, 65536}}) {
        plant(config);
        EXPECT_EQ(read(), config);
    }
}

TEST_F(RecordedConfig, IsOfExactlyThisText) {
    plant(nine);
    for (const std::string& other : {text + "\n", text.substr(1), std::string{}, text + '\0'}) {
        folder.write("f.yaml", other);
        EXPECT_FALSE(read()) << other;
    }
    folder.write("f.yaml", text);
    EXPECT_EQ(read(), nine);
}

TEST_F(RecordedConfig, IsOfThisFileAndNoOther) {
    plant(nine);
    const auto other = folder.write("other.yaml", text);
    EXPECT_FALSE(recorded(folder.path(), other.c_str()));
}

TEST_F(RecordedConfig, OneOfAnotherReleaseIsNotUsed) {
    plant(nine);
    std::string record = test::content_of(step_file(folder.path()));
    const std::string key = "\"release\":\"";
    record.insert(record.find(key) + key.size(), "1");
    folder.write("config.json", record);
    EXPECT_FALSE(read());
}

TEST_F(RecordedConfig, WithoutARecordOrWithADamagedOneThereIsNone) {
    EXPECT_FALSE(read());
    plant(nine);
    const std::string record = test::content_of(step_file(folder.path()));
    for (const std::string& damaged :
         {std::string{}, std::string{"[]"}, std::string{"{}"}, record.substr(0, 40),
          std::string{"{\"schema\":\"fairlead.step_config/1\"}"}}) {
        folder.write("config.json", damaged);
        EXPECT_FALSE(read()) << damaged;
    }
    for (const std::string field : {"state_dir", "catalog", "ranks_per_nic"}) {
        std::string renamed = record;
        renamed.insert(renamed.find("\"" + field + "\"") + 1, "x");
        folder.write("config.json", renamed);
        EXPECT_FALSE(read()) << renamed;
    }
}

TEST_F(RecordedConfig, WhatOthersCouldHaveWrittenIsNotUsed) {
    const auto catalog = folder.write("catalog.csv", "");
    plant({"/state", catalog, 9});
    for (const auto& path : {file, step_file(folder.path()), catalog}) {
        ASSERT_EQ(::chmod(path.c_str(), 0666), 0);
        EXPECT_FALSE(read()) << path;
        ASSERT_EQ(::chmod(path.c_str(), 0644), 0);
        EXPECT_TRUE(read()) << path;
    }
}

TEST_F(RecordedConfig, OfATextThatIsNotUnicodeThereIsNone) {
    const std::string other = text + "# \xff\n";
    folder.write("f.yaml", other);
    plant(nine, other);
    EXPECT_FALSE(read());
}

TEST_F(RecordedConfig, ANamedFileMustExist) {
    plant(nine);
    std::filesystem::remove(file);
    EXPECT_FALSE(read());
}

TEST_F(RecordedConfig, WithoutTheDefaultFileTheDefaultsHold) {
    if (std::filesystem::exists(default_path))
        GTEST_SKIP() << default_path << " exists on this machine";
    const Config defaults;
    EXPECT_EQ(recorded(folder.path(), nullptr),
              (StepConfig{defaults.state_dir, defaults.catalog, defaults.ranks_per_nic}));
}

} // namespace config_recorded_test
} // namespace fairlead::config
