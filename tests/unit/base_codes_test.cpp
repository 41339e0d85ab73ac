#include "base/codes.hpp"

#include <gtest/gtest.h>
#include <set>
#include <stdexcept>

namespace fairlead {
namespace base_codes_test {

TEST(Codes, EveryCodeHasItsEntryInTheOrderOfTheEnumeration) {
    const auto entries = all_codes();
    for (std::size_t i = 0; i < entries.size(); ++i) {
        EXPECT_EQ(static_cast<std::size_t>(entries[i].code), i) << entries[i].id;
        EXPECT_EQ(&entry_of(static_cast<Code>(i)), &entries[i]);
    }
}

TEST(Codes, TheTableEndsWithTheEnumeration) {
    EXPECT_EQ(all_codes().back().code, Code::X303);
    EXPECT_THROW((void)entry_of(static_cast<Code>(all_codes().size())), std::out_of_range);
}

TEST(Codes, IdsAreUnique) {
    std::set<std::string_view> ids;
    for (const CodeEntry& entry : all_codes())
        EXPECT_TRUE(ids.insert(entry.id).second) << entry.id;
}

TEST(Codes, IdsAreAnAreaLetterAndThreeDigits) {
    for (const CodeEntry& entry : all_codes()) {
        ASSERT_EQ(entry.id.size(), 7u) << entry.id;
        EXPECT_TRUE(entry.id.starts_with("FL-")) << entry.id;
        EXPECT_NE(std::string_view("ACEPSX").find(entry.id[3]), std::string_view::npos) << entry.id;
        EXPECT_EQ(entry.id.find_first_not_of("0123456789", 4), std::string_view::npos) << entry.id;
    }
}

TEST(Codes, EveryCodeSaysWhatItMeansAndWhatToDo) {
    for (const CodeEntry& entry : all_codes()) {
        EXPECT_FALSE(entry.title.empty()) << entry.id;
        EXPECT_TRUE(entry.meaning.ends_with('.')) << entry.id;
        EXPECT_TRUE(entry.action.ends_with('.')) << entry.id;
    }
}

TEST(Codes, IdOfNamesTheCode) {
    EXPECT_EQ(id_of(Code::A101), "FL-A101");
    EXPECT_EQ(id_of(Code::E201), "FL-E201");
    EXPECT_EQ(id_of(Code::P204), "FL-P204");
    EXPECT_EQ(id_of(Code::X301), "FL-X301");
}

TEST(Codes, EveryCodeIsFoundByItsIdWithAndWithoutPrefix) {
    for (const CodeEntry& entry : all_codes()) {
        EXPECT_EQ(find_code(entry.id), entry.code);
        EXPECT_EQ(find_code(entry.id.substr(3)), entry.code);
    }
}

TEST(Codes, FindIgnoresCase) {
    EXPECT_EQ(find_code("fl-e201"), Code::E201);
    EXPECT_EQ(find_code("Fl-x203"), Code::X203);
    EXPECT_EQ(find_code("p101"), Code::P101);
}

TEST(Codes, FindRefusesWhatIsNoCode) {
    for (const std::string_view text : {"", "FL-", "-", "E", "E20", "E2011", "FL-E999", "FLE201",
                                        " E201", "E201 ", "FL-FL-E201", "\xff\xff\xff\xff"})
        EXPECT_FALSE(find_code(text)) << text;
}

} // namespace base_codes_test
} // namespace fairlead
