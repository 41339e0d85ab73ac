#include "policy/condition_reader.hpp"

#include "expect_error.hpp"

#include <gtest/gtest.h>

namespace fairlead::policy {
namespace policy_condition_reader_test {

using test::fails_with;
using test::succeeds;

Result<Condition> read(const std::string& text) {
    const config::Reader reader{"/x/p.yaml", "fairlead.policy/1"};
    return read_condition(reader, reader.parse(text).value());
}

bool on(const std::string& text, const JobRequest& request) {
    const auto condition = read(text);
    EXPECT_TRUE(succeeds(condition)) << text;
    const JobPatch none;
    return condition && holds(*condition, {request, none}) == Truth::Yes;
}

TEST(ConditionReader, EveryFormOfAComparison) {
    JobRequest request;
    request.time_limit = 1440;
    for (const char* text : {"24h", "\">= 24h\"", "\"<= 1-0\"", "\"> 1439\"", "\"< 24:00:01\"",
                             "12h..24h", "24h..", "..24h", "[1h, 24h]", "[1h, 20h..]", "set",
                             "{not: 1h}", "{not: \"< 24h\"}", "{not: {not: 24h}}"})
        EXPECT_TRUE(on(fmt::format("time_limit: {}", text), request)) << text;
    for (const char* text : {"23h", "\"> 24h\"", "\"< 24h\"", "25h..30h", "..1439", "unset",
                             "unlimited", "{not: 24h}"})
        EXPECT_FALSE(on(fmt::format("time_limit: {}", text), request)) << text;
}

TEST(ConditionReader, AliasesMakeNoConditionOfAnySize) {
    std::string text = "any:\n  - not: &a0 {qos: x}\n";
    for (int i = 1; i < 10; ++i)
        text += fmt::format("  - not: &a{0} {{any: [*a{1}, *a{1}, *a{1}, *a{1}, *a{1}, *a{1}]}}\n",
                            i, i - 1);
    EXPECT_TRUE(fails_with(read(text), Code::X106, "the condition has more than 256 parts"));
    EXPECT_TRUE(succeeds(read("any: [&a {qos: x}, *a, *a]")));
}

TEST(ConditionReader, TextsAreWordsGlobsAndPatterns) {
    JobRequest request;
    request.work_dir = "/fsx/cfd/case1";
    EXPECT_TRUE(on("work_dir: /fsx/cfd/*", request));
    EXPECT_TRUE(on("work_dir: [/home/*, /fsx/cfd/case1]", request));
    EXPECT_TRUE(on("work_dir: {regex: 'case[0-9]$'}", request));
    EXPECT_TRUE(on("work_dir: {not: {regex: '^/home'}}", request));
    EXPECT_FALSE(on("work_dir: /fsx", request));
    EXPECT_FALSE(on("work_dir: {regex: '^/cfd'}", request));
}

TEST(ConditionReader, OnlyHoldsWhereEveryWordIsOne) {
    JobRequest request;
    EXPECT_FALSE(on("partition: {only: teaching}", request)) << "there is none";
    request.partition = "teaching";
    EXPECT_TRUE(on("partition: {only: teaching}", request));
    request.partition = "teaching,cpu";
    EXPECT_TRUE(on("partition: teaching", request));
    EXPECT_FALSE(on("partition: {only: teaching}", request));
    EXPECT_TRUE(on("partition: {not: {only: teaching}}", request));
    EXPECT_TRUE(on("partition: {only: [teaching, c*]}", request));
    EXPECT_TRUE(fails_with(read("nodes: {only: 4}"), Code::X106, "nodes is no text"));
}

TEST(ConditionReader, WhatIsInAFolderIsTheFolderToo) {
    JobRequest request;
    request.work_dir = "/fsx/eu";
    EXPECT_TRUE(on("work_dir: /fsx/eu/*", request));
    EXPECT_FALSE(on("work_dir: /fsx/e/*", request));
    request.work_dir = "/fsx/europe";
    EXPECT_FALSE(on("work_dir: /fsx/eu/*", request));
}

TEST(ConditionReader, PatternsHaveABoundAndSoHaveTheTextsThatTheyLookAt) {
    for (const char* pattern : {"[a-z]{1000}[a-z]{900}x", "(ab){1,900}"})
        EXPECT_TRUE(fails_with(read(fmt::format("script: {{regex: '{}'}}", pattern)), Code::X106,
                               "instructions; expected at most 1024"))
            << pattern;
    const auto holds_on = [](const std::string& when, std::size_t size) {
        const std::string script(size, 'a');
        JobRequest request;
        request.script = Text::borrowed(script);
        const JobPatch none;
        const auto condition = read(when);
        return condition ? holds(*condition, {request, none}) : Truth::Yes;
    };
    constexpr std::size_t largest = 3'900'000; // slurmctld takes 4 MB
    for (const char* when : {"script: {regex: '[a-z]{900}x'}", "script: {regex: 'a.{60}c'}",
                             "script: {not: {regex: 'a.{60}c'}}"})
        EXPECT_EQ(holds_on(when, largest), Truth::Unknown) << when;
    const std::string glob = "script: \"*" + std::string(900, 'a') + "*b\"";
    EXPECT_EQ(holds_on(glob, largest), Truth::Unknown);
    EXPECT_EQ(holds_on(glob, 16'384), Truth::No);
    EXPECT_EQ(holds_on("script: {regex: 'a.{60}c'}", 16'384), Truth::No);
    EXPECT_EQ(holds_on("script: \"*aab*\"", largest), Truth::No);
}

TEST(ConditionReader, SlurmsCaselessNamesAreToldApartByNoCase) {
    JobRequest request;
    request.account = "CLOSED";
    request.qos = "high";
    request.job_name = "Run";
    for (const char* text :
         {"account: closed", "account: Closed", "account: cLo*", "account: {regex: '^Closed$'}",
          "qos: [HIGH]", "qos: H?gh", "qos: {regex: HIGH}", "account: {not: open}"})
        EXPECT_TRUE(on(text, request)) << text;
    EXPECT_FALSE(on("job_name: run", request));
    EXPECT_FALSE(on("job_name: {regex: run}", request));
}

TEST(ConditionReader, PartsHoldTogetherUnlessUnderAny) {
    JobRequest request;
    request.partition = "gpu";
    request.exclusive = true;
    EXPECT_TRUE(on("{partition: gpu, exclusive: true}", request));
    EXPECT_FALSE(on("{partition: gpu, exclusive: false}", request));
    EXPECT_TRUE(on("any: [{partition: cpu}, {exclusive: true}]", request));
    EXPECT_FALSE(on("all: [{partition: cpu}, {exclusive: true}]", request));
    EXPECT_TRUE(on("{not: {partition: cpu, exclusive: true}}", request));
    EXPECT_TRUE(on("{tres.gres/fpga: unset, environment.X: unset}", request));
}

TEST(ConditionReader, AnUnknownFieldIsRefusedWithTheNearest) {
    EXPECT_TRUE(fails_with(read("\npartiton: gpu"), Code::X105,
                           "/x/p.yaml:2:1: unknown key 'partiton' in when, did you mean "
                           "'partition'?"));
    EXPECT_TRUE(fails_with(read("any: [{nodse: 1}]"), Code::X105, "'nodes'"));
    EXPECT_TRUE(fails_with(read("{script: {regexp: a}}"), Code::X105, "'regex'"));
    EXPECT_TRUE(fails_with(read("tres: 1"), Code::X105));
    EXPECT_TRUE(fails_with(read("{nodes: 1, nodes: 2}"), Code::X106, "twice"));
}

TEST(ConditionReader, ABadValueIsRefusedAtItsPlace) {
    for (const char* text : {"nodes: many",
                             "nodes: 8..4",
                             "nodes: ..",
                             "nodes: \"< 0\"",
                             "time_limit: \"> unlimited\"",
                             "time_limit: 4G",
                             "memory: 24h",
                             "exclusive: 1",
                             "exclusive: [true]",
                             "partition: []",
                             "partition: [[a]]",
                             "partition: \"\"",
                             "partition: {}",
                             "partition: {not: a, regex: b}",
                             "script: {regex: '('}",
                             "script: {regex: '(?=a)'}",
                             "nodes: {regex: 1}",
                             "any: []",
                             "any: {nodes: 1}",
                             "not: [a]",
                             "{}",
                             "[a]",
                             "gpu",
                             "script: {regex: '((a{100}){100}){10}'}"})
        EXPECT_TRUE(fails_with(read(text), Code::X106, "/x/p.yaml:1:")) << text;
}

TEST(ConditionReader, NestingIsBounded) {
    std::string text = "nodes: 1";
    for (int i = 0; i < 20; ++i)
        text = "{not: {" + text + "}}", text = text.substr(1, text.size() - 2);
    EXPECT_TRUE(fails_with(read("{" + text + "}"), Code::X106, "too deeply"));
}

} // namespace policy_condition_reader_test
} // namespace fairlead::policy
