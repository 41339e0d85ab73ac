#include "cost/sacct_dump.hpp"

#include "expect_error.hpp"

#include <gtest/gtest.h>
#include <random>

namespace fairlead::cost {
namespace cost_sacct_dump_test {

using std::chrono::seconds;
using test::fails_with;
using test::succeeds;

const std::string header = "JobIDRaw|JobName|NodeList|Start|End|ElapsedRaw|AllocTRES|State";

Dump dump_of(std::string_view columns, const std::string& zone = "UTC") {
    auto dump = Dump::with_header(columns, Zone::find(zone).value());
    EXPECT_TRUE(succeeds(dump));
    return std::move(*dump);
}

/// A line between whose job name and times the rest is usual.
std::string line(const std::string& name, const std::string& times) {
    return "7|" + name + "|n1|" + times + "|cpu=1|COMPLETED";
}

const std::string usual = "2026-06-01T12:00:00|2026-06-01T13:00:00|3600";

JobRun run_of(Dump& dump, std::string_view text) {
    const auto run = dump.read(text);
    EXPECT_TRUE(succeeds(run)) << text;
    EXPECT_TRUE(run && *run) << text;
    return run && *run ? **run : JobRun{};
}

TEST(Dump, ReadsARun) {
    Dump dump = dump_of(header + "|Account|User|Partition|Cluster|DBIndex|AdminComment");
    const std::string text = "4711|relax|n[1-2]|2026-06-01T12:00:00|2026-06-01T13:00:00|3600|"
                             "cpu=4,mem=16G,node=2|CANCELLED by 1000|chem|ada|cpu|atlas|815|note";
    const JobRun run = run_of(dump, text);
    EXPECT_EQ(run.job, "4711");
    EXPECT_EQ(run.nodes, "n[1-2]");
    EXPECT_EQ(run.alloc_tres, "cpu=4,mem=16G,node=2");
    EXPECT_EQ(run.state, "CANCELLED by 1000");
    EXPECT_EQ(run.account, "chem");
    EXPECT_EQ(run.user, "ada");
    EXPECT_EQ(run.partition, "cpu");
    EXPECT_EQ(run.cluster, "atlas");
    EXPECT_EQ(run.db_index, "815");
    EXPECT_EQ(run.admin_comment, "note");
    EXPECT_EQ(run.start, read_time("2026-06-01T12:00:00"));
    EXPECT_EQ(run.elapsed, seconds(3600));
    EXPECT_EQ(run.suspended, seconds(0));
}

TEST(Dump, TakesColumnsInAnyOrderAndAnyCase) {
    Dump dump = dump_of("end|EXITCODE|start|nodelist|jobid");
    const JobRun run = run_of(dump, "2026-06-01T12:00:05|0:0|2026-06-01T12:00:00|n1|4711_3");
    EXPECT_EQ(run.job, "4711_3");
    EXPECT_EQ(run.elapsed, seconds(5));
    EXPECT_EQ(run.alloc_tres, "");
}

TEST(Dump, TakesTheBarsThatSacctPutsBehindEachLine) {
    Dump dump = dump_of("JobIDRaw|NodeList|Start|ElapsedRaw|");
    EXPECT_EQ(run_of(dump, "7|n1|2026-06-01T12:00:00|60|\r").elapsed, seconds(60));
}

TEST(Dump, PrefersTheRawJobId) {
    Dump dump = dump_of("JobID|JobIDRaw|NodeList|Start|ElapsedRaw");
    EXPECT_EQ(run_of(dump, "7_1|9|n1|2026-06-01|60").job, "9");
}

TEST(Dump, NeedsAHeader) {
    const auto read = [](std::string_view text) {
        return Dump::with_header(text, Zone::find("UTC").value());
    };
    EXPECT_TRUE(fails_with(read(""), Code::C107, "no column JobIDRaw or JobID"));
    EXPECT_TRUE(fails_with(read("4711|n1|2026-06-01"), Code::C107));
    EXPECT_TRUE(fails_with(read("JobID|Start|End"), Code::C107, "no column NodeList"));
    EXPECT_TRUE(fails_with(read("JobID|NodeList|End"), Code::C107, "no column Start"));
    EXPECT_TRUE(fails_with(read("JobID|NodeList|Start"), Code::C107, "End or ElapsedRaw"));
}

TEST(Dump, StepsWaitingJobsAndHeadersAreNoRuns) {
    Dump dump = dump_of(header);
    for (const std::string& text :
         {std::string("7.batch|x|n1|" + usual + "||"), std::string("7_3.0|x|n1|" + usual + "||"),
          std::string("7+1.extern|x|n1|" + usual + "||"),
          std::string("7|x|None assigned|Unknown|Unknown|0||PENDING"),
          std::string("7_[1-9]|x|None assigned|Unknown|Unknown|0||PENDING"),
          std::string("7|x|None assigned|None|2026-06-01T12:00:00|0||CANCELLED by 0"),
          std::string("7|x||2026-06-01T12:00:00|2026-06-01T12:00:00|0||CANCELLED"), std::string(""),
          std::string("  "), header}) {
        const auto run = dump.read(text);
        ASSERT_TRUE(succeeds(run)) << text;
        EXPECT_FALSE(*run) << text;
    }
}

TEST(Dump, ARunThatGoesOnHasWhatItUsedSoFar) {
    Dump dump = dump_of(header);
    EXPECT_EQ(run_of(dump, line("x", "2026-06-01T12:00:00|Unknown|90")).elapsed, seconds(90));
    Dump without = dump_of("JobID|NodeList|Start|End");
    EXPECT_TRUE(fails_with(without.read("7|n1|2026-06-01T12:00:00|Unknown"), Code::C102,
                           "it has not ended, and there is no ElapsedRaw"));
}

TEST(Dump, SuspendedTimeIsWhatElapsedLeavesOut) {
    Dump dump = dump_of(header);
    const JobRun run = run_of(dump, line("x", "2026-06-01T12:00:00|2026-06-01T13:00:00|3000"));
    EXPECT_EQ(run.elapsed, seconds(3000));
    EXPECT_EQ(run.suspended, seconds(600));
}

TEST(Dump, ReadsSecondsSince1970) {
    Dump dump = dump_of(header, "Asia/Tokyo");
    const JobRun run = run_of(dump, line("x", "1780315200|1780318800|3600"));
    EXPECT_EQ(run.start, read_time("2026-06-01T12:00:00"));
}

TEST(Dump, AJobNameMayHoldBars) {
    Dump dump = dump_of(header);
    for (const char* name : {"a|b", "|", "a|b|c|d|", "=1|2"})
        EXPECT_EQ(run_of(dump, line(name, usual)).nodes, "n1") << name;
}

/// A user who writes bars could otherwise choose the columns behind them.
TEST(Dump, BarsThatSeveralTextsCouldHoldAreAnError) {
    Dump dump = dump_of("JobName|JobIDRaw|NodeList|Start|ElapsedRaw|AdminComment");
    for (const char* text : {"a|5|n1|2026-06-01|60|x|y", "a|b|5|n1|2026-06-01|60|x",
                             "a|5|n1|2026-06-01|60|7|n2|2026-06-01|60|c"})
        EXPECT_TRUE(fails_with(dump.read(text), Code::C102, "is not certain")) << text;
    Dump plain = dump_of("JobIDRaw|NodeList|Start|ElapsedRaw");
    EXPECT_TRUE(fails_with(plain.read("7|n1|2026-06-01|60|x"), Code::C102, "is not certain"));
    Dump other = dump_of("JobName|JobIDRaw|NodeList|Start|ElapsedRaw|NewInSlurm99");
    EXPECT_TRUE(fails_with(other.read("a|5|n1|2026-06-01|60|x|y"), Code::C102, "is not certain"))
        << "a column that is not known may hold anything";
}

TEST(Dump, AnyNumberOfBarsInTheOnlyTextIsRead) {
    Dump dump = dump_of("JobIDRaw|NodeList|Start|ElapsedRaw|AdminComment");
    const std::string bars(5000, '|');
    EXPECT_EQ(run_of(dump, "7|n1|2026-06-01|60|" + bars).admin_comment, bars);
}

TEST(Dump, TheDelimiterMayBeAControlCharacter) { // sacct -P --delimiter=$'\x1f'
    Dump dump = dump_of("JobIDRaw\x1fJobName\x1fNodeList\x1fStart\x1f"
                        "ElapsedRaw\x1f"
                        "Comment");
    EXPECT_EQ(run_of(dump, "7\x1f"
                           "a|b\x1fn1\x1f"
                           "2026-06-01\x1f"
                           "60\x1f|")
                  .nodes,
              "n1");
    EXPECT_TRUE(fails_with(dump.read("7\x1f"
                                     "a\x1f"
                                     "b\x1fn1\x1f"
                                     "2026-06-01\x1f"
                                     "60\x1f"
                                     "c"),
                           Code::C102, "is not certain"));
}

TEST(Dump, TellsWhichColumnsUsersWriteTo) {
    EXPECT_EQ(dump_of("JobIDRaw|NodeList|Start|ElapsedRaw|AdminComment|").written_by_users(), "");
    EXPECT_EQ(dump_of("JobIDRaw|JobName|NodeList|Start|ElapsedRaw|WCKey").written_by_users(),
              "jobname, wckey");
}

TEST(Dump, ARunHasEndedWhereItsStateAndItsEndSaySo) {
    Dump dump = dump_of("JobIDRaw|NodeList|Start|End|ElapsedRaw|State");
    const auto ended = [&](const std::string& end, const std::string& state) {
        const std::string text = "7|n1|2026-06-01T12:00:00|" + end + "|60|" + state;
        return run_of(dump, text).ended;
    };
    EXPECT_TRUE(ended("2026-06-01T12:01:00", "COMPLETED"));
    EXPECT_TRUE(ended("2026-06-01T12:01:00", "CANCELLED by 7"));
    EXPECT_TRUE(ended("2026-06-01T12:01:00", "RESIZING"));
    for (const char* state : {"RUNNING", "SUSPENDED", "COMPLETING", "PENDING", ""})
        EXPECT_FALSE(ended("2026-06-01T12:01:00", state)) << state;
    EXPECT_FALSE(ended("Unknown", "COMPLETED"));
}

TEST(Dump, WhatCannotBeReadIsNamed) {
    Dump dump = dump_of(header);
    const std::pair<std::string, const char*> wrong[] = {
        {"7|x|n1", "3 fields, but the header names 8 columns"},
        {"x|x|n1|" + usual + "||", "'x' is no job id"},
        {"7_|x|n1|" + usual + "||", "'7_' is no job id"},
        {"7x|x|n1|" + usual + "||", "is no job id"},
        {"|x|n1|" + usual + "||", "'' is no job id"},
        {line("x", "yesterday|2026-06-01T13:00:00|1"), "job 7: Start is 'yesterday'"},
        {line("x", "|2026-06-01T13:00:00|1"), "job 7: Start is ''"},
        {line("x", "Unknown|2026-06-01T13:00:00|1"), "job 7: Start is 'Unknown'"},
        {line("x", "2026-06-01T12:00:00|2026-06-31T13:00:00|1"), "job 7: End is '2026-06-31"},
        {line("x", "2026-06-01T12:00:00|2026-06-01T11:59:59|0"), "it ends before it starts"},
        {line("x", "2026-06-01T12:00:00|2026-06-01T13:00:00|-1"), "ElapsedRaw is '-1'"},
        {line("x", "2026-06-01T12:00:00|2026-06-01T13:00:00|99999999999"), "ElapsedRaw is"},
        {line("x", "2026-06-01T12:00:00|2026-06-01T13:00:00|4000"),
         "ElapsedRaw is 4000, but it ends 3600 s after its start"},
        {line("x", "0|2026-06-01T13:00:00|1"), "job 7: Start is '0'"},
        {line("x", "2026-06-01T12:00:00|20260601|1"), "job 7: End is '20260601'"},
        {"7|x|None assigned|" + usual + "||", "ran for 3600 s on no node"},
        {std::string("\x1b[2J\0|x|n1|", 12) + usual + "||", "'?[2J?' is no job id"},
    };
    for (const auto& [text, message] : wrong)
        EXPECT_TRUE(fails_with(dump.read(text), Code::C102, message)) << text;
    EXPECT_TRUE(fails_with(dump.read(std::string(2 << 20, 'x')), Code::C102, "is longer than"));
}

TEST(DumpInAZone, ElapsedTellsWhichOfTwoHoursIsMeant) {
    Dump dump = dump_of(header, "Europe/Berlin");
    // The clock was put back at 3 o'clock, so 2:30 came twice.
    const std::pair<const char*, const char*> starts[] = {{"1800", "2026-10-25T01:30:00Z"},
                                                          {"5400", "2026-10-25T00:30:00Z"}};
    for (const auto& [elapsed, start] : starts) {
        const JobRun run = run_of(
            dump, line("x", std::string("2026-10-25T02:30:00|2026-10-25T03:00:00|") + elapsed));
        EXPECT_EQ(show_time(run.start), start);
        EXPECT_EQ(run.suspended, seconds(0));
    }
}

TEST(DumpInAZone, ARunOverTheChangeOfTheClockHasItsRealLength) {
    Dump dump = dump_of("JobID|NodeList|Start|End", "Europe/Berlin");
    EXPECT_EQ(run_of(dump, "7|n1|2026-10-25T00:00:00|2026-10-25T06:00:00").elapsed, seconds(25200));
    EXPECT_EQ(run_of(dump, "7|n1|2026-03-29T00:00:00|2026-03-29T06:00:00").elapsed, seconds(18000));
}

TEST(DumpInAZone, TimesOfAnotherZoneAreAnErrorWhereTheClockTells) {
    Dump dump = dump_of(header); // UTC, though the times are of Berlin
    EXPECT_TRUE(fails_with(dump.read(line("x", "2026-10-25T00:00:00|2026-10-25T06:00:00|25200")),
                           Code::C102, "the zone that --tz names"));
    EXPECT_TRUE(fails_with(dump.read(line("x", "2026-03-29T00:00:00|2026-03-29T06:00:00|18000")),
                           Code::C102, "add Suspended"));
    Dump berlin = dump_of(header, "Europe/Berlin"); // though the times are UTC
    EXPECT_TRUE(fails_with(berlin.read(line("x", "2026-03-29T02:30:00|2026-03-29T04:00:00|5400")),
                           Code::C102, "Start is '2026-03-29T02:30:00'"));
}

TEST(DumpInAZone, SuspendedTellsWhatWholeHoursAre) {
    const std::string columns = "JobIDRaw|NodeList|Start|End|ElapsedRaw|Suspended";
    Dump dump = dump_of(columns);
    const auto text = [](const std::string& elapsed, const std::string& suspended) {
        return "7|n1|2026-06-01T12:00:00|2026-06-02T14:00:00|" + elapsed + "|" + suspended;
    };
    for (const auto& [elapsed, suspended] : {std::pair{"93600", "00:00:00"},
                                             {"90000", "01:00:00"},
                                             {"93590", "00:10"},
                                             {"93590", "10"},
                                             {"3600", "1-01:00:00"}})
        EXPECT_TRUE(succeeds(dump.read(text(elapsed, suspended)))) << suspended;
    for (const char* wrong : {"00:00:00", "02:00:00"})
        EXPECT_TRUE(fails_with(dump.read(text("90000", wrong)), Code::C102, "and Suspended "))
            << wrong;
    for (const char* wrong : {"1:", "-1", "1-", "00:99", "x"})
        EXPECT_TRUE(fails_with(dump.read(text("90000", wrong)), Code::C102, "Suspended is '"))
            << wrong;
}

TEST(DumpInAZone, SuspendedTellsWhichOfTwoHoursIsMeant) {
    Dump dump = dump_of("JobIDRaw|NodeList|Start|End|ElapsedRaw|Suspended", "Europe/Berlin");
    const std::string times = "7|n1|2026-10-25T02:30:00|2026-10-25T03:00:00|1800|";
    EXPECT_EQ(show_time(run_of(dump, times + "00:00:00").start), "2026-10-25T01:30:00Z");
    EXPECT_EQ(show_time(run_of(dump, times + "01:00:00").start), "2026-10-25T00:30:00Z");
}

TEST(DumpInAZone, ATimeWithItsOffsetIsNotDoubted) {
    Dump dump = dump_of(header);
    for (const char* times :
         {"1780315200|1780322400|3600", "2026-06-01T12:00:00Z|2026-06-01T14:00:00Z|3600",
          "2026-06-01T12:00:00+02:00|2026-06-01T14:00:00+02:00|3600"})
        EXPECT_EQ(run_of(dump, line("x", times)).suspended, seconds(3600)) << times;
    EXPECT_TRUE(fails_with(dump.read(line("x", "1780315200|2026-06-01T14:00:00|3600")), Code::C102,
                           "add Suspended"));
}

TEST(Dump, WhatSlurmLeavesEmptyOrUnsetIsNotKnown) {
    Dump dump = dump_of(header);
    const std::string day = "2026-06-01T";
    for (const char* unset : {"", "4294967294", "4294967295", "18446744073709551614"}) {
        const std::string none = unset;
        EXPECT_EQ(run_of(dump, line("x", day + "12:00:00|" + day + "13:00:00|" + none)).elapsed,
                  seconds(3600));
        const JobRun running = run_of(dump, line("x", day + "12:00:00|" + none + "|90"));
        EXPECT_EQ(running.elapsed, seconds(90));
        EXPECT_FALSE(running.ended);
        EXPECT_TRUE(fails_with(dump.read(line("x", day + "12:00:00|Unknown|" + none)), Code::C102,
                               "there is no ElapsedRaw"));
        EXPECT_TRUE(fails_with(dump.read(line("x", none + "|" + day + "13:00:00|90")), Code::C102,
                               "Start is '" + none + "'"));
        for (const std::string& never :
             {"7|x||" + none + "|" + day + "13:00:00|0||CANCELLED",
              "7|x|None assigned|" + none + "|" + none + "|" + none + "||PENDING",
              "7|x|n1|" + none + "|" + none + "|0||CANCELLED"}) {
            const auto run = dump.read(never);
            ASSERT_TRUE(succeeds(run)) << never;
            EXPECT_FALSE(*run) << never;
        }
    }
    EXPECT_FALSE(run_of(dump, line("x", day + "12:00:00|2106-02-07T06:28:14|90")).ended);
}

TEST(Dump, AnEmptyRawIdLeavesTheOtherAndAnUnsetDbIndexIsNone) {
    Dump dump = dump_of("JobIDRaw|JobID|NodeList|Start|ElapsedRaw|DBIndex|Restarts");
    const JobRun run = run_of(dump, "|7_1|n1|2026-06-01|60|18446744073709551614|2");
    EXPECT_EQ(run.job, "7_1");
    EXPECT_EQ(run.db_index, "");
    EXPECT_EQ(run.restarts, "2");
}

/// sacct's elapsed time is End - Start without the time that a job was suspended.
TEST(Dump, SuspendedTimeIsTheSameWithAndWithoutElapsed) {
    const std::string columns = "JobIDRaw|NodeList|Start|End|Suspended";
    Dump with = dump_of(columns + "|ElapsedRaw"), without = dump_of(columns);
    const std::string text = "7|n1|2026-06-01T12:00:00|2026-06-01T13:00:00|00:10:00";
    for (const JobRun& run :
         {run_of(with, text + "|3000"), run_of(with, text + "|"), run_of(without, text)}) {
        EXPECT_EQ(run.elapsed, seconds(3000));
        EXPECT_EQ(run.suspended, seconds(600));
    }
    EXPECT_EQ(run_of(with, "7|n1|2026-06-01T12:00:00|Unknown|00:10:00|3000").suspended,
              seconds(600))
        << "of a job that goes on";
    EXPECT_TRUE(fails_with(without.read("7|n1|2026-06-01|2026-06-01|00:10:00"), Code::C102,
                           "Suspended is 600 s, but it ends 0 s after its start"));
}

/// Whatever is done to a line, it is a run, none, or an error of its own.
TEST(Dump, GarbageIsNeverMoreThanAnError) {
    Dump dump = dump_of(header + "|Comment");
    std::mt19937 random(5);
    const std::string good = line("a b", usual) + "|note";
    std::size_t errors = 0;
    for (int i = 0; i < 20'000; ++i) {
        std::string text = good;
        for (auto edits = 1 + random() % 6; edits > 0 && !text.empty(); --edits) {
            const std::size_t at = random() % text.size();
            if (random() % 3 == 0)
                text.erase(at, 1 + random() % 8);
            else
                text[at] = "|\n0:-T\xff"[random() % 7];
        }
        errors += dump.read(text).has_value() ? 0 : 1;
    }
    EXPECT_GT(errors, 1000u);
}

} // namespace cost_sacct_dump_test
} // namespace fairlead::cost
