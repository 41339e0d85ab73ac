#include "cost/holds.hpp"

#include "expect_error.hpp"
#include "temp_folder.hpp"

#include <algorithm>
#include <set>
#include <thread>

namespace fairlead::cost {
namespace cost_holds_test {

using test::fails_with;
using test::TempFolder;

constexpr Time noon{std::chrono::seconds(1'790'000'000)};

Hold hold(std::uint64_t id, std::int64_t nanos = 5) {
    return {.id = id,
            .amount = {nanos},
            .caps = {cap_key("group bio"), 0, cap_key("site")},
            .created = 1'790'000'000,
            .user = static_cast<std::uint32_t>(id % 64)};
}

Holds opened(const TempFolder& folder) {
    return std::move(*Holds::open(folder.path() / "holds", noon));
}

TEST(Holds, KeepsWhatIsPutOverReopening) {
    const TempFolder folder;
    {
        Holds holds = opened(folder);
        EXPECT_TRUE(holds.all().empty());
        EXPECT_TRUE(holds.put(hold(7)));
    }
    Holds again = std::move(*Holds::open(folder.path() / "holds", noon + std::chrono::hours(1)));
    EXPECT_EQ(again.all(), std::vector{hold(7)});
    EXPECT_EQ(again.made(), noon) << "what was held before the file was made is what is missing";
}

TEST(Holds, TakesOutWhatIsNamedAndNothingElse) {
    const TempFolder folder;
    Holds holds = opened(folder);
    for (std::uint64_t id = 2; id < 10; ++id)
        holds.put(hold(id));
    const auto out = holds.take_out([](const Hold& one) { return one.id % 2 == 0; });
    EXPECT_EQ(out.size(), 4u);
    EXPECT_EQ(holds.all().size(), 4u);
    const auto left = holds.all();
    EXPECT_TRUE(std::ranges::all_of(left, [](const Hold& one) { return one.id % 2 == 1; }));
}

TEST(Holds, FindsOneByBitsOfItsNumber) {
    const TempFolder folder;
    Holds holds = opened(folder);
    EXPECT_FALSE(holds.find(0, 0)) << "a free place is none";
    holds.put(hold(0x17, 1));
    holds.put(hold(0x28, 2));
    EXPECT_EQ(holds.find(0x20, 0xf0)->amount.nanos, 2);
    EXPECT_EQ(holds.find(0x17, ~0ULL)->amount.nanos, 1);
    EXPECT_FALSE(holds.find(0x30, 0xf0));
}

TEST(Holds, SaysWhenThereIsNoRoomAndHasRoomAgain) {
    const TempFolder folder;
    Holds holds = opened(folder);
    for (std::uint64_t id = 0; id < Holds::slots; ++id)
        ASSERT_TRUE(holds.put(hold(id + 2)));
    EXPECT_FALSE(holds.put(hold(1'000'000)));
    EXPECT_EQ(holds.all().size(), Holds::slots);
    holds.take_out([](const Hold& one) { return one.id < 1000; });
    EXPECT_TRUE(holds.put(hold(1'000'000)));
}

TEST(Holds, AUserHasAnEighthOfTheRoomAtMost) {
    const TempFolder folder;
    Holds holds = opened(folder);
    for (std::uint64_t i = 0; i < Holds::most_of_a_user; ++i)
        ASSERT_TRUE(holds.put(hold(2 + 64 * i)));
    EXPECT_FALSE(holds.put(hold(2 + 64 * Holds::most_of_a_user)));
    EXPECT_TRUE(holds.put(hold(3))) << "another user";
    Holds again = opened(folder);
    EXPECT_FALSE(again.put(hold(66))) << "after a restart as before it";
    EXPECT_TRUE(again.put(hold(67)));
    again.take_out([](const Hold& one) { return one.id == 2; });
    EXPECT_TRUE(again.put(hold(66)));
    EXPECT_FALSE(again.put(hold(66)));
}

TEST(Holds, ThreadsDoNotLoseOrTearEachOthers) {
    const TempFolder folder;
    Holds holds = opened(folder);
    std::vector<std::jthread> threads;
    constexpr std::uint64_t of_each = 2000;
    for (std::uint64_t thread = 0; thread < 8; ++thread)
        threads.emplace_back([&holds, thread] {
            for (std::uint64_t i = 0; i < of_each; ++i) {
                const std::uint64_t id = 2 + thread * of_each + i;
                EXPECT_TRUE(holds.put(hold(id, static_cast<std::int64_t>(id) * 3)));
            }
        });
    for (int i = 0; i < 100; ++i)
        for (const Hold& one : holds.all())
            EXPECT_EQ(one.amount.nanos, static_cast<std::int64_t>(one.id) * 3);
    threads.clear();
    std::set<std::uint64_t> ids;
    for (const Hold& one : holds.all())
        ids.insert(one.id);
    EXPECT_EQ(ids.size(), 8 * of_each);
}

TEST(Holds, AFileOfAnotherMeaningBeginsAnew) {
    const TempFolder folder;
    folder.write("holds", "something else");
    std::filesystem::permissions(folder.path() / "holds", std::filesystem::perms::owner_read |
                                                              std::filesystem::perms::owner_write);
    Holds holds = opened(folder);
    EXPECT_TRUE(holds.all().empty());
    EXPECT_EQ(holds.made(), noon);
    EXPECT_TRUE(holds.put(hold(7)));
}

TEST(Holds, RefusesAFileThatOthersMayUse) {
    const TempFolder folder;
    folder.write("holds", "");
    std::filesystem::permissions(folder.path() / "holds", std::filesystem::perms(0666));
    EXPECT_TRUE(fails_with(Holds::open(folder.path() / "holds", noon), Code::C109, "owner alone"));
    std::filesystem::remove(folder.path() / "holds");
    std::filesystem::create_symlink("/etc/passwd", folder.path() / "holds");
    EXPECT_TRUE(fails_with(Holds::open(folder.path() / "holds", noon), Code::C109));
}

TEST(Holds, KeysOfNamesAreNeverZeroAndDiffer) {
    EXPECT_NE(cap_key(""), 0u);
    EXPECT_NE(cap_key("group bio"), cap_key("group cfd"));
}

} // namespace cost_holds_test
} // namespace fairlead::cost
