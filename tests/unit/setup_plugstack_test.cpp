#include "setup/plugstack.hpp"

#include "expect_error.hpp"

#include <gtest/gtest.h>

namespace fairlead::setup {
namespace setup_plugstack_test {

using test::fails_with;
using test::succeeds;
using Words = std::vector<std::string>;

TEST(Plugstack, FindsTheLineByTheNameOfTheObject) {
    const auto line =
        find_line("# required spank_fairlead.so\n"
                  "optional auks.so\n"
                  "  required\t/opt/slurm/lib/slurm/spank_fairlead.so pin.hpc=on # ours\n");
    ASSERT_TRUE(line);
    EXPECT_EQ(line->number, 3u);
    EXPECT_TRUE(line->required);
    EXPECT_EQ(line->arguments, Words{"pin.hpc=on"});
}

TEST(Plugstack, KnowsAnOptionalLine) {
    const auto line = find_line("optional spank_fairlead.so\n");
    ASSERT_TRUE(line);
    EXPECT_FALSE(line->required);
}

TEST(Plugstack, TakesNothingElseForTheLine) {
    EXPECT_FALSE(find_line(""));
    EXPECT_FALSE(find_line("required\n"));
    EXPECT_FALSE(find_line("required not_spank_fairlead.so\n"));
    EXPECT_FALSE(find_line("include spank_fairlead.so\n"));
    EXPECT_FALSE(find_line("required pyxis.so spank_fairlead.so\n"));
}

TEST(Plugstack, AnIncludeReadsWhatItsPatternMatches) {
    constexpr const char* own = "/etc/slurm/plugstack.conf.d/fairlead.conf";
    EXPECT_TRUE(includes("include /etc/slurm/plugstack.conf.d/*.conf\n", own));
    EXPECT_TRUE(includes("a\n include  /etc/slurm/plugstack.conf.d/fairlead.conf # here\n", own));
    EXPECT_FALSE(includes("#include /etc/slurm/plugstack.conf.d/*.conf\n", own));
    EXPECT_FALSE(includes("include /etc/slurm/plugstack.conf.d/*.cfg\n", own));
    EXPECT_FALSE(includes("include /etc/slurm/*\n", own)); // a star takes no slash
    EXPECT_FALSE(includes("", own));
}

TEST(Plugstack, TheFirstFileHasOneRequiredLine) {
    const auto text = switched("", true);
    ASSERT_TRUE(succeeds(text));
    const auto line = find_line(*text);
    ASSERT_TRUE(line);
    EXPECT_TRUE(line->required);
    EXPECT_EQ(line->arguments, Words{});
    EXPECT_TRUE(text->ends_with("required spank_fairlead.so\n"));
}

TEST(Plugstack, SwitchingOffAndOnGivesTheSameText) {
    const std::string text = "# of the site\nrequired spank_fairlead.so pin.hpc=on\n# the end\n";
    const auto off = switched(text, false);
    ASSERT_TRUE(succeeds(off));
    EXPECT_EQ(*off, "# of the site\nrequired spank_fairlead.so pin.hpc=on off\n# the end\n");
    EXPECT_EQ(switched(*off, true).value(), text);
    EXPECT_EQ(switched(*off, false).value(), *off);
}

TEST(Plugstack, RefusesAnOptionalLine) {
    EXPECT_TRUE(fails_with(switched("\noptional spank_fairlead.so\n", true), Code::X106,
                           "line 2 says `optional spank_fairlead.so`"));
}

} // namespace setup_plugstack_test
} // namespace fairlead::setup
