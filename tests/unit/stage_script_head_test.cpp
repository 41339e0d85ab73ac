#include "stage/script_head.hpp"

#include "stage/directives.hpp"

#include <gtest/gtest.h>

namespace fairlead::stage {
namespace stage_script_head_test {

bool stages_in(std::string_view script, std::size_t piece = 4096) {
    ScriptHead head;
    for (std::size_t at = 0; at < script.size(); at += piece)
        if (const auto part = script.substr(at, piece); !head.feed(part.data(), part.size()))
            break;
    return head.stages_in();
}

TEST(StageScriptHead, FindsWhatIsStagedIn) {
    for (const std::string line :
         {"#STAGE in src=/a dst=/b", "#STAGE\t in profile=x", "#STAGE \"in\" src=/a dst=/b",
          "#STAGE out src=/a dst=/b\n#STAGE in src=/a dst=/b\r"}) {
        const std::string script = "#!/bin/sh\n\n  # a word\n#SBATCH -N1\n" + line + "\nhostname\n";
        EXPECT_TRUE(stages_in(script)) << line;
        EXPECT_TRUE(stages_in(script, 1)) << line;
        EXPECT_TRUE(has_directives(script)) << line;
    }
}

TEST(StageScriptHead, FindsNothingWhereNoneIs) {
    for (const std::string line :
         {"#STAGE out src=/a dst=/b", " #STAGE in src=/a dst=/b", "#STAGED in", "##STAGE in",
          "#stage in src=/a", "# STAGE in", "#STAGE", "true\n#STAGE in src=/a dst=/b",
          " true\n#STAGE in src=/a dst=/b"})
        EXPECT_FALSE(stages_in("#!/bin/sh\n" + line)) << line;
    EXPECT_FALSE(stages_in(""));
}

} // namespace stage_script_head_test
} // namespace fairlead::stage
