#include "fabric/probe.hpp"

#include "expect_error.hpp"
#include "temp_folder.hpp"

#include <gtest/gtest.h>

namespace fairlead::fabric {
namespace fabric_probe_test {

using namespace std::chrono_literals;
using test::fails_with;
using test::succeeds;
using test::TempFolder;

constexpr auto plenty = 30s;
const std::vector<EfaDevice> two{{"rdmap49s0", "0000:31:00.0"}, {"rdmap161s0", "0000:a1:00.0"}};

/// A folder with a provider for the real libfabric that offers what `devices` says.
class Providers {
  public:
    explicit Providers(const std::string& devices) {
        folder_.write("devices", devices);
        std::filesystem::copy_file(FAIRLEAD_EFA_PROVIDER, folder_ / "libefa-fi.so");
    }
    Result<ProbeAnswer> ask(std::chrono::milliseconds deadline = plenty) const {
        return ask_probe(FAIRLEAD_FABRIC_PROBE, folder_.path(), deadline);
    }

  private:
    TempFolder folder_;
};

// These ask the real libfabric.
TEST(Probe, SaysWhichPciDevicesLibfabricOffers) {
    const auto answer = Providers{"rdmap161s0 0000:a1:00.0\nrdmap49s0 0000:31:00.0\n"
                                  "rdmap49s0 0000:31:00.0\n"}
                            .ask();
    ASSERT_TRUE(succeeds(answer));
    EXPECT_EQ(answer->pci, (std::vector<std::string>{"0000:31:00.0", "0000:a1:00.0"}));
    EXPECT_FALSE(answer->libfabric.empty());
    EXPECT_NE(answer->library.find("libfabric.so"), std::string::npos);
    EXPECT_TRUE(holds(*answer));
}

TEST(Probe, SaysThatLibfabricOffersNothing) {
    const auto answer = Providers{""}.ask();
    ASSERT_TRUE(succeeds(answer));
    EXPECT_TRUE(answer->pci.empty());
    EXPECT_EQ(answer->provider_version, "");
}

TEST(Probe, ThatHangsIsEndedAtItsDeadline) {
    EXPECT_TRUE(
        fails_with(Providers{"hang\n"}.ask(700ms), Code::E204, "did not end within 700 ms"));
}

TEST(Probe, ThatCrashesIsAnErrorAndNoAnswer) {
    EXPECT_TRUE(fails_with(Providers{"crash\n"}.ask(), Code::E204, "ended with status 134"));
}

TEST(Probe, ThatIsNotThereIsAnErrorAndNoAnswer) {
    EXPECT_TRUE(fails_with(ask_probe("/none/probe", {}, plenty), Code::X110, "/none/probe"));
}

TEST(Probe, ALibraryThatWasReplacedMakesItsAnswerVoid) {
    const TempFolder folder;
    const auto library = folder.write("libfabric.so.1", "");
    ProbeAnswer answer;
    answer.library = library;
    EXPECT_FALSE(holds(answer));
    answer.library = "/none";
    EXPECT_FALSE(holds(answer));
}

TEST(ParseProbe, WhatIsNoAnswerIsAnError) {
    for (const char* text : {"", "{}", "[]", "rubbish", R"({"devices":5})", R"({"devices":{}})"})
        EXPECT_TRUE(fails_with(parse_probe(text), Code::E204)) << text;
    const auto offering = [](int devices) {
        std::string list;
        for (int i = 0; i < devices; ++i)
            list += R"(,"0000:31:00.0")";
        return R"({"devices":[)" + list.substr(1) + "]}";
    };
    EXPECT_TRUE(succeeds(parse_probe(offering(256))));
    EXPECT_TRUE(fails_with(parse_probe(offering(300)), Code::E204));
}

TEST(ParseProbe, FieldsOfAnotherTypeAreEmpty) {
    const auto answer =
        parse_probe(R"({"devices":[1,null,"0000:31:00.0"],"libfabric":[],"modified":"x"})");
    ASSERT_TRUE(succeeds(answer));
    EXPECT_EQ(answer->pci, std::vector<std::string>{"0000:31:00.0"});
    EXPECT_EQ(answer->libfabric, "");
    EXPECT_EQ(answer->modified, 0);
}

ProbeAnswer offering(std::vector<std::string> pci) {
    return {.libfabric = "1.17", .library = "", .provider_version = "", .pci = std::move(pci)};
}

TEST(CheckLibfabric, OffersEachDevice) {
    const auto finding = check_libfabric(offering({"0000:31:00.0", "0000:a1:00.0"}), two, true);
    EXPECT_EQ(finding.state, State::Ok);
    EXPECT_EQ(finding.found, "2 interfaces, libfabric 1.17");
}

TEST(CheckLibfabric, OffersNothing) {
    const auto finding = check_libfabric(offering({}), two, true);
    EXPECT_EQ(finding.state, State::Failed);
    EXPECT_EQ(to_string(*finding.error), "efa: libfabric 1.17 offers no EFA endpoint [FL-E214]");
}

TEST(CheckLibfabric, OffersOthers) {
    EXPECT_EQ(to_string(*check_libfabric(offering({"0000:31:00.0"}), two, true).error),
              "efa: libfabric does not offer 0000:a1:00.0 [FL-E215]");
    EXPECT_EQ(to_string(*check_libfabric(offering({"0000:31:00.0", "0000:a1:00.0", "0000:c0:00.0"}),
                                         two, true)
                             .error),
              "efa: libfabric offers 0000:c0:00.0, which the node does not have [FL-E215]");
}

TEST(CheckLibfabric, NotAskedIsUnknownAndNotDemandedIsFine) {
    EXPECT_EQ(check_libfabric(std::nullopt, two, true).state, State::Unknown);
    EXPECT_EQ(check_libfabric(std::nullopt, two, false).state, State::Ok);
    EXPECT_EQ(check_libfabric(offering({}), two, false).state, State::Ok);
    EXPECT_EQ(check_libfabric(std::nullopt, {}, true).state, State::Ok);
}

using Addresses = std::vector<std::string>;

TEST(CheckHwloc, ShowsTheSameDevicesAsTheKernel) {
    const auto finding = check_hwloc(Addresses{"0000:31:00.0", "0000:a1:00.0"}, two, true);
    EXPECT_EQ(finding.state, State::Ok);
    EXPECT_EQ(finding.found, "2 interfaces");
}

TEST(CheckHwloc, ShowsOthers) {
    EXPECT_EQ(to_string(*check_hwloc(Addresses{"0000:31:00.0"}, two, true).error),
              "efa: hwloc does not show 0000:a1:00.0 [FL-E215]");
    EXPECT_EQ(
        to_string(*check_hwloc(Addresses{"0000:31:00.0", "0000:a1:00.0", "0000:c0:00.0"}, two, true)
                       .error),
        "efa: hwloc shows 0000:c0:00.0, which the node does not have [FL-E215]");
}

TEST(CheckHwloc, ThatShowsNothingOrWasNotAskedSaysNothing) {
    EXPECT_EQ(check_hwloc(std::nullopt, two, true).state, State::Unknown);
    EXPECT_EQ(check_hwloc(Addresses{}, two, true).state, State::Unknown);
    EXPECT_EQ(check_hwloc(Addresses{"0000:31:00.0"}, two, false).state, State::Ok);
    EXPECT_EQ(check_hwloc(Addresses{"0000:31:00.0"}, {}, true).state, State::Ok);
}

} // namespace fabric_probe_test
} // namespace fairlead::fabric
