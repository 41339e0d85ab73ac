#include "cost/budget_text.hpp"

#include <algorithm>
#include <array>

namespace fairlead::cost {
namespace {

/// "1 Dec"
std::string day_of(Time time) {
    constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(time));
    return fmt::format("{} {}", static_cast<unsigned>(day.day()),
                       months.at(static_cast<unsigned>(day.month()) - 1));
}

/// As --time takes it: "06:50:00", "2-00:00:00".
std::string slurm_time(std::int64_t minutes) {
    constexpr std::int64_t day = 24 * 60;
    const std::int64_t rest = minutes % day;
    const std::string clock = fmt::format("{:02}:{:02}:00", rest / 60, rest % 60);
    return minutes < day ? clock : fmt::format("{}-{}", minutes / day, clock);
}

/// The time that the money that is left lasts for; 0 where it is no minute.
std::int64_t minutes_for(const Shortage& shortage) {
    if (shortage.needed.nanos <= 0)
        return 0;
    const Wide minutes = Wide{shortage.left.nanos} * shortage.time.count() / shortage.needed.nanos;
    return static_cast<std::int64_t>(minutes);
}

std::string advice(const Shortage& shortage) {
    const std::int64_t minutes = minutes_for(shortage);
    if (minutes < 1)
        return "Ask your budget owner.";
    return fmt::format("Try --time={} or ask your budget owner.", slurm_time(minutes));
}

Estimate estimate_of(const InPartition& cost, const JobSize& size) {
    return {.at_most = cost.at_most,
            .currency = std::string(cost.currency),
            .nodes = cost.nodes,
            .time = cost.time,
            .time_assumed = cost.time_assumed,
            .array_tasks = size.array_tasks,
            .components = 1};
}

} // namespace

Error error_of(const Shortage& shortage) {
    const Cap& cap = shortage.cap;
    if (shortage.reaction == Reaction::RequireQos)
        return {Code::C203,
                fmt::format("{} has used so much of its budget that this job needs --qos={}; it "
                            "costs up to {}",
                            cap.label, shortage.qos,
                            show_money(up_to_a_cent(shortage.needed), cap.currency))};
    const bool rejected = shortage.reaction == Reaction::Reject;
    return {rejected ? Code::C202 : Code::C201,
            fmt::format("{}: needs up to {}, {} has {} until {}. {}",
                        rejected ? "job rejected" : "job held, not lost",
                        show_money(up_to_a_cent(shortage.needed), cap.currency), cap.label,
                        show_money(shortage.left, cap.currency), day_of(cap.ends),
                        advice(shortage))};
}

Error error_of_change(const Shortage& shortage) {
    if (shortage.reaction == Reaction::RequireQos)
        return error_of(shortage);
    const Cap& cap = shortage.cap;
    return {Code::C202,
            fmt::format("the change would cost up to {} more, {} has {} until {}; ask "
                        "your budget owner",
                        show_money(up_to_a_cent(shortage.needed), cap.currency), cap.label,
                        show_money(shortage.left, cap.currency), day_of(cap.ends))};
}

std::string notice_of(const InPartition& cost, const JobSize& size) {
    return fmt::format("{}.", sentence(estimate_of(cost, size)));
}

std::string notice_of(const InPartition& cost, const JobSize& size, const Cap& cap, Money left) {
    return fmt::format("{}; {} has {} left until {}.", sentence(estimate_of(cost, size)), cap.label,
                       show_money(left, cap.currency), day_of(cap.ends));
}

} // namespace fairlead::cost
