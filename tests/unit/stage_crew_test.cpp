#include "stage/crew.hpp"

#include "staging.hpp"

#include <atomic>
#include <thread>

namespace fairlead::stage {
namespace stage_crew_test {

using test::content_of;
using test::copies;
using test::faults_with;

class StageCrew : public test::AsRoot {
  protected:
    Staged<void> work(const std::vector<Item>& items) {
        PlanWriter writer{staging->work.path()};
        for (const Item& item : items)
            writer.add(item);
        EXPECT_TRUE(writer.finish().has_value());
        PlanReader plan{staging->work.path()};
        auto& hands = staging->user.hand->lanes();
        hands[1].set_buffer(staging->user.hand->pool(), 1024 * 1024, 1024 * 1024);
        aws::S3 second{staging->bucket.account()};
        std::vector<Lane> lanes{staging->lane, {hands[1], second}};
        Crew crew{plan, staging->run(), [this] { return left; },
                  [this] { staging->bucket.account().stop(); }};
        return crew.work(lanes);
    }

    /// A file of 100 parts is on its way when another one cannot be opened.
    void fail_beside_an_upload(Code code) {
        std::atomic<bool> opened = false, sent = false;
        const auto wait = [](const std::atomic<bool>& flag) {
            for (int i = 0; i < 1000 && !flag; ++i)
                std::this_thread::sleep_for(std::chrono::milliseconds(10));
        };
        staging->user.folder.write("large", std::string(400, 'x'));
        const Item large = staging->from_file("large", test::Staging::key("large"));
        Item missing = large;
        missing.source.path = staging->user / "missing";
        missing.destination.path = "missing";
        staging->user.judge = [&](const Fault& fault, const std::vector<std::string>&, MountId) {
            opened = true;
            wait(sent);
            return Fault{Outcome::DataFault, {code, fault.error.message}};
        };
        staging->bucket.spoil = [&](const std::string& line) -> std::string {
            if (line.contains("uploads="))
                wait(opened);
            if (line.contains("partNumber="))
                sent = true;
            return {};
        };
        EXPECT_TRUE(faults_with(work({large, missing}), code));
        staging->user.judge = {};
        staging->bucket.spoil = {};
    }

    std::chrono::milliseconds left = std::chrono::seconds(60);
};

TEST_F(StageCrew, CopiesLargeAndSmallSideBySide) {
    std::vector<Item> items;
    for (int i = 0; i < 40; ++i) {
        const std::string key = "k" + std::to_string(i);
        staging->bucket.put(key, std::string(static_cast<std::size_t>(i), 'x'));
        items.push_back(staging->from_s3(key, key));
    }
    items.push_back(
        {.source = {}, .destination = {.path = staging->user / "folder"}, .folder = true});
    EXPECT_TRUE(copies(work(items)));
    for (std::size_t i = 0; i < 40; ++i)
        EXPECT_EQ(content_of(staging->user / ("k" + std::to_string(i))), std::string(i, 'x'));
    EXPECT_TRUE(std::filesystem::is_directory(staging->user / "folder"));
    EXPECT_EQ(staging->report->files(), 40);
    EXPECT_EQ(staging->report->bytes_moved(), 40 * 39 / 2);
}

TEST_F(StageCrew, AnObjectThatChangedSinceItWasPlannedIsPlannedAnew) {
    staging->bucket.put("a", "0123456789");
    const Item item = staging->from_s3("a", "x");
    staging->bucket.put("a", "abcdefghijkl");
    EXPECT_TRUE(copies(work({item})));
    EXPECT_EQ(content_of(staging->user / "x"), "abcdefghijkl");
}

TEST_F(StageCrew, OneThatNeverStaysIsGivenUpAfterThreeTries) {
    staging->bucket.put("a", "0123456789");
    staging->bucket.objects["a"].content = "0123456_89"; // its ETag never fits
    EXPECT_TRUE(faults_with(work({staging->from_s3("a", "x")}), Code::S115));
    EXPECT_EQ(staging->asked("GET a"), 9);
    EXPECT_EQ(test::entries_in(staging->user.folder.path()), 0u);
}

TEST_F(StageCrew, TheFirstFaultEndsAllAndOfABadRequestNothingIsKept) {
    staging->bucket.put("large", std::string(400, 'x'));
    const Item large = staging->from_s3("large", "large");
    Item missing = large;
    missing.source.path = "missing";
    missing.destination.path = staging->user / "missing";
    EXPECT_TRUE(faults_with(work({large, missing}), Code::S110));
    EXPECT_EQ(test::entries_in(staging->user.folder.path()), 0u);
}

TEST_F(StageCrew, AnUploadIsKeptWhereAFileSystemFails) {
    fail_beside_an_upload(Code::S126);
    EXPECT_EQ(staging->bucket.uploads.size(), 1U);
}

TEST_F(StageCrew, AnUploadOfABadRequestIsEnded) {
    fail_beside_an_upload(Code::S111);
    EXPECT_TRUE(staging->bucket.uploads.empty());
}

TEST_F(StageCrew, NothingIsBegunAfterTheDeadline) {
    staging->bucket.put("a", "x");
    left = std::chrono::milliseconds(0);
    EXPECT_TRUE(faults_with(work({staging->from_s3("a", "x")}), Code::S119));
    EXPECT_TRUE(staging->bucket.asked.empty());
}

} // namespace stage_crew_test
} // namespace fairlead::stage
