#include "stage/journal.hpp"

#include "expect_error.hpp"
#include "temp_folder.hpp"

#include <gtest/gtest.h>
#include <thread>

namespace fairlead::stage {
namespace stage_journal_test {

using test::content_of;
using test::fails_with;
using test::succeeds;
using test::TempFolder;

constexpr const char* job = "c/4711";

struct Stored {
    TempFolder folder;
    std::filesystem::path path = folder / "journal";

    Journal open() const {
        auto journal = Journal::open(path, job);
        EXPECT_TRUE(succeeds(journal));
        return std::move(*journal);
    }

    void write() const {
        Journal journal = open();
        EXPECT_TRUE(
            succeeds(journal.begin("/a", {.source = "1", .temporary = ".t", .part_size = 8})));
        EXPECT_TRUE(succeeds(journal.part("/a", 3, {.crc = 7, .etag = "e"})));
        EXPECT_TRUE(succeeds(journal.begin("/b", {.source = "1", .upload = "u"})));
        EXPECT_TRUE(succeeds(journal.end("/b", {"1", "2", 9, Verified::Md5})));
        EXPECT_TRUE(succeeds(journal.sync()));
    }

    void replace(const std::string& text) const {
        std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
    }
};

TEST(StageJournal, IsReadAsItWasWritten) {
    const Stored stored;
    stored.write();
    const Journal journal = stored.open();
    EXPECT_EQ(journal.records(), 5u); // and the first line
    EXPECT_FALSE(journal.dropped());
    const auto begun = journal.begun("/a");
    ASSERT_TRUE(begun);
    EXPECT_EQ(begun->source, "1");
    EXPECT_EQ(begun->temporary, ".t");
    EXPECT_EQ(begun->part_size, 8u);
    ASSERT_EQ(begun->parts.size(), 1u);
    EXPECT_EQ(begun->parts.at(3).crc, 7u);
    EXPECT_EQ(begun->parts.at(3).etag, "e");
    EXPECT_FALSE(journal.begun("/b")); // it has ended
}

TEST(StageJournal, WhatEndedIsKnownByBothItsVersions) {
    const Stored stored;
    stored.write();
    const Journal journal = stored.open();
    EXPECT_TRUE(journal.has_ended("/b"));
    EXPECT_FALSE(journal.has_ended("/a"));
    const auto ended = journal.ended("/b", "1", "2");
    ASSERT_TRUE(ended);
    EXPECT_EQ(ended->crc, 9u);
    EXPECT_EQ(ended->verified, Verified::Md5);
    EXPECT_FALSE(journal.ended("/b", "1", "3"));
    EXPECT_FALSE(journal.ended("/b", "2", "2"));
    EXPECT_FALSE(journal.ended("/a", "1", "2"));
}

TEST(StageJournal, WhatIsForgottenOrBegunAnewHasNoParts) {
    const Stored stored;
    stored.write();
    {
        Journal journal = stored.open();
        EXPECT_TRUE(succeeds(journal.begin("/a", {.source = "2", .temporary = ".t"})));
        EXPECT_TRUE(succeeds(journal.begin("/c", {.source = "1", .temporary = ".u"})));
        EXPECT_TRUE(succeeds(journal.forget("/c")));
    }
    const Journal journal = stored.open();
    EXPECT_EQ(journal.begun("/a")->source, "2");
    EXPECT_TRUE(journal.begun("/a")->parts.empty());
    EXPECT_FALSE(journal.begun("/c"));
}

TEST(StageJournal, ATornTailIsDroppedAtEveryByte) {
    const Stored stored;
    stored.write();
    const std::string whole = content_of(stored.path);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        stored.replace(whole.substr(0, size));
        const auto lines = std::count(whole.begin(), whole.begin() + static_cast<long>(size), '\n');
        {
            Journal journal = stored.open();
            EXPECT_EQ(journal.records(), static_cast<std::size_t>(lines)) << size;
            EXPECT_TRUE(succeeds(journal.begin("/z", {.source = "1"})));
        }
        // What is written behind it is found again.
        EXPECT_TRUE(stored.open().begun("/z")) << size;
    }
}

TEST(StageJournal, AChangedByteEndsWhatIsBelieved) {
    const Stored stored;
    stored.write();
    const std::string whole = content_of(stored.path);
    for (std::size_t at = 0; at < whole.size(); ++at) {
        std::string changed = whole;
        changed[at] ^= 1;
        stored.replace(changed);
        const auto lines = std::count(whole.begin(), whole.begin() + static_cast<long>(at), '\n');
        EXPECT_LE(stored.open().records(), static_cast<std::size_t>(lines)) << at;
    }
}

TEST(StageJournal, OfAnotherJobOrReleaseIsBegunAnew) {
    const Stored stored;
    stored.write();
    {
        const auto other = Journal::open(stored.path, "c/4712");
        ASSERT_TRUE(succeeds(other));
        EXPECT_EQ(other->records(), 0u);
        EXPECT_TRUE(other->dropped());
    }
    EXPECT_EQ(stored.open().records(), 0u);
    stored.replace(std::string(100'000, 'x'));
    EXPECT_EQ(stored.open().records(), 0u);
}

TEST(StageJournal, OneProcessHasIt) {
    const Stored stored;
    const Journal journal = stored.open();
    EXPECT_TRUE(fails_with(Journal::open(stored.path, job), Code::S122));
}

TEST(StageJournal, WaitsForOneThatEnds) {
    const Stored stored;
    auto journal = std::make_optional(stored.open());
    std::thread end([&] { journal.reset(); });
    EXPECT_TRUE(succeeds(Journal::open(stored.path, job, std::chrono::seconds(20))));
    end.join();
}

TEST(StageJournal, KnowsWhatItLeftWhateverTheSourceIsNow) {
    const Stored stored;
    {
        Journal journal = stored.open();
        ASSERT_TRUE(succeeds(journal.end("/fsx/a", {.source = "etag", .destination = "5-1-7"})));
    }
    const Journal journal = stored.open();
    EXPECT_TRUE(journal.has_left("/fsx/a", "5-1-7"));
    EXPECT_FALSE(journal.has_left("/fsx/a", "5-2-7"));
    EXPECT_FALSE(journal.has_left("/fsx/b", "5-1-7"));
}

TEST(StageJournal, ThatCannotBeWrittenSaysSo) {
    EXPECT_TRUE(fails_with(Journal::open("/proc/none/journal", job), Code::S123));
}

} // namespace stage_journal_test
} // namespace fairlead::stage
