#include "submit/generic.hpp"

#include "base/words.hpp"
#include "policy/sizes.hpp"
#include "submit/slurm_values.hpp"

#include <algorithm>
#include <charconv>

namespace fairlead::submit {
namespace {

using policy::JobRequest;
using policy::Tres;

/// More than any cluster has; sums of them stay numbers.
constexpr std::uint64_t most = std::uint64_t{1} << 40;
using policy::license;

std::uint64_t product(std::uint64_t a, std::uint64_t b) {
    return b != 0 && a > most / b ? most : std::min(a * b, most);
}

/// What a suffix stands for: "k", "kib" and "kb" are read as 1024.
std::optional<std::uint64_t> factor_of(std::string_view suffix) {
    constexpr std::string_view letters = "kmgtp";
    constexpr std::uint64_t kilo = 1024;
    const std::string word = lower(suffix);
    if (word.empty())
        return 1;
    const std::size_t power = letters.find(word.front());
    const std::string_view rest = std::string_view(word).substr(1);
    if (power == std::string_view::npos || (!rest.empty() && rest != "ib" && rest != "b"))
        return std::nullopt;
    std::uint64_t factor = kilo;
    for (std::size_t i = 0; i < power; ++i)
        factor = product(factor, kilo);
    return factor;
}

/// "2", "1k"; nothing where it is none, so that it may be a type. 22.05 takes blanks and a sign
/// before it, and a negative number is a huge one.
std::optional<std::uint64_t> count_of(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t\n\v\f\r"), text.size()));
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+'))
        text.remove_prefix(1);
    std::uint64_t value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error == std::errc::invalid_argument)
        return std::nullopt;
    const auto factor = factor_of({stop, end});
    if (!factor)
        return std::nullopt;
    const bool huge = negative || error == std::errc::result_out_of_range;
    return huge ? most : product(value, *factor);
}

/// What follows "gres:" or "gres/", which Slurm looks for anywhere in an entry; 24.11 and later
/// want neither sign behind it.
std::string_view without_kind(std::string_view entry) {
    for (const std::string_view kind : {"gres:", "gres/", "gres"})
        if (const std::size_t found = entry.find(kind); found != std::string_view::npos)
            return entry.substr(found + kind.size());
    return entry;
}

bool is_license(const Tres& tres) { return tres.name.starts_with(license); }

/// Slurm keeps one record for a name and a type, with the largest of what the lists ask for.
void add(std::vector<Tres>& all, const Tres& one) {
    for (Tres& tres : all)
        if (tres.name == one.name && tres.type == one.type) {
            tres.count = std::max(tres.count, one.count);
            tres.least = std::max(tres.least, one.least);
            tres.on_node = std::max(tres.on_node, one.on_node);
            return;
        }
    all.push_back(one);
}

/// How often a list counts in the whole job, with as few nodes as it may have, and on one node.
struct Factor {
    std::uint64_t all, least, on_node;
};

/// What a list asks for, times its factor.
void take(std::string_view list, const Factor& factor, std::vector<Tres>& all) {
    for (const std::string_view entry : split(list, ','))
        if (auto tres = read_generic(entry)) {
            const std::uint64_t one = tres->count;
            tres->count = product(one, factor.all);
            tres->least = product(one, factor.least);
            tres->on_node = product(one, factor.on_node);
            add(all, *tres);
        }
}

std::uint64_t ceiling(std::uint64_t number, std::uint64_t by) { return (number + by - 1) / by; }

/// Name, type and count of "gpu:a100:2"; what cannot be read is the largest number.
Tres read_parts(std::string_view kind, std::string_view entry) {
    const std::size_t end = entry.find_first_of(":=");
    Tres tres{
        .name = std::string(kind) + std::string(entry.substr(0, end)), .type = {}, .count = 1};
    if (end == std::string_view::npos)
        return tres;
    const std::string_view rest = entry.substr(end + 1);
    const std::size_t last = rest.find_last_of(":=");
    const auto count = count_of(last == std::string_view::npos ? rest : rest.substr(last + 1));
    const bool type_alone = last == std::string_view::npos && !rest.empty() && !count;
    if (type_alone)
        tres.type = rest;
    else if (count && last != std::string_view::npos)
        tres.type = rest.substr(0, last);
    if (!type_alone)
        tres.count = count.value_or(most);
    return tres;
}

} // namespace

std::optional<Tres> read_generic(std::string_view entry) {
    entry = trimmed(entry);
    const std::string_view name = without_kind(entry);
    const bool is_generic = name.size() < entry.size();
    if (name.empty() || name == "none")
        return std::nullopt;
    if (!is_generic && (name.starts_with("cpu=") || name.starts_with("cpu:")))
        return std::nullopt;
    const bool licensed = !is_generic && name.starts_with(license);
    Tres tres =
        licensed ? read_parts(license, name.substr(license.size())) : read_parts("gres/", name);
    return tres.count == 0 ? std::nullopt : std::optional(std::move(tres));
}

std::optional<std::uint64_t> for_each_gpu(std::string_view list) {
    std::optional<std::uint64_t> largest;
    for (const std::string_view entry : split(list, ','))
        if (const auto tres = read_generic(entry); tres && tres->name == policy::gpu)
            largest = std::max(largest.value_or(0), tres->count);
    return largest;
}

std::vector<Tres> generic_resources(const TresLists& lists, const Scale& scale) {
    std::vector<Tres> all;
    take(lists.job, {1, 1, 1}, all);
    take(lists.node, {scale.nodes, scale.least_nodes, 1}, all);
    take(lists.socket,
         {product(scale.sockets, scale.nodes), product(scale.sockets, scale.least_nodes),
          scale.sockets},
         all);
    take(lists.task,
         {scale.tasks, scale.least_tasks ? scale.least_tasks : scale.tasks,
          scale.tasks_on_node ? scale.tasks_on_node : scale.tasks},
         all);
    return all;
}

std::vector<Tres> generic_resources_in_update(const TresLists& lists, const JobRequest& job) {
    const bool nodes = job.most_nodes.has_value(); // a lower end alone leaves the upper one
    std::string unknown;
    TresLists known{.job = lists.job};
    (nodes ? known.node : unknown) += "," + lists.node;
    (nodes && job.sockets_per_node ? known.socket : unknown) += "," + lists.socket;
    (job.tasks ? known.task : unknown) += "," + lists.task;
    std::vector<Tres> all = generic_resources(known, scale_of(job)), hidden;
    take(unknown, {1, 1, 1}, hidden);
    for (const Tres& tres : hidden)
        if (is_license(tres))
            add(all, tres);
        else
            std::erase_if(all, [&](const Tres& one) { return one.name == tres.name; });
    return all;
}

bool names_all(const NamedLists& named, const TresLists& lists, const JobRequest& job) {
    const bool nodes = job.most_nodes || (lists.node.empty() && lists.socket.empty());
    return named.job && named.node && named.socket && named.task && nodes &&
           (job.sockets_per_node || lists.socket.empty()) && (job.tasks || lists.task.empty());
}

Scale scale_of(const JobRequest& job) {
    const policy::JobPatch none;
    const std::uint64_t named =
        job.node_list ? policy::nodes_of({job, none}).value_or(1) : std::uint64_t{1};
    const std::uint64_t tasks = job.tasks.value_or(1), on_node = job.tasks_per_node.value_or(1);
    const auto spread = [&](std::uint64_t all) {
        return ceiling(all, std::max(on_node, std::uint64_t{1}));
    };
    const bool packed = job.tasks_per_node && !job.least_nodes;
    const std::uint64_t least = std::max<std::uint64_t>(
        job.least_nodes.value_or(1), packed ? spread(job.least_tasks.value_or(tasks)) : 1);
    const std::uint64_t upper = job.most_nodes ? *job.most_nodes : job.modify ? 1 : spread(tasks);
    return {.nodes = std::max({upper, least, named}),
            .sockets = job.sockets_per_node.value_or(1),
            .tasks = tasks,
            .least_nodes = job.most_nodes ? std::min<std::uint64_t>(least, *job.most_nodes) : least,
            .tasks_on_node = job.tasks_per_node.value_or(0),
            .least_tasks = job.least_tasks.value_or(0)};
}

} // namespace fairlead::submit
