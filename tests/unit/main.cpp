/// Some of what is tested writes below /run/fairlead, so root has a /run of its own here; nobody
/// else can write there.
#include <cstdio>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

namespace {

bool own_run() {
    return ::unshare(CLONE_NEWNS) == 0 &&
           ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
           ::mount("tests", "/run", "tmpfs", 0, "mode=0755") == 0;
}

} // namespace

int main(int argc, char** argv) {
    testing::InitGoogleTest(&argc, argv);
    if (::geteuid() == 0 && !own_run()) {
        std::perror("fairlead_unit_tests: no /run of their own");
        return 1;
    }
    return RUN_ALL_TESTS();
}
