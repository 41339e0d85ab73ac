#include "stage/user_files.hpp"

#include "temp_folder.hpp"

#include <cerrno>
#include <gtest/gtest.h>
#include <sys/stat.h>

namespace fairlead::stage {
namespace stage_user_files_test {

using test::content_of;
using test::TempFolder;

constexpr const char* temporary = ".fairlead-0123456789abcdef.part";

std::span<const char> bytes(std::string_view text) { return {text.data(), text.size()}; }

struct Folder {
    TempFolder folder;
    UserFiles files;

    std::string operator/(std::string_view name) const { return (folder / name).native(); }

    OrErrno<FileState> store(std::string_view name, std::string_view content) {
        const auto opened = files.open_temporary(*this / name, temporary);
        if (!opened)
            return std::unexpected(opened.error());
        EXPECT_TRUE(files.write(opened->handle, 0, bytes(content)));
        return files.commit(opened->handle, -1, -1);
    }
};

template <class T>
int error_of(const OrErrno<T>& value) {
    return value ? 0 : value.error().error;
}

TEST(StageUserFiles, AFileIsNotThereUntilItIsWhole) {
    Folder in;
    const auto opened = in.files.open_temporary(in / "new/folder/x", temporary);
    ASSERT_TRUE(opened);
    ASSERT_TRUE(in.files.write(opened->handle, 2, bytes("cd")));
    ASSERT_TRUE(in.files.write(opened->handle, 0, bytes("ab")));
    EXPECT_FALSE(std::filesystem::exists(in / "new/folder/x"));
    const auto state = in.files.commit(opened->handle, 0640, 1'700'000'000'123'456'789);
    ASSERT_TRUE(state);
    EXPECT_EQ(content_of(in / "new/folder/x"), "abcd");
    EXPECT_EQ(state->size, 4);
    EXPECT_EQ(state->mtime, 1'700'000'000'123'456'789);
    EXPECT_EQ(state->mode, 0640u);
    EXPECT_EQ(*in.files.look(in / "new/folder/x"), *state);
    EXPECT_FALSE(std::filesystem::exists(in / "new/folder" + "/" + temporary));
    EXPECT_TRUE(in.files.sync_folders());
}

TEST(StageUserFiles, WhatIsDiscardedLeavesNothing) {
    Folder in;
    const auto opened = in.files.open_temporary(in / "x", temporary);
    ASSERT_TRUE(opened);
    EXPECT_TRUE(in.files.discard(opened->handle));
    EXPECT_EQ(test::entries_in(in.folder.path()), 0u);
    EXPECT_EQ(error_of(in.files.write(opened->handle, 0, bytes("x"))), EBADF);
    EXPECT_EQ(error_of(in.files.commit(opened->handle, -1, -1)), EBADF);
}

TEST(StageUserFiles, ATemporaryFileOfAnEarlierRunIsGoneOnWith) {
    Folder in;
    const auto first = in.files.open_temporary(in / "x", temporary);
    ASSERT_TRUE(first);
    ASSERT_TRUE(in.files.write(first->handle, 0, bytes("old")));
    in.files.close(first->handle);
    const auto again = in.files.open_temporary(in / "x", temporary);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->state.size, 3);
}

TEST(StageUserFiles, ButNotWhileAnotherProcessMayWriteToIt) {
    Folder in;
    const auto fenced = in.files.open_temporary(in / "x", temporary);
    ASSERT_TRUE(fenced);
    UserFiles successor;
    EXPECT_EQ(error_of(successor.open_temporary(in / "x", temporary)), EEXIST);
    EXPECT_TRUE(in.files.write(fenced->handle, 0, bytes("late")));
    EXPECT_EQ(error_of(in.files.commit(fenced->handle, -1, -1)), ENOENT);
    EXPECT_EQ(test::entries_in(in.folder.path()), 0u);
    const auto anew = successor.open_temporary(in / "x", temporary);
    ASSERT_TRUE(anew);
    EXPECT_EQ(anew->state.size, 0);
}

TEST(StageUserFiles, ButNotWhatElseHasItsName) {
    Folder in;
    in.folder.write("precious", "x");
    std::filesystem::create_hard_link(in / "precious", in / temporary);
    EXPECT_EQ(error_of(in.files.open_temporary(in / "x", temporary)), EEXIST);
    std::filesystem::remove(in / temporary);
    std::filesystem::create_symlink(in / "precious", in / temporary);
    EXPECT_EQ(error_of(in.files.open_temporary(in / "x", temporary)), EEXIST);
    std::filesystem::remove(in / temporary);
    ASSERT_EQ(::mkfifo((in / temporary).c_str(), 0600), 0);
    EXPECT_EQ(error_of(in.files.open_temporary(in / "x", temporary)), EEXIST);
    EXPECT_EQ(content_of(in / "precious"), "x");
}

TEST(StageUserFiles, NoLinkIsFollowedAnywhere) {
    Folder in;
    in.folder.write("real/file", "x");
    std::filesystem::create_symlink(in / "real", in / "link");
    std::filesystem::create_symlink(in / "real/file", in / "real/alias");
    for (const char* path : {"link/file", "real/alias"}) {
        EXPECT_EQ(error_of(in.files.open_source(in / path)), ELOOP) << path;
        EXPECT_EQ(error_of(in.files.open_temporary(in / path, temporary)), ELOOP) << path;
    }
    EXPECT_EQ(error_of(in.files.open_folder(in / "link")), ELOOP);
    EXPECT_EQ(error_of(in.files.make_folder(in / "link/new")), ELOOP);
    EXPECT_EQ(in.files.look(in / "link")->kind, FileState::Kind::Other);
    EXPECT_EQ(error_of(in.files.open_source("/proc/self/root/etc/hostname")), ELOOP);
    constexpr const char* above_the_root = "../../../../../../../../../../../../etc/hostname";
    EXPECT_EQ(error_of(in.files.open_source(in / above_the_root)), EXDEV);
}

TEST(StageUserFiles, WhatIsNoFileIsRefused) {
    Folder in;
    ASSERT_EQ(::mkfifo((in / "pipe").c_str(), 0600), 0);
    in.folder.write("folder/file", "x");
    EXPECT_EQ(error_of(in.files.open_source(in / "pipe")), ENOTSUP);
    EXPECT_EQ(error_of(in.files.open_source(in / "folder")), ENOTSUP);
    EXPECT_EQ(error_of(in.files.open_temporary(in / "pipe", temporary)), ENOTSUP);
    EXPECT_EQ(error_of(in.files.open_temporary(in / "folder", temporary)), EISDIR);
    EXPECT_EQ(error_of(in.files.open_temporary(in / "folder/file/x", temporary)), ENOTDIR);
    EXPECT_EQ(error_of(in.files.open_source(in / "none")), ENOENT);
    EXPECT_EQ(in.files.look(in / "none")->kind, FileState::Kind::None);
}

TEST(StageUserFiles, WhatComesInTheWayAtTheLastMomentIsNotReplaced) {
    Folder in;
    const auto opened = in.files.open_temporary(in / "x", temporary);
    ASSERT_TRUE(opened);
    ASSERT_EQ(::mkfifo((in / "x").c_str(), 0600), 0);
    EXPECT_EQ(error_of(in.files.commit(opened->handle, -1, -1)), ENOTSUP);
    EXPECT_TRUE(in.files.discard(opened->handle));
}

TEST(StageUserFiles, ARangeIsCopiedAndAFileThatEndsEarlyIsNoSuccess) {
    Folder in;
    in.folder.write("from", "0123456789");
    const auto from = in.files.open_source(in / "from");
    const auto to = in.files.open_temporary(in / "to", temporary);
    ASSERT_TRUE(from && to);
    std::array<char, 4> buffer{};
    EXPECT_TRUE(in.files.copy(from->handle, to->handle, 3, 5, buffer));
    EXPECT_TRUE(in.files.copy(from->handle, to->handle, 0, 3, buffer));
    EXPECT_TRUE(in.files.copy(from->handle, to->handle, 8, 2, buffer));
    EXPECT_EQ(error_of(in.files.copy(from->handle, to->handle, 8, 4, buffer)), ENODATA);
    ASSERT_TRUE(in.files.commit(to->handle, -1, -1));
    EXPECT_EQ(content_of(in / "to"), "0123456789");
    EXPECT_EQ(in.files.read(from->handle, 8, buffer), 2u);
}

TEST(StageUserFiles, AFolderIsListedInAsManyPiecesAsTheRoomNeeds) {
    Folder in;
    for (int i = 0; i < 50; ++i)
        in.folder.write("f" + std::to_string(i), std::string(static_cast<std::size_t>(i), 'x'));
    std::filesystem::create_directory(in / "d");
    std::filesystem::create_symlink("d", in / "l");
    const auto folder = in.files.open_folder(in.folder.path().native());
    ASSERT_TRUE(folder);
    std::string all;
    std::array<char, 300> room{};
    for (int pieces = 0;; ++pieces) {
        const auto got = in.files.read_folder(*folder, room);
        ASSERT_TRUE(got);
        if (*got == 0) {
            EXPECT_GT(pieces, 5);
            break;
        }
        all.append(room.data(), *got);
    }
    EXPECT_EQ(std::count(all.begin(), all.end(), '\0'), 52);
    for (const std::string_view entry : {" f49\0", " d\0", " l\0"})
        EXPECT_NE(all.find(entry), std::string::npos) << entry;
    EXPECT_NE(all.find("f 49 "), std::string::npos);
}

} // namespace stage_user_files_test
} // namespace fairlead::stage
