#include "expect_error.hpp"
#include "stage/directives.hpp"

namespace fairlead::stage {
namespace stage_directives_test {

using test::fails_with;
using test::succeeds;

TEST(StageDirectives, StandBeforeTheFirstCommand) {
    const auto read = read_directives("#!/bin/sh\n\n#SBATCH -N1\n#STAGE in src=/a dst=/b\r\n"
                                      "# a comment\n#STAGE\tout src=/c dst=/d\nhostname\n"
                                      "#STAGE in src=/e dst=/f\n");
    ASSERT_TRUE(succeeds(read));
    ASSERT_EQ(read->size(), 2U);
    EXPECT_EQ(read->at(0).destination, "/b");
    EXPECT_EQ(read->at(1).direction, Direction::Out);
}

TEST(StageDirectives, AreNoOtherWordsOrComments) {
    for (const std::string line : {" #STAGE in", "#STAGED in", "##STAGE in", "#stage in"}) {
        EXPECT_FALSE(has_directives("#!/bin/sh\n" + line)) << line;
        EXPECT_EQ(read_directives("#!/bin/sh\n" + line)->size(), 0U) << line;
    }
    EXPECT_TRUE(has_directives("#!/bin/sh\n#STAGE"));
    EXPECT_FALSE(has_directives(""));
}

TEST(StageDirectives, NameTheLineThatIsWrong) {
    EXPECT_TRUE(fails_with(read_directives("#!/bin/sh\n\n#STAGE in src=/a\n"), Code::S101,
                           "line 3 of the script: #STAGE: dst is missing"));
    EXPECT_TRUE(fails_with(read_directives("#!/bin/sh\n#STAGE in src=/a/../b dst=/c\n"), Code::S102,
                           "line 2"));
}

TEST(StageDirectives, AreAtMostSoMany) {
    std::string script = "#!/bin/sh\n";
    for (std::size_t i = 0; i < most_transfers; ++i)
        script += "#STAGE in src=/a dst=/b\n";
    EXPECT_TRUE(succeeds(read_directives(script)));
    EXPECT_TRUE(fails_with(read_directives(script + "#STAGE in src=/a dst=/b"), Code::S101, "32"));
}

} // namespace stage_directives_test
} // namespace fairlead::stage
