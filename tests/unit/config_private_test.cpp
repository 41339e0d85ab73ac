#include "config/private.hpp"

#include "expect_error.hpp"
#include "source_dir.hpp"
#include "temp_folder.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace fairlead::config {
namespace config_private_test {

namespace fs = std::filesystem;
using test::fails_with;
using test::succeeds;
using test::TempFolder;

fs::path private_file(const TempFolder& folder, std::string_view content, mode_t mode = 0600) {
    const auto file = folder.write(private_name, content);
    EXPECT_EQ(::chmod(file.c_str(), mode), 0);
    return file;
}

TEST(PrivateFile, OfItsOwnerAloneIsAccepted) {
    const TempFolder folder;
    EXPECT_TRUE(succeeds(check_private(private_file(folder, "schema: fairlead.private/1\n"))));
    EXPECT_TRUE(
        succeeds(check_private(private_file(folder, "schema: fairlead.private/1\n", 0400))));
}

TEST(PrivateFile, ThatOthersCanReadOrWriteIsRefused) {
    const TempFolder folder;
    for (const mode_t mode : {0640, 0604, 0620, 0602, 0610, 0644, 0666})
        EXPECT_TRUE(
            fails_with(check_private(private_file(folder, "schema: fairlead.private/1\n", mode)),
                       Code::X108, fmt::format("has mode {:04o}; expected 0600", mode)));
}

TEST(PrivateFile, ItsModeIsJudgedBeforeItsContent) {
    const TempFolder folder;
    EXPECT_TRUE(fails_with(check_private(private_file(folder, "rubbish: [", 0644)), Code::X108));
}

TEST(PrivateFile, MissingIsSaid) {
    const TempFolder folder;
    EXPECT_TRUE(fails_with(check_private(folder / private_name), Code::X101, "does not exist"));
}

TEST(PrivateFile, AnUnknownKeyIsNamedWithItsPlace) {
    const TempFolder folder;
    const auto file = private_file(folder, "schema: fairlead.private/1\nshcema: x\n");
    EXPECT_TRUE(fails_with(check_private(file), Code::X105,
                           file.native() + ":2:1: unknown key 'shcema' in the private file, did "
                                           "you mean 'schema'?"));
}

TEST(PrivateFile, TheSchemaMustBeThereAndKnown) {
    const TempFolder folder;
    EXPECT_TRUE(fails_with(check_private(private_file(folder, "{}\n")), Code::X106,
                           "expected `schema: fairlead.private/1`"));
    EXPECT_TRUE(fails_with(check_private(private_file(folder, "schema: fairlead.config/1\n")),
                           Code::X106, "did you mean 'fairlead.private/1'?"));
}

TEST(PrivateFile, EmptyOrBrokenYamlIsRefused) {
    const TempFolder folder;
    EXPECT_TRUE(fails_with(check_private(private_file(folder, "")), Code::X102, "is empty"));
    EXPECT_TRUE(fails_with(check_private(private_file(folder, "a: [")), Code::X104));
}

// The text of FL-X102 names the schema of the public file.
TEST(PrivateFile, AnEmptyOneIsToldItsOwnSchema) {
    const TempFolder folder;
    EXPECT_TRUE(fails_with(check_private(private_file(folder, "")), Code::X102,
                           "schema: fairlead.private/1"));
}

TEST(PrivateFile, AFolderIsNone) {
    const TempFolder folder;
    EXPECT_TRUE(fails_with(check_private(folder.path()), Code::X103, "not a regular file"));
}

TEST(PrivateFile, TheShippedOneIsValid) {
    const TempFolder folder;
    const auto shipped = test::content_of(test::source_dir() / "conf" / private_name);
    EXPECT_TRUE(succeeds(check_private(private_file(folder, shipped))));
}

} // namespace config_private_test
} // namespace fairlead::config
