#include "catalog/catalog.hpp"

#include "expect_error.hpp"
#include "source_dir.hpp"
#include "temp_folder.hpp"

#include <gtest/gtest.h>
#include <optional>
#include <set>
#include <sstream>
#include <vector>

namespace fairlead::catalog {
namespace catalog_catalog_test {

namespace fs = std::filesystem;
using test::fails_with;
using test::succeeds;
using test::TempFolder;

const fs::path shipped = test::source_dir() / "conf/instance-types.csv";
const std::string good_row = "x1.large,8,4,2,1,16,1,1,100,,x86_64\n";

/// The shipped file read without the catalog's own parser.
std::vector<std::vector<std::string>> shipped_rows() {
    std::ifstream file(shipped);
    std::vector<std::vector<std::string>> rows;
    for (std::string line; std::getline(file, line);) {
        if (line.empty() || line[0] == '#' || line.starts_with("instance_type,"))
            continue;
        std::vector<std::string> fields;
        std::istringstream cells(line);
        for (std::string cell; std::getline(cells, cell, ',');)
            fields.push_back(cell);
        rows.push_back(fields);
    }
    return rows;
}

Catalog shipped_catalog() { return Catalog::load(shipped, {}).value(); }

std::optional<double> number_or_none(const std::string& cell) {
    return cell.empty() ? std::nullopt : std::optional(std::stod(cell));
}

void expect_row(const InstanceType& type, const std::vector<std::string>& row) {
    SCOPED_TRACE(row[0]);
    EXPECT_EQ(type.name, row[0]);
    EXPECT_EQ(type.vcpus, std::stoi(row[1]));
    EXPECT_EQ(type.cores, std::stoi(row[2]));
    EXPECT_EQ(type.threads_per_core, std::stoi(row[3]));
    EXPECT_EQ(type.numa_nodes.has_value(), !row[4].empty());
    EXPECT_EQ(type.numa_nodes.value_or(0), row[4].empty() ? 0 : std::stoi(row[4]));
    EXPECT_DOUBLE_EQ(type.memory_gib, std::stod(row[5]));
    EXPECT_EQ(type.efa_interfaces, std::stoi(row[6]));
    EXPECT_EQ(type.network_cards, std::stoi(row[7]));
    EXPECT_EQ(type.gbps, number_or_none(row[8]));
    EXPECT_EQ(type.gpus, row[9].empty() ? 0 : std::stoi(row[9]));
    EXPECT_EQ(type.arch, row[10]);
}

TEST(ShippedCatalog, EveryTypeIsWhatItsRowSays) {
    const auto catalog = shipped_catalog();
    for (const auto& row : shipped_rows()) {
        ASSERT_EQ(row.size(), 11u) << row[0];
        const auto* type = catalog.find(row[0]);
        ASSERT_NE(type, nullptr) << row[0];
        expect_row(*type, row);
    }
}

TEST(ShippedCatalog, ListsNoTypeTwice) {
    std::set<std::string> names;
    for (const auto& row : shipped_rows())
        EXPECT_TRUE(names.insert(row[0]).second) << row[0];
    EXPECT_EQ(shipped_catalog().types().size(), names.size());
}

TEST(ShippedCatalog, HoldsAtLeast290TypesAndAllHaveEfa) {
    const auto catalog = shipped_catalog();
    EXPECT_GE(catalog.types().size(), 290u);
    for (const auto& [name, type] : catalog.types())
        EXPECT_GE(type.efa_interfaces, 1) << name;
}

TEST(ShippedCatalog, ThreadsAreCoresTimesThreadsPerCore) {
    const auto catalog = shipped_catalog();
    for (const auto& [name, type] : catalog.types()) {
        EXPECT_EQ(type.vcpus, type.cores * type.threads_per_core) << name;
        EXPECT_GE(type.cores, 1) << name;
    }
}

TEST(ShippedCatalog, EveryTypeHasAPossibleNetwork) {
    const auto catalog = shipped_catalog();
    for (const auto& [name, type] : catalog.types()) {
        EXPECT_GE(type.network_cards, 1) << name;
        EXPECT_GT(type.gbps.value_or(1), 0) << name;
        EXPECT_GT(type.memory_gib, 0) << name;
        EXPECT_TRUE(type.arch == "x86_64" || type.arch == "arm64") << name;
    }
}

/// A line of tests/fixtures/efa-instance-types.txt.
struct Pinned {
    std::string name, gbps, arch;
    int vcpus, cores, threads, efa, cards, gpus;
    double memory;
};

std::vector<Pinned> pinned_types() {
    std::ifstream file(test::source_dir() / "tests/fixtures/efa-instance-types.txt");
    std::vector<Pinned> all;
    for (std::string line; std::getline(file, line);) {
        Pinned type{};
        std::istringstream cells(line);
        if (!line.starts_with('#') && cells >> type.name >> type.vcpus >> type.cores >>
                                          type.threads >> type.memory >> type.efa >> type.cards >>
                                          type.gbps >> type.gpus >> type.arch)
            all.push_back(type);
    }
    return all;
}

TEST(ShippedCatalog, EveryTypeIsPinned) {
    const auto catalog = shipped_catalog();
    const auto pinned = pinned_types();
    EXPECT_EQ(pinned.size(), 298u);
    EXPECT_EQ(catalog.types().size(), pinned.size());
    for (const Pinned& is : pinned) {
        SCOPED_TRACE(is.name);
        const auto* type = catalog.find(is.name);
        ASSERT_NE(type, nullptr);
        EXPECT_EQ(type->vcpus, is.vcpus);
        EXPECT_EQ(type->cores, is.cores);
        EXPECT_EQ(type->threads_per_core, is.threads);
        EXPECT_EQ(type->memory_gib, is.memory);
        EXPECT_EQ(type->efa_interfaces, is.efa);
        EXPECT_EQ(type->network_cards, is.cards);
        EXPECT_EQ(type->gbps, is.gbps == "-" ? std::nullopt : std::optional(std::stod(is.gbps)));
        EXPECT_EQ(type->gpus, is.gpus);
        EXPECT_EQ(type->arch, is.arch);
    }
}

// Where a wrong row would hurt first; Karpenter's instance type pages say the same.
TEST(ShippedCatalog, HasTheInterfacesOfTheTypesThatPeopleUse) {
    const auto catalog = shipped_catalog();
    const std::map<std::string, int> published{
        {"c5n.18xlarge", 1},      {"c6gn.16xlarge", 1},  {"c6in.32xlarge", 2},
        {"c7gn.16xlarge", 1},     {"c8gn.48xlarge", 2},  {"hpc6a.48xlarge", 1},
        {"hpc6id.32xlarge", 2},   {"hpc7a.12xlarge", 2}, {"hpc7a.96xlarge", 2},
        {"hpc7g.16xlarge", 1},    {"hpc8a.96xlarge", 2}, {"m6i.32xlarge", 1},
        {"i3en.24xlarge", 1},     {"x2idn.32xlarge", 1}, {"x2iedn.32xlarge", 1},
        {"x2iezn.12xlarge", 1},   {"p3dn.24xlarge", 1},  {"p4d.24xlarge", 4},
        {"p4de.24xlarge", 4},     {"p5.4xlarge", 1},     {"p5.48xlarge", 32},
        {"p5e.48xlarge", 32},     {"p5en.48xlarge", 16}, {"p6-b200.48xlarge", 8},
        {"p6-b300.48xlarge", 16}, {"trn1.32xlarge", 8},  {"trn1n.32xlarge", 16},
        {"trn2.48xlarge", 16},    {"g6e.48xlarge", 4},   {"g7e.48xlarge", 4}};
    for (const auto& [name, interfaces] : published)
        EXPECT_EQ(catalog.find(name)->efa_interfaces, interfaces) << name;
    EXPECT_EQ(catalog.find("x2iezn.32xlarge"), nullptr) << "does not exist";
    EXPECT_EQ(catalog.find("p6-b300.48xlarge")->network_cards, 17);
}

TEST(ShippedCatalog, KnowsTheTypesOfTheManual) {
    const auto catalog = shipped_catalog();
    const auto* hpc7a = catalog.find("hpc7a.96xlarge");
    ASSERT_NE(hpc7a, nullptr);
    EXPECT_EQ(hpc7a->cores, 192);
    EXPECT_EQ(hpc7a->threads_per_core, 1);
    EXPECT_EQ(hpc7a->efa_interfaces, 2);
    const auto* p5 = catalog.find("p5.48xlarge");
    ASSERT_NE(p5, nullptr);
    EXPECT_EQ(p5->cores, 96);
    EXPECT_EQ(p5->efa_interfaces, 32);
    EXPECT_EQ(p5->gpus, 8);
    const auto* c5n = catalog.find("c5n.18xlarge");
    ASSERT_NE(c5n, nullptr);
    EXPECT_EQ(c5n->cores, 36);
    EXPECT_EQ(c5n->threads_per_core, 2);
    EXPECT_EQ(c5n->efa_interfaces, 1);
}

TEST(Catalog, DoesNotFindWhatIsNotListed) {
    const auto catalog = shipped_catalog();
    for (const std::string_view name :
         {"", "t3.micro", "hpc7a", "HPC7A.96XLARGE", "hpc7a.96xlarge "})
        EXPECT_EQ(catalog.find(name), nullptr) << name;
}

TEST(Catalog, SkipsCommentsBlankLinesAndTheHeader) {
    const auto catalog = Catalog::parse("# x\n\n" + good_row + "  \n", "f");
    ASSERT_TRUE(succeeds(catalog));
    EXPECT_EQ(catalog->types().size(), 1u);
    EXPECT_TRUE(Catalog::parse("", "f")->types().empty());
}

TEST(Catalog, TakesLineEndsOfOtherSystems) {
    const auto catalog = Catalog::parse("x1.large,8,4,2,1,16,1,1,100,,x86_64\r\n", "f");
    ASSERT_TRUE(succeeds(catalog));
    EXPECT_EQ(catalog->find("x1.large")->arch, "x86_64");
}

TEST(Catalog, EmptyFieldsAreUnknownOrNone) {
    const auto catalog = Catalog::parse("x1.large,8,4,2,,16,1,1,,,arm64\n", "f");
    ASSERT_TRUE(succeeds(catalog));
    EXPECT_EQ(catalog->find("x1.large")->numa_nodes, std::nullopt);
    EXPECT_EQ(catalog->find("x1.large")->gbps, std::nullopt);
    EXPECT_EQ(catalog->find("x1.large")->gpus, 0);
}

TEST(Catalog, AWrongNumberOfColumnsIsNamedWithItsLine) {
    EXPECT_TRUE(fails_with(Catalog::parse(good_row + "x,1,2\n", "f.csv"), Code::X109,
                           "f.csv:2: expected 11 columns"));
    EXPECT_TRUE(fails_with(Catalog::parse("x,8,4,2,1,16,1,1,100,,x86_64,more\n", "f"), Code::X109,
                           "found 12"));
    EXPECT_TRUE(fails_with(Catalog::parse(",8,4,2,1,16,1,1,100,,x86_64\n", "f"), Code::X109));
}

TEST(Catalog, AFieldThatIsNoNumberIsNamed) {
    for (const std::string cell :
         {"many", "8x", "-1", "0x8", " 8", "8.5", "+8", "1e2", "99999999999999999999", "\x1b[2J"})
        EXPECT_TRUE(fails_with(Catalog::parse("x," + cell + ",4,2,1,16,1,1,100,,x86_64\n", "f"),
                               Code::X109, "f:1: '"))
            << cell;
    EXPECT_TRUE(fails_with(Catalog::parse("x,8,4,2,1,nan,1,1,100,,x86_64\n", "f"), Code::X109));
    EXPECT_TRUE(fails_with(Catalog::parse("x,8,4,2,1,16,1,1,-5,,x86_64\n", "f"), Code::X109));
}

TEST(Catalog, AnEmptyFieldThatMustBeANumberIsNamed) {
    EXPECT_TRUE(fails_with(Catalog::parse("x,8,4,2,1,16,,1,100,,x86_64\n", "f"), Code::X109,
                           "'(empty)' is not a number"));
}

// from_chars reads "inf" as a number.
TEST(Catalog, InfinityIsNoNumber) {
    EXPECT_TRUE(fails_with(Catalog::parse("x,8,4,2,1,inf,1,1,100,,x86_64\n", "f"), Code::X109));
}

// A later bad field hides an earlier one.
TEST(Catalog, TheFirstOfTwoBadFieldsIsNamed) {
    EXPECT_TRUE(
        fails_with(Catalog::parse("x,one,two,2,1,16,1,1,100,,x86_64\n", "f"), Code::X109, "'one'"));
}

TEST(CatalogOfASite, GoesBeforeTheInstalledOne) {
    const TempFolder folder;
    const auto site = folder.write("site.csv", "hpc7a.96xlarge,192,192,1,4,768,1,2,300,,x86_64\n");
    const auto catalog = Catalog::load(shipped, site);
    ASSERT_TRUE(succeeds(catalog));
    EXPECT_EQ(catalog->find("hpc7a.96xlarge")->efa_interfaces, 1);
    EXPECT_EQ(catalog->find("p5.48xlarge")->efa_interfaces, 32);
    EXPECT_EQ(catalog->types().size(), shipped_catalog().types().size());
}

TEST(CatalogOfASite, AddsTypes) {
    const TempFolder folder;
    const auto catalog = Catalog::load(shipped, folder.write("site.csv", good_row));
    ASSERT_TRUE(succeeds(catalog));
    EXPECT_EQ(catalog->find("x1.large")->cores, 4);
}

TEST(CatalogOfASite, IsRefusedWhenBrokenOrMissing) {
    const TempFolder folder;
    const auto broken = folder.write("site.csv", "x,y\n");
    EXPECT_TRUE(fails_with(Catalog::load(shipped, broken), Code::X109, broken.native() + ":1:"));
    EXPECT_TRUE(fails_with(Catalog::load(shipped, folder / "none"), Code::X101));
    EXPECT_TRUE(fails_with(Catalog::load(folder / "none", {}), Code::X101));
}

} // namespace catalog_catalog_test
} // namespace fairlead::catalog
