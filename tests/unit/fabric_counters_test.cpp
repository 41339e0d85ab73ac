#include "fabric/counters.hpp"

#include "fake_sysfs.hpp"

#include <algorithm>
#include <gtest/gtest.h>

namespace fairlead::fabric {
namespace fabric_counters_test {

using test::FakeSysfs;

const EfaDevice efa0{"rdmap16s0", "0000:10:00.0"};
const EfaDevice efa1{"rdmap32s0", "0000:20:00.0"};

Counters counters_of(const FakeSysfs& sysfs) { return read_counters(sysfs.root(), efa0); }

std::vector<DeviceDelta> between(const Counters& before, const Counters& after) {
    return deltas({{efa0, before}}, {{efa0, after}});
}

TEST(ReadCounters, ReadsThePortAndTheDeviceItself) {
    const FakeSysfs sysfs;
    sysfs.set_port_counter("rdmap16s0", "tx_bytes", "123\n");
    sysfs.set_device_counter("rdmap16s0", "reg_mr_err", "4\n");
    EXPECT_EQ(counters_of(sysfs), (Counters{{"tx_bytes", 123}, {"reg_mr_err", 4}}));
}

// Drivers before r2.17 keep what the device counts among the counters of the port.
TEST(ReadCounters, FindsACounterOfTheDeviceAtThePort) {
    const FakeSysfs sysfs;
    sysfs.set_port_counter("rdmap16s0", "keep_alive_rcvd", "9\n");
    EXPECT_EQ(counters_of(sysfs), (Counters{{"keep_alive_rcvd", 9}}));
}

TEST(ReadCounters, CountsOnceWhatIsInBothPlaces) {
    const FakeSysfs sysfs;
    sysfs.set_port_counter("rdmap16s0", "cmds_err", "1\n");
    sysfs.set_device_counter("rdmap16s0", "cmds_err", "7\n");
    EXPECT_EQ(counters_of(sysfs), (Counters{{"cmds_err", 1}}));
}

TEST(ReadCounters, ReadsNumbersOf64Bits) {
    const FakeSysfs sysfs;
    sysfs.set_port_counter("rdmap16s0", "tx_bytes", "18446744073709551615\n");
    EXPECT_EQ(counters_of(sysfs).at("tx_bytes"), UINT64_MAX);
}

TEST(ReadCounters, LeavesOutWhatIsNoNumber) {
    for (const std::string text : {"", "\n", "-1\n", "1.5\n", "0x10\n", "12 13\n",
                                   "18446744073709551616\n", "<invalid>\n"}) {
        const FakeSysfs sysfs;
        sysfs.set_port_counter("rdmap16s0", "tx_bytes", text);
        EXPECT_TRUE(counters_of(sysfs).empty()) << text;
    }
}

TEST(ReadCounters, ReadsCountersThatItDoesNotKnowButNoSettings) {
    const FakeSysfs sysfs;
    sysfs.set_port_counter("rdmap16s0", "brand_new", "5\n");
    sysfs.set_port_counter("rdmap16s0", "lifespan", "10\n");
    sysfs.set_port_counter("rdmap16s0", "odd name", "1\n");
    sysfs.set_port_counter("rdmap16s0", std::string(65, 'x'), "1\n");
    EXPECT_EQ(counters_of(sysfs), (Counters{{"brand_new", 5}}));
}

TEST(ReadCounters, ReadsEveryKnownOneAmongAThousandOthers) {
    const FakeSysfs sysfs;
    for (int i = 0; i < 1000; ++i)
        sysfs.set_port_counter("rdmap16s0", "extra_" + std::to_string(i), "1\n");
    for (const std::string_view name : known_counters())
        sysfs.set_port_counter("rdmap16s0", std::string(name), "2\n");
    const Counters counters = counters_of(sysfs);
    EXPECT_EQ(counters.size(), known_counters().size() + 64);
    for (const std::string_view name : known_counters())
        EXPECT_EQ(counters.count(name), 1u) << name;
}

TEST(ReadCounters, FollowsNoLink) {
    const FakeSysfs sysfs;
    sysfs.set_port_counter("rdmap16s0", "rx_bytes", "1\n");
    std::filesystem::create_symlink(
        "rx_bytes", sysfs.root() / "sys/class/infiniband/rdmap16s0/ports/1/hw_counters/tx_bytes");
    EXPECT_EQ(counters_of(sysfs), (Counters{{"rx_bytes", 1}}));
}

TEST(ReadCounters, IsForEfaDevicesAloneInTheOrderOfTheirAddresses) {
    const FakeSysfs sysfs;
    sysfs.add_device("rdmap32s0", "0000:20:00.0", "efa");
    sysfs.add_device("rdmap16s0", "0000:10:00.0", "efa");
    sysfs.add_device("mlx5_0", "0000:05:00.0", "mlx5_core");
    sysfs.set_port_counter("rdmap32s0", "tx_bytes", "2\n");
    sysfs.set_port_counter("mlx5_0", "tx_bytes", "9\n");
    const auto all = read_counters(sysfs.root());
    ASSERT_TRUE(all.has_value());
    ASSERT_EQ(all->size(), 2u);
    EXPECT_EQ(all->at(0).device.name, "rdmap16s0");
    EXPECT_TRUE(all->at(0).values.empty());
    EXPECT_EQ(all->at(1).values, (Counters{{"tx_bytes", 2}}));
}

TEST(KnownCounters, AreThoseOfTheDriverInAlphabeticalOrder) {
    EXPECT_EQ(known_counters().size(), 34u);
    EXPECT_TRUE(std::ranges::is_sorted(known_counters()));
}

TEST(Deltas, AreWhatWasCountedInBetween) {
    const auto all =
        between({{"tx_bytes", 10}, {"rx_bytes", 5}}, {{"tx_bytes", 25}, {"rx_bytes", 5}});
    ASSERT_EQ(all.size(), 1u);
    EXPECT_EQ(all[0].delta, (Counters{{"tx_bytes", 15}, {"rx_bytes", 0}}));
    EXPECT_FALSE(all[0].reset);
    EXPECT_EQ(all[0].seen, Seen::Throughout);
}

TEST(Deltas, SayWhichCountersAreMissingRatherThanZero) {
    Counters all_of_them;
    for (const std::string_view name : known_counters())
        all_of_them.emplace(name, 1);
    Counters fewer = all_of_them;
    fewer.erase("retrans_bytes");
    EXPECT_TRUE(between(all_of_them, all_of_them)[0].missing.empty());
    for (const auto& device : {between(fewer, all_of_them)[0], between(all_of_them, fewer)[0]}) {
        EXPECT_EQ(device.missing, std::vector<std::string>{"retrans_bytes"});
        EXPECT_EQ(device.delta.count("retrans_bytes"), 0u);
    }
}

// What began anew with the others may have passed its old value already.
TEST(Deltas, OfADeviceWhoseCounterWentDownAreUnknown) {
    const auto all =
        between({{"tx_bytes", 10}, {"rx_bytes", 5}}, {{"tx_bytes", 9}, {"rx_bytes", 6}});
    EXPECT_TRUE(all[0].reset);
    EXPECT_TRUE(all[0].delta.empty());
}

TEST(Deltas, TakeAnUnknownCounterThatWentDownForALevel) {
    const auto all =
        between({{"tx_bytes", 1}, {"open_qps", 5}}, {{"tx_bytes", 3}, {"open_qps", 2}});
    EXPECT_FALSE(all[0].reset);
    EXPECT_EQ(all[0].delta, (Counters{{"tx_bytes", 2}}));
}

TEST(Deltas, OfADeviceThatVanishedOrAppearedAreNone) {
    const Counters some{{"tx_bytes", 7}};
    const auto all = deltas({{efa1, some}}, {{efa0, some}});
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[0].name, "rdmap16s0");
    EXPECT_EQ(all[0].seen, Seen::OnlyAfter);
    EXPECT_EQ(all[1].seen, Seen::OnlyBefore);
    EXPECT_TRUE(all[0].delta.empty() && all[1].delta.empty());
}

TEST(Deltas, TakeADeviceAtAnotherAddressForAnother) {
    const auto all =
        deltas({{{"rdmap16s0", "0000:10:00.0"}, {}}}, {{{"rdmap16s0", "0000:30:00.0"}, {}}});
    EXPECT_EQ(all.size(), 2u);
}

} // namespace fabric_counters_test
} // namespace fairlead::fabric
