#include "base/files.hpp"
#include "source_dir.hpp"
#include "targets.hpp"

#include <filesystem>
#include <gtest/gtest.h>
#include <stdexcept>

namespace fairlead::fuzz {
namespace fuzz_corpus_test {

/// The inputs of tests/fuzz/corpus, without a fuzzer: a broken promise ends the program.
std::size_t replay(const char* target, void (*run)(std::string_view)) {
    const auto folder = test::source_dir() / "tests/fuzz/corpus" / target;
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        SCOPED_TRACE(entry.path().filename());
        const auto text = read_file(entry.path());
        if (!text)
            throw std::runtime_error(to_string(text.error()));
        run(*text);
        ++count;
    }
    return count;
}

TEST(FuzzCorpus, EveryRequestIsReadOrRefused) { EXPECT_GE(replay("request", request), 100u); }

TEST(FuzzCorpus, EveryTopologyIsReadAndPlannedOnOrRefused) {
    EXPECT_GE(replay("topology_xml", topology_xml), 100u);
}

TEST(FuzzCorpus, RulesAreReadAndJobsJudgedByThem) { EXPECT_GE(replay("rules", rules), 100u); }

TEST(FuzzCorpus, WhatAJobStagesIsReadOrRefused) { EXPECT_GE(replay("staging", staging), 60u); }

TEST(FuzzCorpus, EveryMachineRecordIsReadAndPlannedOnOrRefused) {
    EXPECT_GE(replay("machine_record", machine_record), 100u);
}

} // namespace fuzz_corpus_test
} // namespace fairlead::fuzz
