#include "doctor/plugstack_findings.hpp"

#include "temp_folder.hpp"

#include <gtest/gtest.h>

namespace fairlead::doctor {
namespace doctor_plugstack_findings_test {

using test::TempFolder;

struct Stack {
    TempFolder folder;

    Stack(std::string_view main, std::string_view own) {
        folder.write("plugstack.conf", main);
        if (!own.empty())
            folder.write("plugstack.conf.d/fairlead.conf", own);
    }
    std::string include() const {
        return "include " + (folder / "plugstack.conf.d/*.conf").native();
    }
    PlugstackLook look() const { return look_at_plugstack(folder / "plugstack.conf"); }
};

TEST(DoctorPlugstack, OneRequiredLineThatIsReadIsGood) {
    const Stack direct("required spank_fairlead.so config=/c\n", {});
    EXPECT_TRUE(direct.look().named);
    EXPECT_EQ(direct.look().findings[0].health, Health::Good);
    const Stack own("", "required /x/spank_fairlead.so\n");
    own.folder.write("plugstack.conf", own.include() + "\n");
    EXPECT_EQ(own.look().findings[0].health, Health::Good);
}

TEST(DoctorPlugstack, AFileThatNothingReadsSwitchesNothingOn) {
    const Stack stack("required other.so\n", "required spank_fairlead.so\n");
    EXPECT_FALSE(stack.look().named);
    EXPECT_EQ(stack.look().findings[0].health, Health::Problem);
    EXPECT_NE(stack.look().findings[0].fix.find(stack.include()), std::string::npos);
}

TEST(DoctorPlugstack, OptionalLetsStepsThrough) {
    const Stack stack("optional spank_fairlead.so\n", {});
    EXPECT_EQ(stack.look().findings[0].health, Health::Problem);
    EXPECT_EQ(stack.look().findings[0].fix, "write required");
}

TEST(DoctorPlugstack, TwoLinesRunItTwice) {
    const Stack stack("required spank_fairlead.so\n", "required spank_fairlead.so\n");
    EXPECT_EQ(stack.look().findings[0].health, Health::Problem);
    EXPECT_NE(stack.look().findings[0].what.find("once for each"), std::string::npos);
}

TEST(DoctorPlugstack, OffAndAbsentAreAWordAndNoProblem) {
    const Stack off("required spank_fairlead.so off\n", {});
    EXPECT_EQ(off.look().findings[0].health, Health::Advice);
    EXPECT_TRUE(off.look().named);
    const TempFolder folder;
    const auto absent = look_at_plugstack(folder / "plugstack.conf");
    EXPECT_EQ(absent.findings[0].health, Health::Advice);
    EXPECT_FALSE(absent.named);
}

} // namespace doctor_plugstack_findings_test
} // namespace fairlead::doctor
