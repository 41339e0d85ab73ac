#include "base/files.hpp"

#include "expect_error.hpp"
#include "temp_folder.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

namespace fairlead {
namespace base_files_test {

namespace fs = std::filesystem;
using test::content_of;
using test::entries_in;
using test::fails_with;
using test::mode_of;
using test::succeeds;
using test::TempFolder;

constexpr uid_t somebody = 12345;

#define NEEDS_ROOT()                                                                               \
    if (::geteuid() != 0)                                                                          \
    GTEST_SKIP() << "gives files to another user, which needs root"

TEST(ReadFile, GivesTheWholeContent) {
    const TempFolder folder;
    const std::string content(100'000, 'x');
    EXPECT_EQ(read_file(folder.write("big", content)), content);
    EXPECT_EQ(read_file(folder.write("empty", "")), "");
}

TEST(ReadFile, SaysMissingForAFileThatDoesNotExist) {
    const TempFolder folder;
    EXPECT_TRUE(fails_with(read_file(folder / "none"), Code::X101, "none"));
}

TEST(ReadFile, TakesALimitAndRefusesOneByteMore) {
    const TempFolder folder;
    const auto file = folder.write("file", "12345");
    EXPECT_EQ(read_file(file, 5), "12345");
    EXPECT_TRUE(fails_with(read_file(file, 4), Code::X103, "larger than 4 bytes"));
}

TEST(ReadFile, RefusesWhatIsNoRegularFileAndDoesNotHang) {
    const TempFolder folder;
    const auto fifo = folder / "fifo";
    ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
    EXPECT_TRUE(fails_with(read_file(fifo), Code::X103, "not a regular file"));
    EXPECT_TRUE(fails_with(read_file(folder.path()), Code::X103, "not a regular file"));
    EXPECT_TRUE(fails_with(read_file("/dev/zero"), Code::X103, "not a regular file"));
}

TEST(ReadFile, SaysUnreadableForAFileTheKernelRefuses) {
    const TempFolder folder;
    const auto file = folder.write("file", "x");
    EXPECT_TRUE(fails_with(read_file(file / "below"), Code::X103, "Not a directory"));
    if (::geteuid() == 0)
        return; // root reads any mode
    ::chmod(file.c_str(), 0);
    EXPECT_TRUE(fails_with(read_file(file), Code::X103, "Permission denied"));
}

TEST(WriteAtomic, CreatesAndReplacesWithTheModeAsked) {
    const TempFolder folder;
    const auto file = folder / "record";
    ASSERT_TRUE(succeeds(write_atomic(file, "old", 0644)));
    EXPECT_EQ(mode_of(file), 0644u);
    ASSERT_TRUE(succeeds(write_atomic(file, "new", 0600)));
    EXPECT_EQ(content_of(file), "new");
    EXPECT_EQ(mode_of(file), 0600u);
}

TEST(WriteAtomic, TheModeDoesNotDependOnTheUmask) {
    const TempFolder folder;
    const mode_t before = ::umask(077);
    const auto written = write_atomic(folder / "record", "x", 0644);
    ::umask(before);
    ASSERT_TRUE(succeeds(written));
    EXPECT_EQ(mode_of(folder / "record"), 0644u);
}

TEST(WriteAtomic, LeavesNothingBesideTheFile) {
    const TempFolder folder;
    ASSERT_TRUE(succeeds(write_atomic(folder / "record", std::string(1 << 20, 'x'), 0600)));
    EXPECT_EQ(entries_in(folder.path()), 1u);
}

TEST(WriteAtomic, AFailureLeavesTheOldFileAndNoTemporaryOne) {
    const TempFolder folder;
    fs::create_directory(folder / "target");
    EXPECT_TRUE(fails_with(write_atomic(folder / "target", "x", 0600), Code::X201, "replace"));
    EXPECT_EQ(entries_in(folder.path()), 1u);
    EXPECT_TRUE(fs::is_directory(folder / "target"));
}

TEST(WriteAtomic, AReaderOfTheOldFileKeepsIt) {
    const TempFolder folder;
    const auto file = folder.write("record", "old");
    std::ifstream reader(file);
    ASSERT_TRUE(succeeds(write_atomic(file, "new", 0600)));
    std::string seen;
    reader >> seen;
    EXPECT_EQ(seen, "old");
}

TEST(WriteAtomic, ReplacesASymbolicLinkAndNotWhatItPointsAt) {
    const TempFolder folder;
    const auto target = folder.write("target", "untouched");
    fs::create_symlink(target, folder / "link");
    ASSERT_TRUE(succeeds(write_atomic(folder / "link", "new", 0600)));
    EXPECT_EQ(content_of(target), "untouched");
    EXPECT_FALSE(fs::is_symlink(folder / "link"));
}

TEST(WriteAtomic, NeedsTheFolder) {
    const TempFolder folder;
    EXPECT_TRUE(fails_with(write_atomic(folder / "none" / "record", "x", 0600), Code::X201,
                           "No such file or directory"));
}

// The folder of "record" is the current one and not "".
TEST(WriteAtomic, TakesAPathWithoutAFolder) {
    const TempFolder folder;
    const auto before = fs::current_path();
    fs::current_path(folder.path());
    const auto written = write_atomic("record", "x", 0600);
    fs::current_path(before);
    EXPECT_TRUE(succeeds(written));
}

TEST(MakeFolders, CreatesWhatIsMissing) {
    const TempFolder folder;
    ASSERT_TRUE(succeeds(make_folders(folder / "a/b/c", 0700)));
    EXPECT_EQ(mode_of(folder / "a/b/c"), 0700u);
    EXPECT_EQ(mode_of(folder / "a"), 0700u);
}

TEST(MakeFolders, AnExistingFolderIsFineAndKeepsItsMode) {
    const TempFolder folder;
    ASSERT_TRUE(succeeds(make_folders(folder / "a", 0700)));
    EXPECT_TRUE(succeeds(make_folders(folder / "a", 0755)));
    EXPECT_EQ(mode_of(folder / "a"), 0700u);
    EXPECT_TRUE(succeeds(make_folders("/", 0755)));
}

TEST(MakeFolders, TakesATrailingSlash) {
    const TempFolder folder;
    EXPECT_TRUE(succeeds(make_folders(folder / "a/b/", 0755)));
    EXPECT_TRUE(fs::is_directory(folder / "a/b"));
}

TEST(MakeFolders, CannotGoThroughAFile) {
    const TempFolder folder;
    EXPECT_TRUE(fails_with(make_folders(folder.write("file", "") / "below", 0755), Code::X201));
    EXPECT_TRUE(fails_with(make_folders("", 0755), Code::X201));
}

TEST(MakeFolders, AFileInItsPlaceIsAnError) {
    const TempFolder folder;
    EXPECT_TRUE(fails_with(make_folders(folder.write("file", ""), 0755), Code::X201));
}

TEST(MakeFolders, TheModeDoesNotDependOnTheUmask) {
    const TempFolder folder;
    const mode_t before = ::umask(077);
    const auto made = make_folders(folder / "a/b", 0755);
    ::umask(before);
    ASSERT_TRUE(succeeds(made));
    EXPECT_EQ(mode_of(folder / "a/b"), 0755u);
    EXPECT_EQ(mode_of(folder / "a"), 0755u);
}

TEST(RemoveFile, RemovesAndAcceptsThatThereIsNone) {
    const TempFolder folder;
    const auto file = folder.write("file", "x");
    EXPECT_TRUE(succeeds(remove_file(file)));
    EXPECT_FALSE(fs::exists(file));
    EXPECT_TRUE(succeeds(remove_file(file)));
}

TEST(RemoveFile, DoesNotRemoveAFolder) {
    const TempFolder folder;
    EXPECT_TRUE(fails_with(remove_file(folder.path()), Code::X201, "remove"));
}

TEST(CheckTrusted, AcceptsAFileOfRootBelowAStickyFolder) {
    NEEDS_ROOT();
    const TempFolder folder; // below /tmp
    const auto file = folder.write("file", "x");
    ASSERT_EQ(::chmod(file.c_str(), 0644), 0);
    ASSERT_EQ(mode_of("/tmp") & 01000u, 01000u);
    EXPECT_TRUE(succeeds(check_trusted(file)));
}

TEST(CheckTrusted, RefusesAFileThatOthersCanWrite) {
    NEEDS_ROOT();
    const TempFolder folder;
    const auto file = folder.write("file", "x");
    for (const mode_t mode : {0664, 0646, 0666, 01666}) {
        ASSERT_EQ(::chmod(file.c_str(), mode), 0);
        EXPECT_TRUE(fails_with(check_trusted(file), Code::X110, "writable by others")) << mode;
    }
}

TEST(CheckTrusted, RefusesAFileOfSomebodyElse) {
    NEEDS_ROOT();
    const TempFolder folder;
    const auto file = folder.write("file", "x");
    ASSERT_EQ(::chown(file.c_str(), somebody, 0), 0);
    EXPECT_TRUE(fails_with(check_trusted(file), Code::X110, "belongs to user 12345"));
}

TEST(CheckTrusted, RefusesAFolderAboveThatOthersCanWrite) {
    NEEDS_ROOT();
    const TempFolder folder;
    const auto file = folder.write("a/b/file", "x");
    ASSERT_EQ(::chmod(file.c_str(), 0644), 0);
    ASSERT_EQ(::chmod((folder / "a").c_str(), 0777), 0);
    EXPECT_TRUE(fails_with(check_trusted(file), Code::X110, "/a is writable by others"));
    ASSERT_EQ(::chmod((folder / "a").c_str(), 0755), 0);
    EXPECT_TRUE(succeeds(check_trusted(file)));
    ASSERT_EQ(::chown((folder / "a").c_str(), somebody, 0), 0);
    EXPECT_TRUE(fails_with(check_trusted(file), Code::X110, "belongs to user 12345"));
}

TEST(CheckTrusted, JudgesWhatASymbolicLinkPointsAt) {
    NEEDS_ROOT();
    const TempFolder folder;
    const auto file = folder.write("file", "x");
    ASSERT_EQ(::chmod(file.c_str(), 0666), 0);
    fs::create_symlink(file, folder / "link");
    EXPECT_TRUE(fails_with(check_trusted(folder / "link"), Code::X110, "writable by others"));
}

// Its owner may point the link elsewhere between the check and the use.
TEST(CheckTrusted, RefusesASymbolicLinkInAFolderOfSomebodyElse) {
    NEEDS_ROOT();
    const TempFolder folder;
    const auto file = folder.write("file", "x");
    fs::create_directory(folder / "theirs");
    fs::create_symlink(file, folder / "theirs/link");
    ASSERT_EQ(::chown((folder / "theirs").c_str(), somebody, 0), 0);
    EXPECT_TRUE(fails_with(check_trusted(folder / "theirs/link"), Code::X110));
}

TEST(CheckTrusted, RefusesRelativeAndMissingPaths) {
    EXPECT_TRUE(fails_with(check_trusted("etc/passwd"), Code::X110, "not an absolute path"));
    EXPECT_TRUE(fails_with(check_trusted(""), Code::X110, "not an absolute path"));
    EXPECT_TRUE(fails_with(check_trusted("/none/of/this"), Code::X110, "cannot resolve"));
}

} // namespace base_files_test
} // namespace fairlead
