#include "spank/settings.hpp"

#include "expect_error.hpp"

#include <gtest/gtest.h>
#include <vector>

namespace fairlead::spank {
namespace spank_settings_test {

using test::fails_with;
using test::succeeds;

/// Settings are one for the process, and nothing unsets them: each test says all it looks at.
Result<void> read(std::vector<std::string> words) {
    static std::vector<std::vector<std::string>> kept; // paths are not copied
    kept.push_back(std::move(words));
    std::vector<char*> arguments;
    for (std::string& word : kept.back())
        arguments.push_back(word.data());
    return read_settings(static_cast<int>(arguments.size()), arguments.data());
}

TEST(SpankSettings, WithoutWordsNothingIsSaid) {
    EXPECT_TRUE(succeeds(read_settings(0, nullptr)));
    EXPECT_NE(settings().core_path, nullptr);
}

TEST(SpankSettings, PathsAreTaken) {
    ASSERT_TRUE(succeeds(read({"config=/etc/a.yaml", "core=/opt/core.so"})));
    EXPECT_STREQ(settings().config_path, "/etc/a.yaml");
    EXPECT_STREQ(settings().core_path, "/opt/core.so");
}

TEST(SpankSettings, ADefaultIsForEveryPartition) {
    ASSERT_TRUE(succeeds(read({"pin=by:nic,verbose"})));
    EXPECT_EQ(settings().pin, "by:nic,verbose");
    EXPECT_EQ(pin_default("anything"), "by:nic,verbose");
    EXPECT_EQ(pin_default(""), "by:nic,verbose");
}

TEST(SpankSettings, APartitionHasItsOwn) {
    ASSERT_TRUE(succeeds(read({"pin=on", "pin.gpu=by:gpu,omp:off", "pin.debug=off"})));
    EXPECT_EQ(pin_default("gpu"), "by:gpu,omp:off");
    EXPECT_EQ(pin_default("debug"), "off");
    EXPECT_EQ(pin_default("hpc"), "on");
    EXPECT_EQ(pin_default("GPU"), "on");
    EXPECT_EQ(pin_default("gpu,debug"), "on");
}

TEST(SpankSettings, APartitionsNameMayHaveDots) {
    ASSERT_TRUE(succeeds(read({"pin=off", "pin.hpc7a.96xlarge=by:l3"})));
    EXPECT_EQ(pin_default("hpc7a.96xlarge"), "by:l3");
    EXPECT_EQ(pin_default("hpc7a"), "off");
}

TEST(SpankSettings, OffIsAWordOfItsOwn) {
    EXPECT_TRUE(fails_with(read({"off=yes"}), Code::X105, "unknown word 'off=yes'"));
    EXPECT_FALSE(settings().off);
    ASSERT_TRUE(succeeds(read({"off", "config=/etc/b.yaml"})));
    EXPECT_TRUE(settings().off);
    EXPECT_STREQ(settings().config_path, "/etc/b.yaml");
}

TEST(SpankSettings, TheLastWordCounts) {
    ASSERT_TRUE(succeeds(read({"pin=on", "pin=by:numa", "pin.twice=on", "pin.twice=by=nic"})));
    EXPECT_EQ(settings().pin, "by:numa");
    EXPECT_EQ(pin_default("twice"), "by=nic");
}

TEST(SpankSettings, AnUnknownWordIsAnErrorThatNamesTheKnown) {
    for (const char* word :
         {"", " ", "on", "pin", "pin:", "pin:on", "pin.", "pin.=on", "pin.gpu", "pins=on", "PIN=on",
          "Config=/x", "config", "config:/x", "confg=/x", "core", "=x", "pin .gpu=on", "-pin=on"})
        EXPECT_TRUE(fails_with(
            read({word}), Code::X105,
            fmt::format("plugstack.conf: unknown word '{}'; expected "
                        "config=PATH, core=PATH, step=PATH, off, pin=ARGS or pin.PARTITION=ARGS",
                        word)));
}

TEST(SpankSettings, BadArgumentsAreAnErrorWithTheGrammarsSentence) {
    EXPECT_TRUE(fails_with(read({"pin=by:nics"}), Code::X105,
                           "plugstack.conf: 'pin=by:nics': --efa-pin: unknown policy 'nics', did "
                           "you mean 'nic'?"));
    EXPECT_TRUE(fails_with(read({"pin.gpu=offf"}), Code::X105, "'pin.gpu=offf'"));
    EXPECT_TRUE(fails_with(read({"pin=" + std::string(300, 'x')}), Code::X105, "300 bytes"));
}

TEST(SpankSettings, AHostileWordIsShownPrintableAndShort) {
    const auto result = read({"\x1b[2J" + std::string(5000, 'y')});
    ASSERT_FALSE(result);
    EXPECT_LT(result.error().message.size(), 300u);
    EXPECT_EQ(result.error().message.find('\x1b'), std::string::npos);
}

TEST(SpankSettings, ABadWordBehindAGoodOneIsFound) {
    EXPECT_TRUE(fails_with(read({"pin=on", "config=/x", "rubbish"}), Code::X105, "'rubbish'"));
}

// An empty value would count as nothing said, although the grammar's empty text means on.
TEST(SpankSettings, ADefaultWithoutArgumentsIsAnError) {
    EXPECT_TRUE(fails_with(read({"pin="}), Code::X105, "'pin='"));
    EXPECT_TRUE(fails_with(read({"pin.gpu="}), Code::X105, "'pin.gpu='"));
}

} // namespace spank_settings_test
} // namespace fairlead::spank
