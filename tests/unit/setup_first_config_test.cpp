#include "setup/first_config.hpp"

#include "config/config.hpp"
#include "expect_error.hpp"

#include <gtest/gtest.h>

namespace fairlead::setup {
namespace setup_first_config_test {

using test::succeeds;

catalog::Catalog catalog() {
    return catalog::Catalog::parse(std::string(catalog::header) +
                                       "\nhpc7a.96xlarge,192,192,1,4,768,2,2,300,0,x86_64\n",
                                   "types.csv")
        .value();
}

config::Config parsed(const Found& found) {
    const auto config = config::parse(first_config(found), "/tmp/fairlead.yaml");
    EXPECT_TRUE(succeeds(config)) << first_config(found);
    return config.value_or(config::Config{});
}

TEST(FirstConfig, PartitionsAreWhatTheirNodesAre) {
    const auto nodes = parse_nodes("NodeName=a AvailableFeatures=static,hpc7a.96xlarge,efa\n"
                                   "NodeName=b AvailableFeatures=efa\nNodeName=c\n");
    const auto partitions = parse_partitions("PartitionName=hpc Default=YES Nodes=a,b\n"
                                             "PartitionName=some Nodes=b,c\n"
                                             "PartitionName=off Nodes=c\nPartitionName=none\n");
    const Found found{found_partitions(nodes, partitions, {}, catalog()),
                      std::vector<std::string>{"bio", "cfd"}, "/usr/bin/scontrol"};
    const auto config = parsed(found);
    ASSERT_EQ(config.partitions.size(), 4u);
    EXPECT_EQ(config.default_partition, "hpc");
    const auto& hpc = config.partitions.at("hpc");
    EXPECT_EQ(hpc.fabric.efa, config::EfaNeed::Required);
    EXPECT_EQ(hpc.instance_types, std::vector<std::string>{"hpc7a.96xlarge"});
    EXPECT_EQ(config.partitions.at("some").fabric.efa, config::EfaNeed::Preferred);
    EXPECT_EQ(config.partitions.at("off").fabric.efa, config::EfaNeed::Off);
    for (const auto& [name, rules] : config.partitions)
        EXPECT_EQ(rules.mode, config::Mode::Observe) << name;
    EXPECT_EQ(config.defaults.mode, config::Mode::Observe);
    EXPECT_NE(first_config(found).find("slurmdbd knows: bio, cfd."), std::string::npos);
}

TEST(FirstConfig, ARecordTellsTheTypeOfANode) {
    const auto partitions = found_partitions(parse_nodes("NodeName=a AvailableFeatures=(null)\n"),
                                             parse_partitions("PartitionName=p Nodes=a\n"),
                                             {{"a", "hpc7a.96xlarge"}}, catalog());
    EXPECT_EQ(partitions[0].types, std::vector<std::string>{"hpc7a.96xlarge"});
    EXPECT_EQ(partitions[0].with_efa, 1u);
}

TEST(FirstConfig, NamesThatYamlWouldReadOtherwiseAreQuoted) {
    Found found{.scontrol = "/opt/slurm/bin/scontrol"};
    const std::vector<std::string> names{"on", "12", "null", "a: b", "q\"x", "0x1f", "-", "N"};
    for (const std::string& name : names)
        found.partitions.push_back({name});
    const auto config = parsed(found);
    EXPECT_EQ(config.partitions.size(), names.size());
    for (const std::string& name : names)
        EXPECT_TRUE(config.partitions.contains(name)) << name;
    EXPECT_EQ(config.scontrol, "/opt/slurm/bin/scontrol");
}

TEST(FirstConfig, ACommentStaysOne) {
    Found found{.accounts = std::vector<std::string>{"a\nadmission: controller"}, .scontrol = {}};
    found.scontrol = "/usr/bin/scontrol";
    EXPECT_EQ(parsed(found).admission, config::Admission::Node);
}

TEST(FirstConfig, AnEmptyClusterHasOneToo) {
    const auto config = parsed({.scontrol = "/usr/bin/scontrol"});
    EXPECT_TRUE(config.partitions.empty());
    EXPECT_NE(first_config({}).find("slurmdbd did not answer"), std::string::npos);
}

TEST(FirstConfig, AccountsAreListedOnce) {
    EXPECT_EQ(accounts_in("root||\nroot||root\nbio|root|\nbio||ada\ncfd|root|\n"),
              (std::vector<std::string>{"bio", "cfd"}));
}

} // namespace setup_first_config_test
} // namespace fairlead::setup
