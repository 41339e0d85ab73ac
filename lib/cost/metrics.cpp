#include "cost/metrics.hpp"

#include <algorithm>
#include <functional>

namespace fairlead::cost {
namespace {

/// A label's value: a backslash, a quote and a line end are written with a backslash.
std::string escaped(std::string_view text) {
    std::string result;
    for (const char c : text) {
        if (c == '\\' || c == '"')
            result += '\\';
        result += c == '\n' ? "\\n" : std::string(1, c);
    }
    return result;
}

void head(std::string& text, std::string_view name, std::string_view help) {
    text += fmt::format("# HELP {0} {1}\n# TYPE {0} gauge\n", name, help);
}

void of_each(std::string& text, const BudgetSnapshot& snapshot, std::string_view name,
             std::string_view help, const std::function<std::string(const Cap&)>& value) {
    head(text, name, help);
    for (const Cap& cap : snapshot.caps)
        text += fmt::format("{}{{budget=\"{}\",currency=\"{}\"}} {}\n", name, escaped(cap.name),
                            escaped(cap.currency), value(cap));
}

void add_brakes(std::string& text, std::span<const state::Braked> brakes) {
    constexpr std::string_view name = "fairlead_brake_withheld_nodes";
    head(text, name, "Nodes that a check past its brake would have drained within the hour.");
    for (const state::Braked& brake : brakes)
        text += fmt::format("{}{{partition=\"{}\",code=\"{}\"}} {}\n", name,
                            escaped(brake.partition), escaped(brake.code), brake.withheld.size());
}

} // namespace

std::string metrics_of(const BudgetSnapshot& snapshot, std::span<const state::Braked> brakes) {
    std::string text;
    of_each(text, snapshot, "fairlead_budget_limit", "What may be spent in the budget's period.",
            [](const Cap& cap) { return show_nanos(cap.limit); });
    of_each(text, snapshot, "fairlead_budget_used",
            "What was spent in the budget's period, and what the jobs of the queue may cost.",
            [](const Cap& cap) { return show_nanos(cap.used); });
    of_each(text, snapshot, "fairlead_budget_end_timestamp_seconds",
            "When the budget's period ends.",
            [](const Cap& cap) { return fmt::format("{}", cap.ends.time_since_epoch().count()); });
    head(text, "fairlead_budget_snapshot_timestamp_seconds", "When the queue was read.");
    text += fmt::format("fairlead_budget_snapshot_timestamp_seconds {}\n",
                        snapshot.taken.time_since_epoch().count());
    const auto stopped = std::ranges::count_if(snapshot.jobs, &LiveJob::stopped);
    head(text, "fairlead_jobs", "Jobs of the queue, by whether their budget holds them.");
    text += fmt::format("fairlead_jobs{{held=\"no\"}} {}\nfairlead_jobs{{held=\"yes\"}} {}\n",
                        std::ssize(snapshot.jobs) - stopped, stopped);
    add_brakes(text, brakes);
    return text;
}

} // namespace fairlead::cost
