#include "base/files.hpp"
#include "source_dir.hpp"
#include "targets.hpp"

#include <filesystem>
#include <gtest/gtest.h>

namespace fairlead::fuzz {
namespace {

/// Without a fuzzer: a broken promise ends the program.
TEST(FuzzCorpus, EveryDescriptionIsJudged) {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(test::source_dir() /
                                                                 "tests/fuzz/corpus/description")) {
        const auto text = read_file(entry.path());
        ASSERT_TRUE(text.has_value());
        description(*text);
        ++count;
    }
    EXPECT_GE(count, 40u);
}

} // namespace
} // namespace fairlead::fuzz
