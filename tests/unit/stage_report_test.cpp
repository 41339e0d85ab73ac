#include "stage/report.hpp"

#include "expect_error.hpp"
#include "temp_folder.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sstream>

namespace fairlead::stage {
namespace stage_report_test {

using nlohmann::json;
using test::content_of;
using test::fails_with;
using test::succeeds;
using test::TempFolder;

std::vector<json> lines_of(const std::filesystem::path& path) {
    std::vector<json> lines;
    std::istringstream text{content_of(path)};
    for (std::string line; std::getline(text, line);)
        lines.push_back(json::parse(line));
    return lines;
}

TEST(StageReport, TheManifestIsThereOnlyWhenAllIsDone) {
    const TempFolder folder;
    const auto report = Report::open(folder.path(), {.cluster = "c", .job = 4711, .epoch = 5});
    ASSERT_TRUE(succeeds(report));
    (*report)->add({.path = "/fsx/a",
                    .source = "s3://lab/a",
                    .size = 3,
                    .crc = 0xab,
                    .verified = Verified::Crc64});
    (*report)->add({.path = "/fsx/b", .source = "/x/b", .size = 4});
    (*report)->skip("/fsx/link");
    EXPECT_FALSE(std::filesystem::exists(folder / "manifest"));
    ASSERT_TRUE(succeeds((*report)->finish()));
    const auto lines = lines_of(folder / "manifest");
    ASSERT_EQ(lines.size(), 4u);
    EXPECT_EQ(lines[0], json::parse(R"({"schema":"fairlead.manifest/1","cluster":"c","job":4711,
                                        "epoch":5,"phase":"in"})"));
    EXPECT_EQ(lines[1], json::parse(R"({"path":"/fsx/a","source":"s3://lab/a","size":3,
        "checksum":"crc64nvme:00000000000000ab","verified":"crc64nvme"})"));
    EXPECT_EQ(lines[2]["checksum"], nullptr);
    EXPECT_EQ(lines[2]["verified"], "size");
    EXPECT_EQ(lines[3]["skipped"], "neither a file nor a folder");
    EXPECT_EQ((*report)->files(), 2);
    EXPECT_EQ((*report)->bytes(), 7);
    EXPECT_EQ((*report)->skipped(), 1);
}

TEST(StageReport, ProgressIsThereFromTheStartAndWholeAtTheEnd) {
    const TempFolder folder;
    const auto report = Report::open(folder.path(), {.cluster = "c"});
    ASSERT_TRUE(succeeds(report));
    (*report)->start();
    (*report)->plan(2, 100);
    (*report)->moved(60);
    (*report)->add({.path = "/fsx/a", .source = "x", .size = 60});
    (*report)->stop();
    const auto progress = decode_progress(content_of(folder / "progress.json"), "x");
    ASSERT_TRUE(succeeds(progress));
    EXPECT_EQ(progress->bytes_done, 60);
    EXPECT_EQ(progress->bytes_total, 100);
    EXPECT_EQ(progress->files_done, 1);
    EXPECT_EQ(progress->files_total, 2);
    EXPECT_GE(progress->updated, progress->started);
}

TEST(StageReport, AFolderThatCannotBeWrittenIsSaid) {
    EXPECT_TRUE(fails_with(Report::open("/proc/none", {}), Code::S123));
}

} // namespace stage_report_test
} // namespace fairlead::stage
