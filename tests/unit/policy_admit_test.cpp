#include "policy/admit.hpp"

#include "state/admitted.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <optional>
#include <span>
#include <vector>

namespace fairlead::policy {
namespace policy_admit_test {

using config::EfaNeed;
using config::Mode;
using Types = std::vector<std::string>;

const std::string asked_record =
    R"({"schema":"fairlead.admitted/1","efa":"required","asked":true})";
const std::string partition_record =
    R"({"schema":"fairlead.admitted/1","efa":"required","asked":false})";
const Types with_efa_types{"hpc7a.96xlarge"}, without_efa_types{"t3.micro"}, unlisted_types{};

config::PartitionRules rules(EfaNeed efa, Mode mode, const Types& types) {
    return {.mode = mode, .fabric = {.efa = efa}, .instance_types = types};
}

Snapshot snapshot_of(const config::PartitionRules& hpc) {
    Snapshot snapshot;
    snapshot.config.partitions["hpc"] = hpc;
    snapshot.catalog =
        catalog::Catalog::parse("hpc7a.96xlarge,192,192,1,4,768,2,2,300,,x86_64\n", "test").value();
    return snapshot;
}

JobRequest job(std::optional<std::string_view> efa_option = {}, std::string partition = "hpc") {
    JobRequest request;
    request.partition = std::move(partition);
    request.fabric =
        config::read_fabric_request([&](std::string_view name) -> std::optional<std::string_view> {
            return name == "fairlead_efa" ? efa_option : std::optional<std::string_view>{};
        });
    return request;
}

/// "-" where nothing happens, else the code of the refusal, or of what would have been refused in
/// brackets, then "+efa" where EFA is required with a record of who asked.
std::string outcome(const Admission& admission) {
    std::string text;
    if (admission.refusal)
        text += id_of(admission.refusal->code).substr(3);
    if (admission.would_have)
        text += fmt::format("({})", id_of(admission.would_have->code).substr(3));
    if (admission.patch.features)
        text += fmt::format("+{}", admission.patch.features->view());
    if (admission.patch.record == asked_record)
        text += " asked";
    else if (admission.patch.record == partition_record)
        text += " by partition";
    else if (admission.patch.record)
        text += " record?";
    return text.empty() ? "-" : text;
}

struct Row {
    Mode mode;
    EfaNeed efa;
    /// The partition's types: EFA among them, none of them, not listed.
    const char *with_types, *without_types, *without_list;
};

void expect_rows(std::span<const Row> rows, std::optional<std::string_view> option) {
    for (const Row& row : rows) {
        SCOPED_TRACE(fmt::format("mode {}, efa {}, option {}", config::to_string(row.mode),
                                 config::to_string(row.efa), option.value_or("(none)")));
        const auto on = [&](const Types& types) {
            return outcome(admit(job(option), snapshot_of(rules(row.efa, row.mode, types))));
        };
        EXPECT_EQ(on(with_efa_types), row.with_types);
        EXPECT_EQ(on(without_efa_types), row.without_types);
        EXPECT_EQ(on(unlisted_types), row.without_list);
    }
}

constexpr EfaNeed off = EfaNeed::Off, preferred = EfaNeed::Preferred, required = EfaNeed::Required;

TEST(Admit, AJobThatAsksForNothingMeetsItsPartition) {
    constexpr Row rows[] = {
        {Mode::Off, off, "-", "-", "-"},
        {Mode::Off, preferred, "-", "-", "-"},
        {Mode::Off, required, "-", "-", "-"},
        {Mode::Observe, off, "-", "-", "-"},
        {Mode::Observe, preferred, "-", "-", "-"},
        {Mode::Observe, required, "-", "(E101)", "-"},
        {Mode::Enforce, off, "-", "-", "-"},
        {Mode::Enforce, preferred, "-", "-", "-"},
        {Mode::Enforce, required, "+efa by partition", "E101", "+efa by partition"},
    };
    expect_rows(rows, std::nullopt);
}

TEST(Admit, AJobThatRequiresEfaIsHonouredInEveryMode) {
    for (const Mode mode : {Mode::Off, Mode::Observe, Mode::Enforce})
        for (const EfaNeed efa : {off, preferred, required}) {
            const Row row[] = {{mode, efa, "+efa asked", "E101", "+efa asked"}};
            expect_rows(row, "required");
            expect_rows(row, ""); // the bare option
        }
}

TEST(Admit, AJobThatWantsLessThanItsPartitionRequiresIsRefusedWhereItEnforces) {
    constexpr Row rows[] = {
        {Mode::Off, off, "-", "-", "-"},
        {Mode::Off, preferred, "-", "-", "-"},
        {Mode::Off, required, "-", "-", "-"},
        {Mode::Observe, off, "-", "-", "-"},
        {Mode::Observe, preferred, "-", "-", "-"},
        {Mode::Observe, required, "(E102)", "(E102)", "(E102)"},
        {Mode::Enforce, off, "-", "-", "-"},
        {Mode::Enforce, preferred, "-", "-", "-"},
        {Mode::Enforce, required, "E102", "E102", "E102"},
    };
    expect_rows(rows, "off");
    expect_rows(rows, "preferred");
}

TEST(Admit, AnOptionThatNoPluginWouldHaveSentIsRefusedInEveryMode) {
    for (const Mode mode : {Mode::Off, Mode::Observe, Mode::Enforce}) {
        const Row row[] = {{mode, required, "A102", "A102", "A102"}};
        for (const char* option : {"Required", "required ", "on", "\x1b[2J"})
            expect_rows(row, option);
    }
}

TEST(Admit, ARefusalIsASentence) {
    const auto refusal = [](std::optional<std::string_view> option, const Types& types) {
        return to_string(
            *admit(job(option), snapshot_of(rules(required, Mode::Enforce, types))).refusal);
    };
    EXPECT_EQ(refusal({}, {"t3.micro", "m5.large"}),
              "partition 'hpc' has no EFA node type (it has t3.micro, m5.large); no other "
              "partition is known to have EFA nodes, so ask its admins [FL-E101]");
    EXPECT_EQ(
        refusal("off", with_efa_types),
        "partition 'hpc' requires EFA, so --efa=off cannot hold; drop the option or submit to "
        "another partition [FL-E102]");
    EXPECT_EQ(refusal("\nx", with_efa_types),
              "--efa: unknown value '?x'; expected one of: off, preferred, required [FL-A102]");
}

TEST(Admit, PausedLetsEverythingThrough) {
    auto snapshot = snapshot_of(rules(required, Mode::Enforce, without_efa_types));
    snapshot.paused = true;
    for (const char* option : {"required", "off", "garbage"})
        EXPECT_EQ(outcome(admit(job(option), snapshot)), "-") << option;
    EXPECT_EQ(outcome(admit(job(), snapshot)), "-");
}

TEST(Admit, TheFeaturesOfTheJobAreKept) {
    auto request = job("required");
    request.features = "gpu|arm";
    const auto snapshot = snapshot_of(rules(off, Mode::Observe, {}));
    EXPECT_EQ(admit(request, snapshot).patch.features, "gpu|arm&efa");
    request.features = "efa";
    EXPECT_EQ(admit(request, snapshot).patch.features, std::nullopt);
    EXPECT_EQ(admit(request, snapshot).patch.record, asked_record);
}

TEST(Admit, TheRecordIsWhatTheNodesDecode) {
    const auto admission =
        admit(job("required"), snapshot_of(rules(off, Mode::Observe, with_efa_types)));
    const auto record = state::decode_admitted(admission.patch.record.value());
    ASSERT_TRUE(record);
    EXPECT_EQ(record->fabric.efa, EfaNeed::Required);
    EXPECT_TRUE(record->asked);
}

/// Partition hpc requires and enforces, low asks for nothing.
Snapshot two_partitions(const Types& hpc, const Types& low) {
    auto snapshot = snapshot_of(rules(required, Mode::Enforce, hpc));
    snapshot.config.partitions["low"] = rules(off, Mode::Observe, low);
    return snapshot;
}

TEST(AdmitPartitions, AListIsHeldToWhatAllOfThemRequire) {
    auto snapshot = two_partitions(with_efa_types, without_efa_types);
    snapshot.config.partitions["gpu"] = rules(required, Mode::Enforce, with_efa_types);
    for (const char* list : {"hpc,low", "low,hpc"}) {
        EXPECT_EQ(outcome(admit(job({}, list), snapshot)), "-") << list;
        EXPECT_EQ(outcome(admit(job("off", list), snapshot)), "-") << list;
    }
    EXPECT_EQ(outcome(admit(job({}, "hpc,gpu"), snapshot)), "+efa by partition");
    EXPECT_EQ(outcome(admit(job("off", "hpc,gpu"), snapshot)), "E102");
    EXPECT_EQ(outcome(admit(job({}, "low"), snapshot)), "-");
}

TEST(AdmitPartitions, OneThatOnlyObservesMakesTheListObserve) {
    auto snapshot = snapshot_of(rules(required, Mode::Enforce, with_efa_types));
    snapshot.config.partitions["try"] = rules(required, Mode::Observe, with_efa_types);
    for (const char* list : {"hpc,try", "try,hpc", "try"})
        EXPECT_EQ(outcome(admit(job("off", list), snapshot)), "(E102)") << list;
}

TEST(AdmitPartitions, OneWithEfaTypesIsEnough) {
    const auto snapshot = two_partitions(without_efa_types, with_efa_types);
    EXPECT_EQ(outcome(admit(job("required", "hpc,low"), snapshot)), "+efa asked");
    EXPECT_EQ(outcome(admit(job("required", "hpc"), snapshot)), "E101");
}

// A partition without listed types says nothing, so the job could run there.
TEST(AdmitPartitions, OneWithoutListedTypesIsEnough) {
    const auto snapshot = two_partitions(without_efa_types, unlisted_types);
    EXPECT_EQ(outcome(admit(job("required", "hpc,low"), snapshot)), "+efa asked");
}

TEST(AdmitPartitions, AJobThatNamesNoneIsJudgedByTheDefaultOne) {
    auto snapshot = snapshot_of(rules(required, Mode::Enforce, without_efa_types));
    JobRequest request;
    EXPECT_EQ(outcome(admit(request, snapshot)), "-");
    snapshot.config.default_partition = "hpc";
    EXPECT_EQ(outcome(admit(request, snapshot)), "E101");
    request.partition = "low";
    EXPECT_EQ(outcome(admit(request, snapshot)), "-");
}

TEST(AdmitPartitions, OneThatIsNotListedHasTheDefaults) {
    auto snapshot = snapshot_of(rules(off, Mode::Observe, {}));
    snapshot.config.defaults = rules(required, Mode::Enforce, without_efa_types);
    EXPECT_EQ(outcome(admit(job({}, "unlisted"), snapshot)), "E101");
    EXPECT_EQ(outcome(admit(job({}, "hpc"), snapshot)), "-");
}

TEST(AdmitPartitions, OddListsAreNamesLikeOthers) {
    const auto snapshot = snapshot_of(rules(required, Mode::Enforce, with_efa_types));
    for (const char* list : {"", ",", ",,,", "HPC", " hpc", "hpc/../low"})
        EXPECT_EQ(outcome(admit(job({}, list), snapshot)), "-") << list;
    EXPECT_EQ(outcome(admit(job({}, ",hpc,"), snapshot)), "+efa by partition");
}

TEST(WithEfa, IsRequiredBesideWhatIsThere) {
    EXPECT_EQ(with_efa(""), "efa");
    EXPECT_EQ(with_efa("a"), "a&efa");
    EXPECT_EQ(with_efa("a&b"), "a&b&efa");
    EXPECT_EQ(with_efa("a,b"), "a,b&efa");
}

TEST(WithEfa, IsNotAddedTwice) {
    for (const char* features : {"efa", "efa&a", "a&efa", "a&efa&b", "a,efa"})
        EXPECT_EQ(with_efa(features), features);
}

TEST(WithEfa, AWordThatOnlyHoldsItIsAnother) {
    for (const std::string features : {"efax", "xefa", "efa-2", "efa_gdr", "noefa&efa2"})
        EXPECT_EQ(with_efa(features), features + "&efa");
}

// slurmctld reads '&' and '|' from left to right, so the last word holds for every choice.
TEST(WithEfa, HoldsForEveryChoice) {
    for (const std::string open : {"n[1-4", "(a", "a]", "[efa"})
        EXPECT_EQ(with_efa(with_efa(open)), open + "&efa") << "slurmctld refuses it";
    EXPECT_EQ(with_efa("a|b"), "a|b&efa");
    EXPECT_EQ(with_efa("a|efa"), "a|efa&efa");
    EXPECT_EQ(with_efa("efa&a|b"), "efa&a|b&efa");
    EXPECT_EQ(with_efa("(a&b)|c"), "(a&b)|c&efa");
}

// slurmctld refuses a second '(' inside the first.
TEST(WithEfa, NeverNestsParentheses) {
    EXPECT_EQ(with_efa("(a|b)"), "(a|b)&efa");
    EXPECT_EQ(with_efa("(a|b)&c"), "(a|b)&c&efa");
}

TEST(WithEfa, AddedOnceIsThere) {
    for (const char* features : {"a|b", "(a|b)&c", "(a&b)|c", "[a|b]", "", "a"})
        EXPECT_EQ(with_efa(with_efa(features)), with_efa(features));
    EXPECT_EQ(with_efa("(a|b)&efa"), "(a|b)&efa");
}

// In brackets '|' means that all nodes match alike; slurmctld takes nothing beside counts.
TEST(WithEfa, BracketsKeepTheirMeaning) {
    EXPECT_EQ(with_efa("[a|b]"), "[a|b]&efa");
    EXPECT_EQ(with_efa("[a*2|b*1]"), "[a*2|b*1]");
}

} // namespace policy_admit_test
} // namespace fairlead::policy
