#include "submit/generic.hpp"

#include "base/words.hpp"
#include "policy/fields.hpp"
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
            return;
        }
    all.push_back(one);
}

/// What a list asks for, times its factor.
void take(std::string_view list, std::uint64_t factor, std::vector<Tres>& all) {
    for (const std::string_view entry : split(list, ','))
        if (auto tres = read_generic(entry)) {
            tres->count = product(tres->count, factor);
            add(all, *tres);
        }
}

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

std::vector<Tres> generic_resources(const TresLists& lists, const Scale& scale) {
    std::vector<Tres> all;
    take(lists.job, 1, all);
    take(lists.node, scale.nodes, all);
    take(lists.socket, product(scale.sockets, scale.nodes), all);
    take(lists.task, scale.tasks, all);
    return all;
}

std::vector<Tres> generic_resources_in_update(const TresLists& lists, const JobRequest& job,
                                              std::optional<std::uint32_t> sockets) {
    const bool nodes = job.least_nodes || job.most_nodes;
    std::string unknown;
    TresLists known{.job = lists.job};
    (nodes ? known.node : unknown) += "," + lists.node;
    (nodes && sockets ? known.socket : unknown) += "," + lists.socket;
    (job.tasks ? known.task : unknown) += "," + lists.task;
    std::vector<Tres> all = generic_resources(known, scale_of(job, sockets)), hidden;
    take(unknown, 1, hidden);
    for (const Tres& tres : hidden)
        if (is_license(tres))
            add(all, tres);
        else
            std::erase_if(all, [&](const Tres& one) { return one.name == tres.name; });
    return all;
}

Scale scale_of(const JobRequest& job, std::optional<std::uint32_t> sockets) {
    return {.nodes = std::max(job.most_nodes.value_or(0), job.least_nodes.value_or(1)),
            .sockets = sockets.value_or(1),
            .tasks = job.tasks.value_or(1)};
}

} // namespace fairlead::submit
