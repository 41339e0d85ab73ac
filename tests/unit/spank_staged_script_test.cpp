#include "spank/staged_script.hpp"

#include "temp_folder.hpp"

#include <cstdarg>
#include <gtest/gtest.h>
#include <map>
#include <string>

namespace fairlead::spank {
namespace spank_staged_script_test {

/// The batch step of job 7 with that script, as slurmstepd shows it.
struct BatchStep {
    std::string script;
    std::map<std::string, std::string> environment{};
};
BatchStep* step = nullptr;

bool stages_in(const std::string& script) {
    BatchStep batch{script};
    step = &batch;
    const bool staged = script_stages_in(nullptr);
    EXPECT_EQ(batch.environment.contains("SLURM_FAIRLEAD_STAGED_JOB"), staged);
    return staged;
}

TEST(StagedScript, IsOneThatAsksForData) {
    const test::TempFolder folder;
    folder.write("asks", "#!/bin/sh\n#STAGE in src=s3://lab/a dst=/fsx/a\ntrue\n");
    folder.write("not", "#!/bin/sh\n#STAGE out src=/fsx/a dst=s3://lab/a\ntrue\n");
    EXPECT_TRUE(stages_in(folder / "asks"));
    EXPECT_FALSE(stages_in(folder / "not"));
}

TEST(StagedScript, IsOneThatCannotBeRead) {
    const test::TempFolder folder;
    folder.write("not", "#!/bin/sh\ntrue\n");
    std::filesystem::create_symlink(folder / "not", folder / "link");
    std::filesystem::create_directory(folder / "folder");
    EXPECT_TRUE(stages_in(folder / "link"));
    EXPECT_TRUE(stages_in(folder / "folder"));
}

TEST(StagedScript, IsNoneThatIsNotOnThisMachine) {
    const test::TempFolder folder;
    folder.write("not", "");
    EXPECT_FALSE(stages_in(folder / "absent")) << "a container has it";
    EXPECT_FALSE(stages_in(folder / "not/below"));
}

} // namespace spank_staged_script_test
} // namespace fairlead::spank

using fairlead::spank::spank_staged_script_test::step;

// Under names of their own, because va_start() takes no enumeration.
extern "C" {
spank_err_t fake_item(spank_t, unsigned item, ...) __asm__("spank_get_item");
spank_err_t fake_getenv(spank_t, const char*, char*, int) __asm__("spank_getenv");
spank_err_t fake_setenv(spank_t, const char* name, const char* value, int) __asm__("spank_setenv");
}

spank_err_t fake_item(spank_t, unsigned item, ...) {
    static char* arguments[1];
    std::va_list values;
    va_start(values, item);
    if (item == S_JOB_ARGV) {
        arguments[0] = step->script.data();
        *va_arg(values, int*) = 1;
        *va_arg(values, char***) = arguments;
    } else {
        *va_arg(values, std::uint32_t*) = item == S_JOB_ID ? 7 : fairlead::spank::batch_step;
    }
    va_end(values);
    return spank_err_t(ESPANK_SUCCESS);
}

spank_err_t fake_getenv(spank_t, const char*, char*, int) {
    return spank_err_t(ESPANK_ENV_NOEXIST);
}

spank_err_t fake_setenv(spank_t, const char* name, const char* value, int) {
    step->environment[name] = value;
    return spank_err_t(ESPANK_SUCCESS);
}
