#include "config/config.hpp"
#include "expect_error.hpp"

namespace fairlead::config {
namespace config_staging_test {

using test::fails_with;

Result<Config> read(const std::string& section) {
    return parse("schema: fairlead.config/1\nstaging:" + section, "/tmp/fairlead.yaml");
}

TEST(StagingConfig, HasDefaults) {
    const auto config = parse("schema: fairlead.config/1\n", "/tmp/fairlead.yaml");
    EXPECT_EQ(config->staging.deadline, 1500);
    EXPECT_TRUE(config->staging.profiles.empty());
    EXPECT_FALSE(config->staging.queued);
    EXPECT_TRUE(config->staging.import_folders.empty());
}

TEST(StagingConfig, IsRead) {
    const auto config =
        read(" {deadline: 60, keep: 3, queued: true, s3_endpoint: \"http://127.0.0.1:7480\", "
             "profiles: {ref: [\"in src=/a dst=/b\"]}}\n");
    ASSERT_TRUE(test::succeeds(config));
    EXPECT_EQ(config->staging.deadline, 60);
    EXPECT_EQ(config->staging.keep, 3);
    EXPECT_TRUE(config->staging.queued);
    EXPECT_EQ(config->staging.s3_endpoint, "http://127.0.0.1:7480");
    EXPECT_EQ(config->staging.profiles.at("ref").front(), "in src=/a dst=/b");
}

TEST(StagingConfig, IsReadStrictly) {
    EXPECT_TRUE(fails_with(read(" {dedline: 60}\n"), Code::X105, "did you mean 'deadline'"));
    EXPECT_TRUE(fails_with(read(" {deadline: 1}\n"), Code::X106, "from 10"));
    EXPECT_TRUE(fails_with(read(" {profiles: {ref: in}}\n"), Code::X106, "list"));
    EXPECT_TRUE(fails_with(read(" {buckets: []}\n"), Code::X105));
    EXPECT_TRUE(fails_with(read(" {queued: 2}\n"), Code::X106));
}

TEST(StagingConfig, SaysWhichFilesAreStriped) {
    const auto config = read(" {stripes: {folders: [/fsx, /lustre/], at_least: 64, count: 8}}\n");
    ASSERT_TRUE(test::succeeds(config));
    EXPECT_EQ(config->staging.stripes.folders, (std::vector<std::string>{"/fsx", "/lustre"}));
    EXPECT_EQ(config->staging.stripes.at_least, 64);
    EXPECT_EQ(config->staging.stripes.count, 8);
    EXPECT_TRUE(fails_with(read(" {stripes: {folders: [fsx]}}\n"), Code::X106, "absolute"));
    EXPECT_TRUE(fails_with(read(" {stripes: {count: -2}}\n"), Code::X106));
}

TEST(StagingConfig, HasLinksOfFoldersToS3) {
    const auto config = read(" {lfs: /opt/lfs, stall: 60, links: [{prefix: \"s3://lab/data/\", "
                             "folder: /fsx/lab/, mount: /fsx}, {prefix: \"s3://b/\", "
                             "folder: /fsx, mount: /fsx, export: automatic}]}\n");
    ASSERT_TRUE(test::succeeds(config));
    EXPECT_EQ(config->staging.lfs, "/opt/lfs");
    EXPECT_EQ(config->staging.stall, 60);
    const auto& links = config->staging.links;
    ASSERT_EQ(links.size(), 2u);
    EXPECT_EQ(links[0].prefix, "s3://lab/data/");
    EXPECT_EQ(links[0].folder, "/fsx/lab");
    EXPECT_EQ(links[0].exports, LinkExport::Archive);
    EXPECT_EQ(links[1].exports, LinkExport::Automatic);
}

TEST(StagingConfig, HasOnlyLinksThatCanBe) {
    const auto link = [](const std::string& text) { return read(" {links: [" + text + "]}\n"); };
    EXPECT_TRUE(fails_with(link("{prefix: \"s3://lab\", folder: /fsx, mount: /fsx}"), Code::X106,
                           "slash at its end"));
    EXPECT_TRUE(fails_with(link("{prefix: \"s3://lab/\", folder: /fsxlab, mount: /fsx}"),
                           Code::X106, "mount"));
    EXPECT_TRUE(fails_with(link("{prefix: \"s3://lab/\", folder: fsx, mount: /fsx}"), Code::X106));
    EXPECT_TRUE(fails_with(link("{folder: /fsx, mount: /fsx}"), Code::X106, "prefix"));
    EXPECT_TRUE(fails_with(
        link("{prefix: \"s3://lab/\", folder: /fsx, mount: /fsx, export: nightly}"), Code::X106));
    const std::string task =
        "{prefix: \"s3://lab/\", folder: /fsx, mount: /fsx, export: task, file_system: ";
    EXPECT_TRUE(fails_with(link(task + "fsx-1}"), Code::X106, "file_system"));
    EXPECT_TRUE(test::succeeds(link(task + "fs-0123456789abcdef0}")));
    EXPECT_TRUE(fails_with(read(" {links: {prefix: \"s3://lab/\"}}\n"), Code::X106, "list"));
}

TEST(StagingConfig, HasAKeyForResults) {
    EXPECT_EQ(
        read(" {kms_key: \"arn:aws:kms:us-east-2:111122223333:alias/lab\"}\n")->staging.kms_key,
        "arn:aws:kms:us-east-2:111122223333:alias/lab");
    EXPECT_TRUE(fails_with(read(" {kms_key: \"a\\r\\nb\"}\n"), Code::X106, "key of KMS"));
}

TEST(StagingConfig, NamesTheFileSystemsOfTheSite) {
    const auto config = read(" {file_systems: [/fsx/, /scratch], import_folders: [/home]}\n");
    ASSERT_TRUE(test::succeeds(config));
    EXPECT_EQ(site_folders(config->staging),
              (std::vector<std::string>{"/fsx", "/scratch", "/home"}));
    EXPECT_TRUE(fails_with(read(" {file_systems: [fsx]}\n"), Code::X106, "absolute"));
}

TEST(StagingConfig, ImportsIntoFoldersThatItNames) {
    EXPECT_FALSE(imports(read(" {queued: true}\n")->staging));
    EXPECT_FALSE(imports(read(" {import_folders: [/fsx]}\n")->staging));
    const auto config = read(" {queued: true, import_folders: [/fsx/, /home]}\n");
    ASSERT_TRUE(test::succeeds(config));
    EXPECT_TRUE(imports(config->staging));
    EXPECT_EQ(config->staging.import_folders, (std::vector<std::string>{"/fsx", "/home"}));
    for (const char* wrong : {"[fsx]", "[/]", "[//]", "[/fsx/..]", "/fsx"})
        EXPECT_TRUE(fails_with(read(fmt::format(" {{import_folders: {}}}\n", wrong)), Code::X106))
            << wrong;
}

} // namespace config_staging_test
} // namespace fairlead::config
