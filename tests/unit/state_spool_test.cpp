#include "state/spool.hpp"

#include "expect_error.hpp"
#include "temp_folder.hpp"

#include <fcntl.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace fairlead::state {
namespace state_spool_test {

namespace fs = std::filesystem;
using test::fails_with;
using test::succeeds;
using test::TempFolder;

constexpr JobId job{4711};
constexpr uid_t owner = 5001, stranger = 5002;

class SpoolTest : public testing::Test {
  protected:
    void SetUp() override {
        if (::geteuid() != 0)
            GTEST_SKIP() << "gives files to another user, which needs root";
        // mkdtemp's folder is for root alone; readers must get in.
        fs::permissions(folder.path(), fs::perms(0755));
        fs::create_directory(spool.path);
    }

    Result<void> write(const std::string& name = "n1.1.0.json", std::string_view text = "part") {
        return write_part(spool, job, name, owner, text);
    }

    /// What a user would read, as one text, or the error.
    std::string read_as(uid_t user) {
        int ends[2];
        EXPECT_EQ(::pipe(ends), 0);
        const pid_t child = ::fork();
        if (child == 0) {
            std::string said;
            if (::setgroups(0, nullptr) == 0 && ::setresgid(user, user, user) == 0 &&
                ::setresuid(user, user, user) == 0) {
                const auto parts = read_parts(spool.path, job);
                said = parts ? "" : to_string(parts.error());
                for (const auto& part : parts.value_or(std::vector<SpooledPart>{}))
                    said += part.name + "=" + part.text + ";";
            }
            ::_exit(::write(ends[1], said.data(), said.size()) < 0 ? 1 : 0);
        }
        ::close(ends[1]);
        char text[512];
        const ssize_t got = ::read(ends[0], text, sizeof text);
        ::close(ends[0]);
        ::waitpid(child, nullptr, 0);
        return {text, static_cast<std::size_t>(std::max<ssize_t>(got, 0))};
    }

    TempFolder folder;
    Spool spool{folder / "spool", false};
};

TEST_F(SpoolTest, ThePartsOfAJobAreForItsOwnerAlone) {
    ASSERT_TRUE(succeeds(write()));
    ASSERT_TRUE(succeeds(write("n2.1.0.json", "other")));
    EXPECT_EQ(read_as(owner), "n1.1.0.json=part;n2.1.0.json=other;");
    EXPECT_EQ(read_as(0), "n1.1.0.json=part;n2.1.0.json=other;");
    EXPECT_EQ(read_as(stranger),
              "the network report of job 4711 belongs to another user [FL-E230]");
}

TEST_F(SpoolTest, FilesBelongToTheOwnerAndFoldersToRoot) {
    ASSERT_TRUE(succeeds(write()));
    const fs::path file = spool.path / "4711/n1.1.0.json";
    struct stat info{};
    ASSERT_EQ(::stat(file.c_str(), &info), 0);
    EXPECT_EQ(info.st_uid, owner);
    EXPECT_EQ(info.st_gid, ::getegid());
    EXPECT_EQ(test::mode_of(file), 0400u);
    ASSERT_EQ(::stat(file.parent_path().c_str(), &info), 0);
    EXPECT_EQ(info.st_uid, 0u);
    EXPECT_EQ(test::mode_of(file.parent_path()), 0755u);
    EXPECT_EQ(test::entries_in(file.parent_path()), 1u);
}

TEST_F(SpoolTest, APartIsReplacedAndLeftoversGo) {
    ASSERT_TRUE(succeeds(write("n1.1.0.json", "first")));
    std::ofstream(spool.path / "4711/.n1.1.0.json") << "half, of an epilog that was killed";
    EXPECT_EQ(read_as(owner), "n1.1.0.json=first;");
    ASSERT_TRUE(succeeds(write("n1.1.0.json", "second")));
    EXPECT_EQ(read_as(owner), "n1.1.0.json=second;");
    EXPECT_EQ(test::entries_in(spool.path / "4711"), 1u);
}

TEST_F(SpoolTest, TheDefaultIsMadeButOnlyInAFolderThatExists) {
    EXPECT_TRUE(fails_with(write_part({folder / "gone", false}, job, "n1.json", owner, "x"),
                           Code::X110, "gone"));
    EXPECT_TRUE(fails_with(write_part({folder / "gone/reports", true}, job, "n1.json", owner, "x"),
                           Code::X110, "gone/reports"));
    EXPECT_FALSE(fs::exists(folder / "gone"));
    const mode_t before = ::umask(077);
    EXPECT_TRUE(succeeds(write_part({folder / "reports", true}, job, "n1.json", owner, "x")));
    ::umask(before);
    EXPECT_EQ(test::mode_of(folder / "reports"), 0755u);
    EXPECT_EQ(test::mode_of(folder / "reports/4711"), 0755u);
}

TEST_F(SpoolTest, ALinkInThePlaceOfTheJobsFolderIsNotFollowed) {
    fs::create_directory(folder / "target");
    fs::create_directory_symlink(folder / "target", spool.path / "4711");
    EXPECT_TRUE(fails_with(write(), Code::X201, "4711"));
    EXPECT_EQ(test::entries_in(folder / "target"), 0u);
    EXPECT_TRUE(fails_with(read_parts(spool.path, job), Code::E230));
}

TEST_F(SpoolTest, AFolderThatAUserMadeIsNotUsed) {
    fs::permissions(spool.path, fs::perms(01777));
    fs::create_directory(spool.path / "4711");
    ASSERT_EQ(::chown((spool.path / "4711").c_str(), stranger, stranger), 0);
    EXPECT_TRUE(fails_with(write(), Code::X110, "does not belong to root alone"));
    std::ofstream(spool.path / "4711/n1.json") << "forged";
    EXPECT_TRUE(fails_with(read_parts(spool.path, job), Code::E230, "no network report"));
    ASSERT_EQ(::chown((spool.path / "4711").c_str(), 0, 0), 0);
    fs::permissions(spool.path / "4711", fs::perms(0777));
    EXPECT_TRUE(fails_with(write(), Code::X110, "does not belong to root alone"));
}

TEST_F(SpoolTest, ThatOthersCouldChangeIsNotUsed) {
    fs::permissions(spool.path, fs::perms(0777));
    EXPECT_TRUE(fails_with(write(), Code::X110, "writable by others"));
    fs::permissions(spool.path, fs::perms(0755));
    ASSERT_EQ(::chown(spool.path.c_str(), stranger, stranger), 0);
    EXPECT_TRUE(fails_with(write(), Code::X110, "belongs to user 5002"));
}

TEST_F(SpoolTest, LinksFoldersAndHugeFilesAreNoParts) {
    ASSERT_TRUE(succeeds(write()));
    const fs::path parts = spool.path / "4711";
    fs::create_symlink("/etc/passwd", parts / "a.json");
    fs::create_directory(parts / "b.json");
    ASSERT_EQ(::mkfifo((parts / "c.json").c_str(), 0644), 0);
    std::ofstream(parts / "d.json") << std::string(1024 * 1024 + 1, ' ');
    std::ofstream(parts / "notes.txt") << "x";
    EXPECT_EQ(read_as(0), "n1.1.0.json=part;");
}

TEST_F(SpoolTest, OfAnotherJobIsNotRead) {
    ASSERT_TRUE(succeeds(write()));
    EXPECT_TRUE(fails_with(read_parts(spool.path, JobId{47}), Code::E230, "job 47 in"));
    EXPECT_TRUE(fails_with(read_parts(folder / "gone", job), Code::E230));
}

} // namespace state_spool_test
} // namespace fairlead::state
