#include "stage/blame.hpp"

#include <gtest/gtest.h>
#include <vector>

namespace fairlead::stage {
namespace stage_blame_test {

constexpr std::string_view mounts =
    "21 1 8:1 / / rw - ext4 /dev/vda rw\n"
    "30 21 0:40 / /fsx rw - lustre fs:/a rw\n"
    "31 30 0:41 / /fsx/ada/my\\040mount rw,nosuid - fuse.sshfs host: rw,user_id=5001\n"
    "32 21 0:42 / /home/ada/mnt rw - fuse.sshfs host: rw,user_id=5001\n"
    "33 21 0:43 / /scratch rw - autofs a rw\n"
    "34 33 0:44 / /scratch rw - xfs /dev/vdb rw\n";

const config::Staging site{.file_systems = {"/fsx", "/scratch"}};

TEST(StageBlame, IsTheNodesForAFileSystemOfTheSites) {
    for (const char* path : {"/fsx/ada/x", "/fsx", "/scratch/x"})
        EXPECT_TRUE(is_sites(site, mounts, path)) << path;
}

TEST(StageBlame, IsNotTheNodesForAnotherMountOrFolder) {
    for (const char* path :
         {"/home/ada/mnt/x", "/home/ada/x", "/fsx/ada/my mount/x", "/fsxx/x", "/tmp/x", "", "/"})
        EXPECT_FALSE(is_sites(site, mounts, path)) << path;
    EXPECT_FALSE(is_sites({}, mounts, "/fsx/x"));
}

TEST(StageBlame, KnowsWhatOtherSettingsName) {
    EXPECT_TRUE(is_sites({.links = {{.prefix = "s3://a/",
                                     .folder = "/fsx/lab",
                                     .mount = "/fsx",
                                     .exports = config::LinkExport::Archive,
                                     .file_system = {}}}},
                         mounts, "/fsx/other/x"));
    EXPECT_TRUE(is_sites({.stripes = {.folders = {"/fsx"}}}, mounts, "/fsx/x"));
    EXPECT_TRUE(is_sites({.import_folders = {"/scratch"}}, mounts, "/scratch/x"));
}

TEST(StageBlame, IsOfTheMountThatFailedEvenWhenItIsGone) {
    const Fault dead{Outcome::NodeFault, {Code::S121, "/fsx/ada/mnt/x: not connected"}};
    const std::vector<std::string> path{"/fsx/ada/mnt/x"}, two{"/fsx/ada/x", "/scratch/x"};
    EXPECT_EQ(blamed(dead, site, mounts, path).outcome, Outcome::NodeFault);
    EXPECT_EQ(blamed(dead, site, mounts, path, 30).outcome, Outcome::NodeFault);
    EXPECT_EQ(blamed(dead, site, mounts, path, 99).error.code, Code::S126);
    EXPECT_EQ(blamed(dead, site, mounts, path, no_mount).error.code, Code::S126);
    EXPECT_EQ(blamed(dead, site, mounts, path, 34).error.code, Code::S126) << "not /fsx";
    EXPECT_EQ(blamed(dead, site, mounts, two, 34).outcome, Outcome::NodeFault);
    EXPECT_EQ(blamed(dead, site, "", path, 30).error.code, Code::S126);
}

TEST(StageBlame, ChangesOnlyAFaultOfTheNode) {
    const Fault stale{Outcome::NodeFault, {Code::S121, "/x: Stale file handle"}};
    const auto of = [&](const Fault& fault, std::vector<std::string> paths) {
        return blamed(fault, site, mounts, paths);
    };
    EXPECT_EQ(of(stale, {"/fsx/x"}).outcome, Outcome::NodeFault);
    EXPECT_EQ(of(stale, {"/home/ada/mnt/x"}).outcome, Outcome::DataFault);
    EXPECT_EQ(of(stale, {"/home/ada/mnt/x"}).error.code, Code::S126);
    EXPECT_EQ(of(stale, {"/home/ada/mnt/x"}).error.message, stale.error.message);
    EXPECT_EQ(of(stale, {"/fsx/x", "/home/ada/mnt/x"}).outcome, Outcome::DataFault);
    EXPECT_EQ(of(stale, {}).outcome, Outcome::DataFault);
    const Fault full{Outcome::DataFault, {Code::S113, "/x: No space left on device"}};
    EXPECT_EQ(of(full, {"/home/x"}).error.code, Code::S113);
    const Fault silent{Outcome::ServiceFault, {Code::S112, "x"}};
    EXPECT_EQ(of(silent, {"/home/x"}).error.code, Code::S112);
}

} // namespace stage_blame_test
} // namespace fairlead::stage
