/// The plugin writes below /run/fairlead and reads the catalog that is installed, so the tests have
/// a /run and an installed catalog of their own.
#include "config/paths.hpp"
#include "jobsubmit/compat.hpp"
#include "source_dir.hpp"

#include <cstdio>
#include <filesystem>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>

/// The log of slurmctld, in place of the library's.
extern "C" void slurm_info(const char*, ...) {}

namespace {

namespace fs = std::filesystem;

bool own(const fs::path& folder) {
    return ::mount("tests", folder.c_str(), "tmpfs", 0, "mode=0755") == 0;
}

bool install_catalog() {
    const fs::path catalog = fairlead::config::catalog_path;
    fs::path folder = catalog.parent_path();
    while (!fs::exists(folder))
        folder = folder.parent_path();
    if (!own(folder))
        return false;
    fs::create_directories(catalog.parent_path());
    return fs::copy_file(fairlead::test::source_dir() / "conf" / "instance-types.csv", catalog);
}

} // namespace

int main(int argc, char** argv) {
    testing::InitGoogleTest(&argc, argv);
    if (::unshare(CLONE_NEWNS) != 0 ||
        ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 || !own("/run") ||
        !install_catalog()) {
        std::perror("fairlead_jobsubmit_tests: needs root for a /run of its own");
        return 1;
    }
    return RUN_ALL_TESTS();
}
