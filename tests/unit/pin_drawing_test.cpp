#include "pin/drawing.hpp"

#include "machines.hpp"
#include "pin/colours.hpp"
#include "pin/floor_plan.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <numeric>
#include <set>

namespace fairlead::pin {
namespace pin_drawing_test {

using test::cpus;
using test::machine_of;
using test::recorded;
using topology::Machine;
using Kind = Box::Kind;

constexpr Rect room{30, 96, 1540, 700};

std::vector<std::uint32_t> ranks_up_to(std::uint32_t count) {
    std::vector<std::uint32_t> ranks(count);
    std::iota(ranks.begin(), ranks.end(), 0u);
    return ranks;
}

std::string draw(const Machine& machine, PlanInput input) {
    if (input.step_cpus.empty())
        input.step_cpus = machine.cpus;
    return drawing(machine, plan(machine, input).value()).value();
}

std::string draw(const Machine& machine, std::uint32_t ranks) {
    return draw(machine, {.step_cpus = {}, .ranks = ranks_up_to(ranks)});
}

std::size_t count_of(std::string_view text, std::string_view word) {
    std::size_t count = 0;
    for (auto at = text.find(word); at != text.npos; at = text.find(word, at + word.size()))
        ++count;
    return count;
}

bool has(std::string_view text, std::string_view word) { return text.contains(word); }

/// What is wrong with a piece of text between two tags.
std::string fault_of_text(std::string_view text) {
    for (auto at = text.find('&'); at != text.npos; at = text.find('&', at + 1)) {
        const auto entity = text.substr(at, text.find(';', at) - at + 1);
        if (entity != "&lt;" && entity != "&gt;" && entity != "&amp;" && entity != "&quot;")
            return fmt::format("bad entity in '{}'", text);
    }
    const bool plain =
        std::ranges::all_of(text, [](char c) { return c == '\n' || (c >= ' ' && c <= '~'); });
    return plain ? "" : fmt::format("a forbidden character in '{}'", text);
}

/// The tags are balanced, quotes are closed and entities known; empty where all is well.
std::string fault_of_xml(std::string_view xml) {
    std::vector<std::string_view> open;
    xml.remove_prefix(xml.find("?>") + 2);
    while (!xml.empty()) {
        const auto start = std::min(xml.find('<'), xml.size());
        if (auto fault = fault_of_text(xml.substr(0, start)); !fault.empty())
            return fault;
        if (start == xml.size())
            break;
        const auto end = xml.find('>', start);
        if (end == xml.npos)
            return "a tag without an end";
        const auto tag = xml.substr(start + 1, end - start - 1);
        const auto name = tag.substr(0, tag.find_first_of(" /", 1));
        if (has(tag, "<") || std::ranges::count(tag, '"') % 2 != 0)
            return fmt::format("bad tag '{}'", tag);
        if (tag.starts_with('/')) {
            if (open.empty() || open.back() != tag.substr(1))
                return fmt::format("'{}' closes nothing", tag);
            open.pop_back();
        } else if (!tag.ends_with('/')) {
            open.push_back(name);
        }
        xml.remove_prefix(end + 1);
    }
    return open.empty() ? "" : fmt::format("'{}' is not closed", open.back());
}

bool inside(const Rect& inner, const Rect& outer) {
    return inner.x >= outer.x && inner.y >= outer.y && inner.width > 0 && inner.height > 0 &&
           inner.x + inner.width <= outer.x + outer.width &&
           inner.y + inner.height <= outer.y + outer.height;
}

bool apart(const Rect& a, const Rect& b) {
    return a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y ||
           b.y + b.height <= a.y;
}

void expect_boxes_in_order(const FloorPlan& floor) {
    const auto& boxes = floor.boxes;
    for (std::size_t i = 1; i < boxes.size(); ++i) {
        ASSERT_LT(boxes[i].parent, static_cast<int>(i));
        ASSERT_TRUE(inside(boxes[i].area, boxes[static_cast<std::size_t>(boxes[i].parent)].area))
            << "box " << i;
        for (std::size_t j = i + 1; j < boxes.size(); ++j)
            if (boxes[i].parent == boxes[j].parent) {
                ASSERT_TRUE(apart(boxes[i].area, boxes[j].area)) << i << " and " << j;
            }
    }
}

std::size_t boxes_of(const FloorPlan& floor, Kind kind) {
    return static_cast<std::size_t>(std::ranges::count(floor.boxes, kind, &Box::kind));
}

Kind parent_of(const FloorPlan& floor, Kind kind) {
    const auto box = std::ranges::find(floor.boxes, kind, &Box::kind);
    return floor.boxes.at(static_cast<std::size_t>(box->parent)).kind;
}

/// Two packages of two NUMA nodes with three caches of four cores and an odd one.
Machine with_caches() {
    Machine machine = machine_of({13, 13, 13, 13}, 2);
    for (std::size_t i = 0; i < machine.cores.size(); ++i)
        machine.cores[i].cache = i % 13 == 12 ? -1 : static_cast<int>(i / 4);
    for (std::size_t i = 0; i < 4; ++i)
        machine.numa_nodes[i].package = static_cast<int>(i / 2);
    return machine;
}

Machine with_many_efas(int count) {
    Machine machine = machine_of({48, 48}, 2);
    for (int i = 0; i < count; ++i)
        test::add_efa(machine, i < count / 2 ? "0-47" : "48-95");
    return machine;
}

std::vector<Machine> odd_machines() {
    std::vector<Machine> machines{machine_of({1}),       machine_of({1, 1}, 2), machine_of({3, 0}),
                                  machine_of({1, 7}, 8), machine_of({600}),     with_caches(),
                                  with_many_efas(32)};
    machines.push_back(machine_of(std::vector<int>(16, 3)));
    Machine unknown = machine_of({4, 4});
    for (const char* near : {"", "", "0-7", "0", "0-3"})
        test::add_efa(unknown, near);
    unknown.gpus = unknown.efas;
    for (std::size_t i = 0; i < unknown.gpus.size(); ++i)
        unknown.gpus[i].bridge = unknown.efas[i].bridge = static_cast<int>(i / 2);
    machines.push_back(unknown);
    return machines;
}

std::vector<Machine> all_machines() {
    std::vector<Machine> machines = odd_machines();
    for (const std::string& type : test::recorded_types)
        machines.push_back(recorded(type.c_str()));
    return machines;
}

TEST(FloorPlan, BoxesLieInTheirParentsAndApartFromEachOther) {
    for (const Machine& machine : all_machines())
        expect_boxes_in_order(floor_plan(machine, room, 3));
}

TEST(FloorPlan, HasEveryCoreThreadAndDeviceOnce) {
    for (const Machine& machine : all_machines()) {
        const auto floor = floor_plan(machine, room, 3);
        EXPECT_EQ(boxes_of(floor, Kind::Core), machine.cores.size());
        EXPECT_EQ(boxes_of(floor, Kind::Thread), static_cast<std::size_t>(machine.cpus.size()));
        EXPECT_EQ(boxes_of(floor, Kind::Numa), machine.numa_nodes.size());
        EXPECT_EQ(boxes_of(floor, Kind::Efa), machine.efas.size());
        EXPECT_EQ(boxes_of(floor, Kind::Gpu), machine.gpus.size());
    }
}

TEST(FloorPlan, RecordedMachinesFitWithLegibleLabels) {
    for (const std::string& type : test::recorded_types) {
        const auto floor = floor_plan(recorded(type.c_str()), room, 3);
        EXPECT_LE(floor.boxes.front().area.height, room.height) << type;
        EXPECT_GE(floor.font, 16) << type;
    }
}

TEST(FloorPlan, CachesAreShownWhereTheMachineHasThem) {
    EXPECT_EQ(boxes_of(floor_plan(machine_of({4}), room, 1), Kind::Cache), 0u);
    const auto floor = floor_plan(with_caches(), room, 3);
    EXPECT_GE(boxes_of(floor, Kind::Cache), 13u);
    EXPECT_EQ(parent_of(floor, Kind::Core), Kind::Cache);
}

TEST(FloorPlan, ADeviceIsInTheNarrowestBoxItIsNearTo) {
    const auto home = [](std::string_view near) {
        Machine machine = machine_of({4, 4, 4});
        machine.numa_nodes[1].package = 0;
        test::add_efa(machine, near);
        return parent_of(floor_plan(machine, room, 1), Kind::Efa);
    };
    EXPECT_EQ(home("0-3"), Kind::Numa);
    EXPECT_EQ(home("2"), Kind::Numa);
    EXPECT_EQ(home("0-7"), Kind::Package);
    EXPECT_EQ(home("0-11"), Kind::Machine);
    EXPECT_EQ(home(""), Kind::Machine);
}

TEST(FloorPlan, DevicesOfOneHostBridgeAreTogether) {
    EXPECT_EQ(boxes_of(floor_plan(recorded("p4d.24xlarge"), room, 1), Kind::Bridge), 4u);
    EXPECT_EQ(boxes_of(floor_plan(recorded("hpc7a.96xlarge"), room, 1), Kind::Bridge), 0u);
}

TEST(Colours, AreAllDifferentAndReadable) {
    for (int count = 0; count <= 64; ++count) {
        const auto colours = palette(count);
        std::set<std::string> names;
        for (const Colour colour : colours) {
            names.insert(hex(colour));
            EXPECT_GE(contrast(colour, ink_on(colour)), 4.5) << hex(colour);
            EXPECT_GE(contrast(lighter(colour), ink_on(lighter(colour))), 4.5) << hex(colour);
        }
        EXPECT_EQ(names.size(), static_cast<std::size_t>(count));
    }
}

// Measured over all pairs in RGB; 255 is one channel from none to full.
TEST(Colours, ThirtyTwoCanBeToldApart) {
    const auto colours = palette(32);
    for (std::size_t i = 0; i < colours.size(); ++i)
        for (std::size_t j = i + 1; j < colours.size(); ++j) {
            const int red = colours[i].red - colours[j].red;
            const int green = colours[i].green - colours[j].green;
            const int blue = colours[i].blue - colours[j].blue;
            EXPECT_GT(red * red + green * green + blue * blue, 20 * 20)
                << hex(colours[i]) << " " << hex(colours[j]);
        }
}

TEST(Drawing, IsWellFormedForEveryMachineAndPolicy) {
    for (const Machine& machine : all_machines())
        for (const auto& [policy, ranks] :
             {std::pair(Policy::Auto, 7u), {Policy::Compact, 200u}, {Policy::None, 3u}})
            EXPECT_EQ(fault_of_xml(draw(machine, {.step_cpus = {},
                                                  .ranks = ranks_up_to(ranks),
                                                  .request = {.policy = policy}})),
                      "");
}

TEST(Drawing, IsTheSameForEqualInputs) {
    const auto& machine = recorded("p5.48xlarge");
    EXPECT_EQ(draw(machine, 24), draw(machine, 24));
}

TEST(Drawing, HasABoxForEachCoreAndAColourForEachInterface) {
    for (const std::string& type : test::recorded_types) {
        const Machine& machine = recorded(type.c_str());
        const auto svg = draw(machine, 8);
        EXPECT_EQ(count_of(svg, R"(<rect class="core")"), machine.cores.size());
        for (const auto& efa : machine.efas)
            EXPECT_TRUE(has(svg, fmt::format(">{}: ", efa.name))) << efa.name;
        for (const Colour colour : palette(static_cast<int>(machine.efas.size())))
            EXPECT_GE(count_of(svg, hex(colour)), 2u);
    }
}

TEST(Drawing, ShowsEachRankInTheColourOfItsInterface) {
    const auto svg = draw(recorded("hpc7a.96xlarge"), 192);
    for (int rank = 0; rank < 192; ++rank) {
        EXPECT_EQ(count_of(svg, fmt::format(">{}</text>", rank)), 1u);
        EXPECT_TRUE(has(svg, fmt::format("CPU {0}: rank {0}, {1}</title>", rank,
                                         rank < 96 ? "rdmap49s0" : "rdmap161s0")));
    }
    for (const Colour colour : palette(2))
        EXPECT_EQ(count_of(svg, fmt::format(R"(fill="{}" stroke="none")", hex(colour))), 96u);
    EXPECT_TRUE(has(svg, "rdmap49s0: 96 ranks"));
    EXPECT_TRUE(
        has(svg, "192 cores, 4 NUMA nodes, 2 EFA interfaces, 0 GPUs; policy auto -&gt; nic"));
}

TEST(Drawing, RanksSideBySideOnOneInterfaceDifferInShade) {
    const auto svg = draw(recorded("hpc7a.96xlarge"), 4);
    for (const Colour colour : palette(2)) {
        EXPECT_TRUE(has(svg, fmt::format(R"(fill="{}" stroke="none"><title>)", hex(colour))));
        EXPECT_TRUE(
            has(svg, fmt::format(R"(fill="{}" stroke="none"><title>)", hex(lighter(colour)))));
    }
}

TEST(Drawing, NamesTheGpusAndAllInterfacesOfARank) {
    const Machine& machine = recorded("p5.48xlarge");
    const auto svg =
        draw(machine, {.step_cpus = {}, .ranks = ranks_up_to(8), .gpus = {0, 1, 2, 3, 4, 5, 6, 7}});
    EXPECT_TRUE(has(svg, "CPU 0: rank 0, rdmap79s0, rdmap80s0, rdmap81s0, rdmap82s0, GPU 0<"));
    EXPECT_EQ(count_of(svg, R"(<rect class="nic")"), 96u * 3);
    EXPECT_TRUE(has(svg, "GPU 7 (0000:ca:00.0): rank 7<"));
}

TEST(Drawing, TellsIdleAbsentAndSharedCpusApart) {
    const Machine machine = machine_of({4, 4});
    const auto part =
        draw(machine, {.step_cpus = cpus("0-5"), .ranks = {3, 4}, .cpus_per_task = 1});
    EXPECT_EQ(count_of(part, R"(<rect class="rank")"), 2u);
    EXPECT_EQ(count_of(part, R"(<rect class="idle")"), 4u + 1);
    EXPECT_EQ(count_of(part, R"(<rect class="outside")"), 2u + 1);
    EXPECT_EQ(count_of(part, R"(<path class="shared")"), 0u);
    const auto shared = draw(machine_of({2}), 5);
    EXPECT_EQ(count_of(shared, R"(<path class="shared")"), 2u + 1);
    EXPECT_TRUE(has(shared, ">0+2</text>"));
    EXPECT_TRUE(has(shared, "CPU 0: ranks 0-2</title>"));
    EXPECT_TRUE(has(shared, "ranks sharing CPUs 5"));
    EXPECT_TRUE(has(shared, ">Warning: 5 ranks share CPUs"));
}

TEST(Drawing, WithoutBindingNoCpuHasARank) {
    const auto svg = draw(
        recorded("c5n.18xlarge"),
        {.step_cpus = cpus("0-9"), .ranks = ranks_up_to(4), .request = {.policy = Policy::None}});
    EXPECT_EQ(count_of(svg, R"(<rect class="rank")"), 0u);
    EXPECT_EQ(count_of(svg, R"(<rect class="unbound")"), 10u + 1);
    EXPECT_TRUE(has(svg, "Not bound to CPUs: ranks 0-3;"));
    EXPECT_TRUE(has(svg, "rdmap0s6: 4 ranks"));
}

TEST(Drawing, SaysWhereDevicesOfUnknownPlaceAre) {
    Machine machine = machine_of({2});
    EXPECT_FALSE(has(draw(machine, 2), "Below the packages"));
    EXPECT_TRUE(has(draw(machine, 2), "no EFA: 2 ranks"));
    test::add_efa(machine, "");
    EXPECT_TRUE(has(draw(machine, 2), "Below the packages"));
}

TEST(Drawing, HostileNamesStayText) {
    Machine machine = machine_of({2});
    machine.name = "</title><script>alert(\"'&amp;\")</script>\x01\xff]]>";
    test::add_efa(machine, "0-1");
    machine.efas[0].name = R"(<&">)";
    machine.efas[0].pci = R"("><x)";
    const auto svg = draw(machine, 1);
    EXPECT_EQ(fault_of_xml(svg), "");
    EXPECT_FALSE(has(svg, "<script"));
    EXPECT_TRUE(has(svg, "&lt;&amp;&quot;&gt;: 1 rank"));
}

TEST(Drawing, StandsAloneAndTellsWhatItShows) {
    const auto svg = draw(recorded("p5.48xlarge"), 192);
    EXPECT_TRUE(has(svg, R"(viewBox="0 0 1600 )"));
    EXPECT_TRUE(has(svg, R"(<title id="title">192 ranks on p5.48xlarge</title>)"));
    EXPECT_TRUE(has(svg, R"(<desc id="description">96 cores, )"));
    for (const char* foreign : {"<script", "<style", "href", "@import", "<image"})
        EXPECT_FALSE(has(svg, foreign)) << foreign;
    EXPECT_EQ(count_of(svg, "http"), 1u) << "only the name space";
}

} // namespace pin_drawing_test
} // namespace fairlead::pin
