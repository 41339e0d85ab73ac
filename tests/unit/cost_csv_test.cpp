#include "cost/csv.hpp"

#include "expect_error.hpp"

#include <array>
#include <gtest/gtest.h>

namespace fairlead::cost {
namespace cost_csv_test {

using Fields = std::vector<std::string>;
using test::fails_with;
using test::succeeds;

constexpr std::array<std::string_view, 2> needed{"nodes", "type"};
constexpr std::array<std::string_view, 1> more{"cpus"};

Result<void> read(std::string_view text, CsvFile& into) {
    return read_csv(text, "f.csv", Code::C104, needed, more, into);
}

TEST(Csv, SeparatesAtCommas) {
    EXPECT_EQ(csv_fields("a,b,,d"), (Fields{"a", "b", "", "d"}));
    EXPECT_EQ(csv_fields(""), (Fields{""}));
    EXPECT_EQ(csv_fields(" a , b "), (Fields{"a", "b"}));
}

TEST(Csv, QuotesHoldCommasAndQuotes) {
    EXPECT_EQ(csv_fields(R"("a,b",c)"), (Fields{"a,b", "c"}));
    EXPECT_EQ(csv_fields(R"("say ""hi""",)"), (Fields{"say \"hi\"", ""}));
    EXPECT_FALSE(csv_fields("\"a,b"));
    EXPECT_FALSE(csv_fields(R"(a,"b"")"));
}

TEST(Csv, BracketsHoldCommas) {
    EXPECT_EQ(csv_fields("n[1-3,7],c7a.large"), (Fields{"n[1-3,7]", "c7a.large"}));
    EXPECT_EQ(csv_fields("\"n[1-3,7],m1\",x"), (Fields{"n[1-3,7],m1", "x"}));
}

TEST(Csv, ACellIsQuotedWhereNeeded) {
    EXPECT_EQ(csv_cell("plain text"), "plain text");
    EXPECT_EQ(csv_cell("a,b"), "\"a,b\"");
    EXPECT_EQ(csv_cell("say \"hi\""), "\"say \"\"hi\"\"\"");
}

TEST(Csv, ACellIsNeverAFormula) {
    EXPECT_EQ(csv_cell("=cmd|' /C calc'!A0"), "'=cmd|' /C calc'!A0");
    EXPECT_EQ(csv_cell("@SUM(1,2)"), "\"'@SUM(1,2)\"");
    EXPECT_EQ(csv_cell("+1"), "'+1");
    EXPECT_EQ(csv_cell("-1"), "'-1");
    EXPECT_EQ(csv_cell("\t=1"), "?=1");
}

TEST(Csv, ACellHasNoControlCharactersAndIsUtf8) {
    EXPECT_EQ(csv_cell("two\nlines\r"), "two?lines?");
    EXPECT_EQ(csv_cell(std::string_view("a\0b\x1b[2J\x7f", 8)), "a?b?[2J?");
    EXPECT_EQ(csv_cell("M\xfcller"), "M?ller") << "Latin-1";
    EXPECT_EQ(csv_cell("M\xc3\xbcller \xe2\x82\xac"), "M\xc3\xbcller \xe2\x82\xac");
    EXPECT_EQ(csv_cell("\xc2\x85"), "?");
}

TEST(Csv, WhatIsWrittenIsReadAgain) {
    for (const char* text : {"", "a", "a,b", "\"", "a\"b,c", "n[1,2]"})
        EXPECT_EQ(csv_fields(csv_cell(text) + ",end"), (Fields{text, "end"})) << text;
}

TEST(CsvFile, FindsColumnsByName) {
    CsvFile file;
    ASSERT_TRUE(succeeds(read("\xef\xbb\xbf# comment\ntype,nodes\r\n\nx, n1\r\ny,n2\n", file)));
    ASSERT_EQ(file.rows.size(), 2u);
    EXPECT_EQ(file.rows[0]["nodes"], "n1");
    EXPECT_EQ(file.rows[1]["type"], "y");
    EXPECT_EQ(file.rows[1]["cpus"], "") << "a column that the file does not have";
    EXPECT_EQ(file.rows[1].line(), 5u);
}

TEST(CsvFile, RefusesWhatItCannotMean) {
    const std::pair<const char*, const char*> wrong[] = {
        {"", "f.csv is empty"},
        {"nodes,typ\n", "f.csv:1: unknown column 'typ', did you mean 'type'?"},
        {"nodes,type,nodes\n", "f.csv:1: column nodes appears twice"},
        {"# c\nnodes,cpus\n", "f.csv:2: column type is missing"},
        {"nodes,type\na\n", "f.csv:2: 1 fields, but the header names 2 columns"},
        {"nodes,type\na,b,c\n", "f.csv:2: 3 fields"},
        {"nodes,type\n\"a,b\n", "f.csv:2: a quote is not closed"}};
    for (const auto& [text, message] : wrong) {
        CsvFile file;
        EXPECT_TRUE(fails_with(read(text, file), Code::C104, message)) << text;
    }
}

} // namespace cost_csv_test
} // namespace fairlead::cost
