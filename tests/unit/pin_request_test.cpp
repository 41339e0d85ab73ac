#include "pin/request.hpp"

#include "expect_error.hpp"

#include "base/words.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <set>
#include <vector>

namespace fairlead::pin {
namespace pin_request_test {

using test::fails_with;
using test::succeeds;

std::string message_of(std::string_view text) {
    const auto request = parse_request(text);
    return request ? "accepted" : to_string(request.error());
}

TEST(PinRequest, TheBareOptionMeansOn) {
    const auto request = parse_request("");
    ASSERT_TRUE(succeeds(request));
    EXPECT_TRUE(request->on);
    EXPECT_EQ(request->policy, Policy::Auto);
    EXPECT_EQ(request->verbose, 0);
}

TEST(PinRequest, OnAndOffSwitch) {
    EXPECT_TRUE(parse_request("on")->on);
    EXPECT_FALSE(parse_request("off")->on);
    EXPECT_FALSE(parse_request("by:nic,off")->on);
}

TEST(PinRequest, APolicyIsNamedWithBy) {
    EXPECT_EQ(parse_request("by:auto")->policy, Policy::Auto);
    EXPECT_EQ(parse_request("by:numa")->policy, Policy::Numa);
    EXPECT_EQ(parse_request("by:nic")->policy, Policy::Nic);
    EXPECT_EQ(parse_request("by:compact")->policy, Policy::Compact);
}

TEST(PinRequest, VerboseHasThreeLevels) {
    EXPECT_EQ(parse_request("verbose")->verbose, 1);
    EXPECT_EQ(parse_request("verbose:0")->verbose, 0);
    EXPECT_EQ(parse_request("verbose:1")->verbose, 1);
    EXPECT_EQ(parse_request("verbose:2")->verbose, 2);
}

TEST(PinRequest, PartsAreJoinedWithCommasAndTheLastCounts) {
    const auto request = parse_request("on,by:numa,verbose:2,by:compact");
    ASSERT_TRUE(succeeds(request));
    EXPECT_EQ(request->policy, Policy::Compact);
    EXPECT_EQ(request->verbose, 2);
}

TEST(PinRequest, AZeroByteIsNoSeparatorOfInterfaces) {
    using namespace std::string_view_literals;
    EXPECT_TRUE(fails_with(parse_request("nic:efa0\0efa1"sv), Code::P101));
}

TEST(PinRequest, AnEqualsSignIsTakenForAColon) {
    EXPECT_EQ(parse_request("by=nic,verbose=2")->policy, Policy::Nic);
    EXPECT_EQ(parse_request("by=nic,verbose=2")->verbose, 2);
}

TEST(PinRequest, ABadWordIsNamedWithTheNearest) {
    EXPECT_EQ(message_of("verbos"),
              "--efa-pin: unknown word 'verbos', did you mean 'verbose'? [FL-P101]");
    EXPECT_EQ(message_of("by:nics"),
              "--efa-pin: unknown policy 'nics', did you mean 'nic'? [FL-P101]");
    EXPECT_EQ(message_of("on,offf"),
              "--efa-pin: unknown word 'offf', did you mean 'off'? [FL-P101]");
    EXPECT_EQ(message_of("by"),
              "--efa-pin: unknown policy ''; expected one of: auto, gpu, nic, numa, l3, compact, "
              "spread, none [FL-P101]");
    EXPECT_EQ(message_of("verbose:high"),
              "--efa-pin: unknown verbose level 'high'; expected one of: 0, 1, 2 [FL-P101]");
}

TEST(PinRequest, ASwitchTakesNoValue) {
    EXPECT_EQ(message_of("on:1"), "--efa-pin: 'on' takes no value [FL-P101]");
    EXPECT_EQ(message_of("off="), "--efa-pin: 'off' takes no value [FL-P101]");
}

TEST(PinRequest, NothingOutsideTheGrammarPasses) {
    for (const std::string_view text :
         {",",          "on,",        ",on",         "on,,off",  " on",     "on ",      "ON",
          "By:nic",     "by:NIC",     "by:nic:numa", "by::nic",  "by:nic ", "verbose:", "verbose:3",
          "verbose:-1", "verbose:01", "verbose:1 ",  "verbose2", "(null)",  "1",        "true",
          "on;off",     "on\n",       "\xff\xfe",    "$(id)",    "../on",   "=",        ":"})
        EXPECT_TRUE(fails_with(parse_request(text), Code::P101)) << text;
}

TEST(PinRequest, AZeroByteDoesNotEndTheText) {
    EXPECT_TRUE(fails_with(parse_request(std::string_view("on\0", 3)), Code::P101, "'on?'"));
}

TEST(PinRequest, HostileTextIsMadePrintableAndShort) {
    EXPECT_NE(message_of("\x1b[31mred").find("'?[31mred'"), std::string::npos);
    const std::string message = message_of(std::string(200, 'x'));
    EXPECT_NE(message.find(std::string(64, 'x') + "..."), std::string::npos);
    EXPECT_EQ(message.find(std::string(65, 'x')), std::string::npos);
}

TEST(PinRequest, AnOversizedValueIsNotLookedAt) {
    std::string longest = "on";
    while (longest.size() + 3 <= longest_argument)
        longest += ",on";
    longest.append(longest_argument - longest.size(), 'x');
    EXPECT_TRUE(fails_with(parse_request(longest), Code::P101));
    EXPECT_TRUE(fails_with(parse_request(longest + "x"), Code::P103, "257 bytes; at most 256"));
    EXPECT_TRUE(fails_with(parse_request(std::string(1 << 20, 'x')), Code::P103));
}

using Lists = std::vector<std::vector<std::string>>;

TEST(PinRequest, SwitchesAreOffUntilNamed) {
    const auto bare = *parse_request("");
    EXPECT_FALSE(bare.help || bare.dry_run || bare.strict || bare.force);
    const auto all = *parse_request("help,dry-run,strict,force");
    EXPECT_TRUE(all.help && all.dry_run && all.strict && all.force && all.on);
}

TEST(PinRequest, NumbersAreFrom1To65536) {
    constexpr std::pair<const char*, int Request::*> numbers[] = {
        {"nics", &Request::nics_per_rank},
        {"ranks-per-nic", &Request::ranks_per_nic},
        {"smt", &Request::smt},
        {"reserve", &Request::reserve}};
    for (const auto& [word, member] : numbers) {
        EXPECT_EQ(*parse_request("").*member, 0) << word;
        for (const int value : {1, 2, 65536})
            EXPECT_EQ(*parse_request(fmt::format("{}:{}", word, value)).*member, value) << word;
        EXPECT_EQ(*parse_request(fmt::format("{}=7", word)).*member, 7) << word;
        for (const char* value : {"0", "-1", "65537", "99999999999999999999", "1.5", "0x2", "2k",
                                  "+2", " 2", "2 ", "two", "all"})
            EXPECT_EQ(message_of(fmt::format("{}:{}", word, value)),
                      fmt::format("--efa-pin: '{0}' is '{1}'; expected a number from 1 to 65536, "
                                  "as {0}:2 [FL-P101]",
                                  word, value));
        EXPECT_TRUE(fails_with(parse_request(word), Code::P101, "expected a number")) << word;
        EXPECT_TRUE(fails_with(parse_request(fmt::format("{}:", word)), Code::P101)) << word;
    }
}

TEST(PinRequest, WordsWithAChoiceTakeEachValue) {
    EXPECT_EQ(parse_request("by:gpu")->policy, Policy::Gpu);
    EXPECT_EQ(parse_request("by:l3")->policy, Policy::L3);
    EXPECT_EQ(parse_request("by:spread")->policy, Policy::Spread);
    EXPECT_EQ(parse_request("by:none")->policy, Policy::None);
    EXPECT_EQ(parse_request("mem:keep")->memory, Memory::Keep);
    EXPECT_EQ(parse_request("mem:prefer")->memory, Memory::Prefer);
    EXPECT_EQ(parse_request("mem:bind")->memory, Memory::Bind);
    EXPECT_EQ(parse_request("mem=interleave")->memory, Memory::Interleave);
    EXPECT_EQ(parse_request("omp:fill")->omp, Omp::Fill);
    EXPECT_EQ(parse_request("omp:off")->omp, Omp::Off);
    EXPECT_EQ(parse_request("omp=set")->omp, Omp::Set);
    EXPECT_EQ(parse_request("gpu-env:keep")->gpu_env, GpuEnv::Keep);
    EXPECT_EQ(parse_request("gpu-env=set")->gpu_env, GpuEnv::Set);
}

TEST(PinRequest, PoliciesAreWrittenAsTheyAreRead) {
    for (const char* word : {"auto", "gpu", "nic", "numa", "l3", "compact", "spread", "none"})
        EXPECT_EQ(to_string(parse_request(fmt::format("by:{}", word))->policy), word);
    for (const char* word : {"keep", "prefer", "bind", "interleave"})
        EXPECT_EQ(to_string(parse_request(fmt::format("mem:{}", word))->memory), word);
}

TEST(PinRequest, AReportIsShownWithoutAskingForVerbose) {
    EXPECT_EQ(parse_request("report")->verbose, 1);
    EXPECT_EQ(parse_request("report")->report, ReportFormat::Text);
    EXPECT_EQ(parse_request("report:json")->report, ReportFormat::Json);
    EXPECT_EQ(parse_request("report=json")->verbose, 1);
    EXPECT_EQ(parse_request("verbose:2,report:json")->verbose, 2);
    EXPECT_EQ(parse_request("report:json,verbose:2")->verbose, 2);
}

TEST(PinRequest, InterfacesAreSelectedByAWord) {
    using Kind = NicSelection::Kind;
    constexpr std::pair<const char*, Kind> kinds[] = {{"closest", Kind::Closest},
                                                      {"balance", Kind::Balance},
                                                      {"all", Kind::All},
                                                      {"none", Kind::None}};
    for (const auto& [word, kind] : kinds) {
        EXPECT_EQ(parse_request(fmt::format("nic:{}", word))->nics.kind, kind);
        EXPECT_EQ(parse_request(fmt::format("nic={}", word))->nics.kind, kind);
        EXPECT_TRUE(parse_request(fmt::format("nic:{}", word))->nics.lists.empty());
    }
}

TEST(PinRequest, InterfacesAreSelectedByNameOrNumber) {
    const auto named = parse_request("nic:rdmap16s0+rdmap17s0");
    ASSERT_TRUE(succeeds(named));
    EXPECT_EQ(named->nics.kind, NicSelection::Kind::Named);
    EXPECT_EQ(named->nics.lists, (Lists{{"rdmap16s0", "rdmap17s0"}}));
    EXPECT_EQ(parse_request("nic:efa_0")->nics.lists, (Lists{{"efa_0"}}));
    EXPECT_EQ(parse_request("nic:0+3")->nics.lists, (Lists{{"0", "3"}}));
}

TEST(PinRequest, AMapHasAListForEachRankInTurn) {
    for (const char* text : {"nic:map:0/1+2", "nic:map=0/1+2", "nic=map:0/1+2", "nic=map=0/1+2"}) {
        const auto mapped = parse_request(text);
        ASSERT_TRUE(succeeds(mapped));
        EXPECT_EQ(mapped->nics.kind, NicSelection::Kind::Map);
        EXPECT_EQ(mapped->nics.lists, (Lists{{"0"}, {"1", "2"}})) << text;
    }
}

TEST(PinRequest, ALaterSelectionReplacesAnEarlierOne) {
    EXPECT_EQ(parse_request("nic:map:0/1,nic:rdmap16s0")->nics.lists, (Lists{{"rdmap16s0"}}));
    EXPECT_EQ(parse_request("nic:rdmap16s0,nic:map:2")->nics.lists, (Lists{{"2"}}));
    EXPECT_EQ(parse_request("nic:0,nic:all")->nics.kind, NicSelection::Kind::All);
}

TEST(PinRequest, AMisspeltSelectionIsNoName) {
    EXPECT_EQ(message_of("nic:closset"), "--efa-pin: unknown EFA interface selection 'closset', "
                                         "did you mean 'closest'? [FL-P101]");
    EXPECT_EQ(message_of("nic:balanced"), "--efa-pin: unknown EFA interface selection 'balanced', "
                                          "did you mean 'balance'? [FL-P101]");
    EXPECT_TRUE(fails_with(parse_request("nic:al"), Code::P101, "did you mean 'all'?"));
    EXPECT_TRUE(fails_with(parse_request("nic:non"), Code::P101, "did you mean 'none'?"));
    EXPECT_TRUE(fails_with(parse_request("nic:CLOSEST"), Code::P101, "'CLOSEST'"));
    EXPECT_TRUE(fails_with(parse_request("nic:rdmap16s0+closest"), Code::P101, "'closest'"));
    EXPECT_TRUE(fails_with(parse_request("nic:mapp:0/1"), Code::P101, "'mapp:0/1'"));
}

TEST(PinRequest, AWordOfTheGrammarIsNoInterface) {
    EXPECT_EQ(message_of("nic:map"), "--efa-pin: 'map' is no EFA interface; expected names or "
                                     "numbers, as nic:0+1 or nic:map:0/1 [FL-P101]");
    for (const char* text : {"nic:0+all", "nic:map:closest", "nic:map:0/none"})
        EXPECT_TRUE(fails_with(parse_request(text), Code::P101, "is no EFA interface")) << text;
}

TEST(PinRequest, AMapWithoutAListSaysWhatIsMissing) {
    for (const char* text : {"nic:map", "nic:map:"}) {
        EXPECT_TRUE(fails_with(parse_request(text), Code::P101)) << text;
        EXPECT_EQ(message_of(text).find("did you mean 'map'"), std::string::npos)
            << message_of(text);
    }
}

// Each has a word of the grammar in it, or nearly.
TEST(PinRequest, AHundredHostileArgumentsAreRefusedOnTheUsersSide) {
    constexpr std::string_view arguments[] = {"on on",
                                              "on\ton",
                                              "on\r",
                                              "\ton",
                                              "on,\n",
                                              "on\v",
                                              "-on",
                                              "--on",
                                              "+on",
                                              "on+off",
                                              "on/off",
                                              "on|off",
                                              "on&off",
                                              "on&&off",
                                              "`on`",
                                              "$(on)",
                                              "${on}",
                                              "$on",
                                              "\"on\"",
                                              "'on'",
                                              "on\\",
                                              "\\on",
                                              "on#",
                                              "#on",
                                              "on%",
                                              "%s",
                                              "%n%n%n%n",
                                              "{}",
                                              "{0}",
                                              "on{}",
                                              "*",
                                              "?",
                                              "[on]",
                                              "~",
                                              "!",
                                              "@on",
                                              "on@",
                                              "on=on",
                                              "off=off",
                                              "off:0",
                                              "help:1",
                                              "help=",
                                              "dry-run:0",
                                              "dry_run",
                                              "dryrun",
                                              "strict:1",
                                              "strict=no",
                                              "force:",
                                              "Force",
                                              "STRICT",
                                              "by",
                                              "by:",
                                              "by=",
                                              "by:=nic",
                                              "by=:nic",
                                              "by:nic,by:",
                                              "by:nic/numa",
                                              "by:nic+numa",
                                              "by:none none",
                                              "by:\x01",
                                              "by:l3 ",
                                              "by:L3",
                                              "by:socket",
                                              "by:0",
                                              "by:-1",
                                              "nic",
                                              "nic:",
                                              "nic=",
                                              "nic:+",
                                              "nic:/",
                                              "nic:0+",
                                              "nic:+0",
                                              "nic:0++1",
                                              "nic:0/1",
                                              "nic:-",
                                              "nic:..",
                                              "nic:../../dev/infiniband",
                                              "nic:rdmap16s0;id",
                                              "nic:rdmap16s0 ",
                                              "nic:rdmap16s0\n",
                                              "nic:$(id)1",
                                              "nic:efa\xff"
                                              "0",
                                              "nic:map:",
                                              "nic:map:/",
                                              "nic:map:0/",
                                              "nic:map:/0",
                                              "nic:map:0//1",
                                              "nic:map:0+/1",
                                              "nic:map:map:0",
                                              "nic:map:closest",
                                              "nic:all+0",
                                              "nics:0",
                                              "nics:",
                                              "nics:1,nics:",
                                              "nics:0x1",
                                              "nics:1e3",
                                              "nics:1+1",
                                              "ranks-per-nic:65537",
                                              "ranks_per_nic:1",
                                              "smt:2,smt",
                                              "smt:-2147483649",
                                              "reserve:4294967297",
                                              "reserve:18446744073709551617",
                                              "mem:",
                                              "mem",
                                              "mem:local",
                                              "mem:bind:0",
                                              "mem:0",
                                              "omp:on",
                                              "omp:",
                                              "omp",
                                              "gpu-env",
                                              "gpu-env:",
                                              "gpu-env:all",
                                              "gpu_env:set",
                                              "verbose:",
                                              "verbose:9",
                                              "verbose:1,",
                                              "verbose=-0",
                                              "verbose:0x1",
                                              "report:",
                                              "report:xml",
                                              "report:JSON",
                                              "report:text:json",
                                              "rank:0",
                                              "ranks:2",
                                              "map:0",
                                              "closest",
                                              "auto",
                                              "bind",
                                              "\xc3\xb6n",
                                              "\xf0\x9f\x92\xa9",
                                              "\x7f",
                                              "\x1b]0;on\x07",
                                              "on,\x1b[2J",
                                              "\xff",
                                              "\xed\xa0\x80",
                                              "on\xe2\x80\x8b",
                                              "\xef\xbb\xbfon",
                                              "o\u0301n"};
    static_assert(std::size(arguments) >= 100);
    for (const std::string_view argument : arguments) {
        EXPECT_TRUE(fails_with(parse_request(argument), Code::P101)) << argument;
        for (const unsigned char c : message_of(argument))
            EXPECT_TRUE(c >= 0x20 && c < 0x7f) << argument;
    }
}

/// The words between "expected one of: " and the code.
std::set<std::string> valid_words(std::string_view nonsense) {
    constexpr std::string_view before = "expected one of: ";
    const std::string message = parse_request(nonsense).error().message;
    std::set<std::string> words;
    for (const std::string_view word :
         split(std::string_view(message).substr(message.find(before) + before.size()), ','))
        words.emplace(trimmed(word));
    return words;
}

/// A line of the grammar: "  mem:POLICY   keep (default) | prefer | ...".
struct GrammarLine {
    std::vector<std::string> forms;  ///< "on", "mem:POLICY", "verbose[:0|1|2]"
    std::vector<std::string> values; ///< the alternatives that the line explains
};

std::vector<std::string> alternatives(std::string_view text) {
    std::vector<std::string> words;
    std::size_t depth = 0, first = 0;
    for (std::size_t i = 0; i <= text.size(); ++i) {
        const char c = i < text.size() ? text[i] : '|';
        depth += c == '[' ? 1u : 0u;
        depth -= c == ']' ? 1u : 0u;
        if (c != '|' || depth > 0)
            continue;
        const auto word = trimmed(text.substr(first, i - first));
        words.emplace_back(word.substr(0, word.find_first_of(" :")));
        if (word.find("[:") != std::string_view::npos || word.find(':') != std::string_view::npos)
            words.back() = word.substr(0, word.find(' '));
        first = i + 1;
    }
    return words;
}

std::vector<GrammarLine> grammar_lines() {
    std::vector<GrammarLine> lines;
    for (const std::string_view line : split(grammar, '\n')) {
        if (!line.starts_with("  "))
            continue;
        const std::size_t gap = line.find("  ", 2);
        lines.push_back({alternatives(line.substr(2, gap - 2)),
                         alternatives(trimmed(line.substr(gap, line.find(": ", gap) - gap)))});
    }
    return lines;
}

std::string word_of(const std::string& form) { return form.substr(0, form.find_first_of("[:")); }

TEST(PinGrammar, NamesEveryWordAndNoOther) {
    std::set<std::string> shown;
    for (const GrammarLine& line : grammar_lines())
        for (const std::string& form : line.forms)
            EXPECT_TRUE(shown.insert(word_of(form)).second) << form;
    EXPECT_EQ(shown, valid_words("zzzzzzzzzzzz"));
}

TEST(PinGrammar, EveryFormIsAccepted) {
    for (const GrammarLine& line : grammar_lines())
        for (const std::string& form : line.forms) {
            const std::size_t bracket = form.find("[:");
            if (form.ends_with(":N") || form.ends_with(":K")) {
                EXPECT_TRUE(succeeds(parse_request(word_of(form) + ":2"))) << form;
            }
            if (form.find(':') == std::string::npos || bracket != std::string::npos) {
                EXPECT_TRUE(succeeds(parse_request(word_of(form)))) << form;
            }
            if (bracket == std::string::npos)
                continue;
            const auto inside =
                std::string_view(form).substr(bracket + 2, form.size() - bracket - 3);
            for (const auto value : split(inside, '|'))
                EXPECT_TRUE(succeeds(parse_request(fmt::format("{}:{}", word_of(form), value))))
                    << form;
        }
}

TEST(PinGrammar, NamesEveryValueAndNoOther) {
    std::size_t checked = 0;
    for (const GrammarLine& line : grammar_lines()) {
        const std::string& form = line.forms.front();
        if (!form.ends_with(":POLICY") && !form.ends_with(":HOW"))
            continue;
        ++checked;
        std::set<std::string> shown(line.values.begin(), line.values.end());
        EXPECT_EQ(shown, valid_words(word_of(form) + ":zzzzzzzzzzzz")) << form;
        for (const std::string& value : shown)
            EXPECT_TRUE(succeeds(parse_request(word_of(form) + ":" + value))) << value;
    }
    EXPECT_EQ(checked, 4u);
}

TEST(PinGrammar, NamesEverySelectionOfInterfaces) {
    for (const GrammarLine& line : grammar_lines())
        if (line.forms.front() == "nic:SELECTION") {
            EXPECT_EQ(line.values, (std::vector<std::string>{"closest", "balance", "all", "none",
                                                             "NAME+NAME", "map:NAME/NAME+NAME"}));
            EXPECT_EQ(valid_words("nic:zzzzzzzzzzzz"),
                      (std::set<std::string>{"closest", "balance", "all", "none", "map"}));
            return;
        }
    FAIL() << "the grammar has no nic:SELECTION";
}

TEST(PinGrammar, MarksTheDefaults) {
    const Request bare = *parse_request("");
    for (const std::string_view line : split(grammar, '\n')) {
        const auto marked = line.find(" (default)");
        if (marked == std::string_view::npos)
            continue;
        const auto name = trimmed(line.substr(0, line.find(':')));
        const auto value =
            line.substr(line.rfind(' ', marked - 1) + 1, marked - line.rfind(' ', marked - 1) - 1);
        const auto said = parse_request(fmt::format("{}:{}", name, value));
        ASSERT_TRUE(succeeds(said)) << line;
        EXPECT_EQ(said->policy, bare.policy);
        EXPECT_EQ(said->memory, bare.memory);
        EXPECT_EQ(said->omp, bare.omp);
        EXPECT_EQ(said->gpu_env, bare.gpu_env);
        EXPECT_EQ(said->nics.kind, bare.nics.kind);
    }
}

// The value is compared as if it were part of the word: "b:nic" is far from "by".
TEST(PinRequest, TheNearestWordIsSoughtForTheNameAlone) {
    EXPECT_TRUE(fails_with(parse_request("b:nic"), Code::P101, "did you mean 'by'?"));
    EXPECT_TRUE(fails_with(parse_request("bye:compact"), Code::P101, "did you mean 'by'?"));
}

} // namespace pin_request_test
} // namespace fairlead::pin
