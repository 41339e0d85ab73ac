/// The plugin writes below /run/fairlead, so the tests have a /run of their own.
#include <cstdio>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>

int main(int argc, char** argv) {
    testing::InitGoogleTest(&argc, argv);
    if (::unshare(CLONE_NEWNS) != 0 ||
        ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("tests", "/run", "tmpfs", 0, "mode=0755") != 0) {
        std::perror("fairlead_jobsubmit_tests: needs root for a /run of its own");
        return 1;
    }
    return RUN_ALL_TESTS();
}
