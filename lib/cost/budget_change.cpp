#include "cost/budget_change.hpp"

#include <algorithm>
#include <tuple>

namespace fairlead::cost {
namespace {

/// The fields of a size that an update can set.
template <class Size>
auto fields(Size& size) {
    return std::tie(size.least_nodes, size.most_nodes, size.tasks, size.tasks_per_node,
                    size.cpus_per_task, size.cpus, size.named_nodes, size.threads_per_core,
                    size.gpus, size.memory_mb_a_cpu, size.memory_mb_a_gpu, size.memory_mb_a_node,
                    size.time_limit);
}

template <class Field>
void overlay(Field& field, const Field& change) {
    if (change)
        field = change;
}

JobSize updated(const JobSize& size, const JobSize& change) {
    JobSize result = size;
    auto into = fields(result);
    const auto from = fields(change);
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        (overlay(std::get<I>(into), std::get<I>(from)), ...);
    }(std::make_index_sequence<std::tuple_size_v<decltype(into)>>{});
    result.spread = size.spread || change.spread;
    if (change.time_limit || change.unlimited)
        result.unlimited = change.unlimited;
    if (result.most_nodes && result.least_nodes)
        result.most_nodes = std::max(*result.most_nodes, *result.least_nodes);
    return result;
}

/// Whether a job may become dearer in a partition of which nothing is known.
bool grows(const JobSize& before, const JobSize& after, std::chrono::minutes assumed) {
    using Number = std::optional<std::uint64_t>;
    const auto more = [](Number now, Number then) { return then && then > now; };
    const auto fewer = [](Number now, Number then) { return then && (!now || *then < *now); };
    const auto more_memory = [&](Number now, Number then) { // 0 is all of it
        return now != 0 && (then == 0 || more(now, then));
    };
    const bool longer = !before.unlimited &&
                        (after.unlimited ||
                         after.time_limit.value_or(assumed) > before.time_limit.value_or(assumed));
    return longer || (after.spread && !before.spread) ||
           more(before.least_nodes, after.least_nodes) ||
           more(before.most_nodes, after.most_nodes) || more(before.tasks, after.tasks) ||
           more(before.cpus_per_task, after.cpus_per_task) || more(before.cpus, after.cpus) ||
           more(before.named_nodes, after.named_nodes) || more(before.gpus, after.gpus) ||
           fewer(before.tasks_per_node, after.tasks_per_node) ||
           fewer(before.threads_per_core, after.threads_per_core) ||
           more_memory(before.memory_mb_a_cpu, after.memory_mb_a_cpu) ||
           more_memory(before.memory_mb_a_gpu, after.memory_mb_a_gpu) ||
           more_memory(before.memory_mb_a_node, after.memory_mb_a_node);
}

bool sets_any(const JobSize& size) {
    return size.unlimited ||
           std::apply([](const auto&... field) { return (field.has_value() || ...); },
                      fields(size));
}

} // namespace

bool may_be_dearer(const Change& change) {
    return change.release || !change.to.account.empty() || !change.to.partitions.empty() ||
           sets_any(change.to.size);
}

std::uint64_t fingerprint(const Change& change) {
    std::string text =
        fmt::format("{} {} {} {} {} {}", change.name, change.release, change.to.account,
                    change.to.qos, change.to.partitions, change.to.size.unlimited);
    const auto add = [&](const auto& field) {
        if constexpr (requires { field->count(); })
            text += fmt::format(" {}", field ? field->count() : -1);
        else
            text += field ? fmt::format(" {}", *field) : " -";
    };
    std::apply([&](const auto&... field) { (add(field), ...); }, fields(change.to.size));
    return cap_key(text);
}

Dearer dearer_by(const BudgetView& view, const Settings& settings, const LiveJob& job,
                 const Change& change) {
    const BudgetGroup* old_group = job.group ? &view.snapshot().groups[*job.group] : nullptr;
    const BudgetGroup* new_group =
        change.to.account.empty() ? old_group : view.group(change.to.account, {});
    if (!view.may_use(change.to.account, job.user)) // slurmctld refuses it
        return {};
    if (!may_be_dearer(change) || (job.stopped && !change.release))
        return {};
    JobSize before = job.size, after = updated(job.size, change.to.size);
    before.array_tasks = after.array_tasks =
        std::min(job.size.array_tasks, change.tasks.value_or(job.size.array_tasks));
    const std::string_view partitions =
        change.to.partitions.empty() ? std::string_view(job.partitions) : change.to.partitions;
    const Dearest now = view.dearest(job.partitions, before, settings.assumed);
    Dearest then = view.dearest(partitions, after, settings.assumed);
    const bool whole = job.stopped || old_group != new_group;
    const std::int64_t counted = whole || !now.known ? 0 : now.known->at_most.nanos;
    Dearer more{.group = new_group,
                .unknown = std::move(then.unknown),
                .newly = whole || !now.unknown || grows(before, after, settings.assumed),
                .size = std::move(after)};
    if (then.known) {
        more.amount = {then.known->at_most.nanos - counted};
        more.currency = then.known->currency;
    }
    return more;
}

} // namespace fairlead::cost
