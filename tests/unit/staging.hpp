/// All that a copy needs: a user's hand, a bucket, a journal and a report. Needs root.
#pragma once

#include "fake_bucket.hpp"
#include "stage/copying.hpp"
#include "stage/crc64.hpp"
#include "staged_user.hpp"

#include <algorithm>

namespace fairlead::test {

struct Staging {
    StagedUser user;
    FakeBucket bucket;
    TempFolder work;
    config::Staging site;
    std::optional<stage::Journal> journal;
    std::unique_ptr<stage::Report> report{*stage::Report::open(work.path(), {})};
    stage::Lane lane{user.lane(), bucket.s3()};

    Staging() { open(); }

    /// As another run would.
    void open() {
        journal.reset();
        auto opened = stage::Journal::open(work / "journal", "c/1");
        EXPECT_TRUE(opened.has_value());
        journal.emplace(std::move(*opened));
    }

    stage::Run run(std::uint64_t part_size = 4) { return {*journal, *report, part_size, site}; }

    stage::Item from_s3(const std::string& key, const std::string& name) {
        const auto& object = bucket.objects.at(key);
        return {.source = {.s3 = true, .bucket = "lab", .path = key},
                .destination = {.path = user / name},
                .size = object.content.size(),
                .version = "\"" + object.etag + "\""};
    }

    stage::Item from_file(const std::string& name, stage::Place to) {
        const auto state = lane.hand.look(user / name);
        EXPECT_TRUE(state && state->kind == stage::FileState::Kind::File);
        return {.source = {.path = user / name},
                .destination = std::move(to),
                .size = static_cast<std::uint64_t>(state->size),
                .version = stage::version_of(*state),
                .mode = static_cast<int>(state->mode)};
    }

    static stage::Place key(const std::string& name) {
        return {.s3 = true, .bucket = "lab", .path = name};
    }

    /// Begins, copies all parts and finishes.
    stage::Staged<void> copy(const stage::Item& item, std::uint64_t part_size = 4) {
        auto copying = stage::begin_copying(item, lane, run(part_size));
        if (!copying)
            return std::unexpected(copying.error());
        for (std::uint64_t number = 0; number < (*copying)->parts(); ++number)
            if (auto part = (*copying)->part(lane, number); !part) {
                (*copying)->give_up(lane, false);
                return part;
            }
        auto finished = (*copying)->finish(lane);
        if (!finished)
            (*copying)->give_up(lane, false);
        return finished;
    }

    long asked(const std::string& line) const {
        return std::ranges::count_if(bucket.asked,
                                     [&](const std::string& one) { return one.starts_with(line); });
    }
};

template <class T>
testing::AssertionResult faults_with(const stage::Staged<T>& result, Code code) {
    if (result)
        return testing::AssertionFailure() << "no fault; expected " << id_of(code);
    if (result.error().error.code != code)
        return testing::AssertionFailure() << to_string(result.error().error);
    return testing::AssertionSuccess();
}

template <class T>
testing::AssertionResult copies(const stage::Staged<T>& result) {
    if (!result)
        return testing::AssertionFailure() << to_string(result.error().error);
    return testing::AssertionSuccess();
}

/// For a suite whose tests all need root.
class AsRoot : public testing::Test {
  protected:
    void SetUp() override {
        if (!is_root())
            GTEST_SKIP() << "needs root";
        staging.emplace();
    }
    std::optional<Staging> staging;
};

} // namespace fairlead::test
