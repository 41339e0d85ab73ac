#include "stage/become_user.hpp"

#include "base/child.hpp"

#include <array>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <unistd.h>

namespace fairlead::stage {
namespace stage_become_user_test {

using namespace std::chrono_literals;

/// /proc/self/status of a process that became that user.
std::string status_of(std::uint32_t uid, std::uint32_t gid, std::vector<std::uint32_t> groups) {
    const auto answer = ask_forked(Code::X301, "a user", 10s, [&]() -> ChildResult {
        if (auto became = become_user(uid, gid, groups); !became)
            return {1, became.error().message};
        std::ifstream status("/proc/self/status");
        return {0, {std::istreambuf_iterator<char>(status), {}}};
    });
    EXPECT_TRUE(answer && answer->status == 0) << (answer ? answer->output : "no answer");
    return answer ? answer->output : "";
}

TEST(StageBecomeUser, RootsRightsAreGoneForGood) {
    if (::geteuid() != 0)
        GTEST_SKIP() << "needs root";
    const std::string status = status_of(2001, 2002, {2002, 3001});
    for (const char* line :
         {"\nUid:\t2001\t2001\t2001\t2001\n", "\nGid:\t2002\t2002\t2002\t2002\n",
          "\nGroups:\t2002 3001 \n", "\nNoNewPrivs:\t1\n", "\nCapInh:\t0000000000000000\n",
          "\nCapPrm:\t0000000000000000\n", "\nCapEff:\t0000000000000000\n",
          "\nCapBnd:\t0000000000000000\n", "\nCapAmb:\t0000000000000000\n"})
        EXPECT_NE(status.find(line), std::string::npos) << line << status;
}

TEST(StageBecomeUser, OneWithoutGroupsHasNone) {
    if (::geteuid() != 0)
        GTEST_SKIP() << "needs root";
    EXPECT_NE(status_of(2001, 2001, {}).find("\nGroups:\t \n"), std::string::npos);
}

} // namespace stage_become_user_test
} // namespace fairlead::stage
