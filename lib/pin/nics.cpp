#include "pin/nics.hpp"

#include "base/words.hpp"

#include <algorithm>
#include <charconv>
#include <climits>
#include <numeric>

namespace fairlead::pin {
namespace {

using topology::Device;
using topology::Machine;
using Lists = std::vector<std::vector<int>>;
using Kind = NicSelection::Kind;

std::optional<int> nic_called(const Machine& machine, std::string_view word) {
    for (std::size_t i = 0; i < machine.efas.size(); ++i)
        if (machine.efas[i].name == word)
            return static_cast<int>(i);
    int number = -1;
    const char* end = word.data() + word.size();
    const auto [stop, error] = std::from_chars(word.data(), end, number);
    const bool fits = error == std::errc{} && stop == end && number >= 0 &&
                      number < static_cast<int>(machine.efas.size());
    return fits ? std::optional(number) : std::nullopt;
}

Result<std::vector<int>> nics_called(const Machine& machine,
                                     const std::vector<std::string>& words) {
    std::vector<int> nics;
    for (const std::string& word : words) {
        const auto nic = nic_called(machine, word);
        if (!nic) {
            std::vector<std::string_view> names;
            for (const Device& efa : machine.efas)
                names.push_back(efa.name);
            return fail(Code::P206, "--efa-pin: this node has no EFA interface '{}'{}", word,
                        names.empty() ? "; it has none" : suggestion(word, names));
        }
        nics.push_back(*nic);
    }
    std::ranges::sort(nics);
    const auto repeated = std::ranges::unique(nics);
    nics.erase(repeated.begin(), repeated.end());
    return nics;
}

/// Ranks that have the same NUMA nodes, ascending.
using Class = std::vector<std::size_t>;

std::vector<Class> classes_of(const std::vector<RankSite>& ranks) {
    std::vector<Class> classes;
    for (std::size_t i = 0; i < ranks.size(); ++i) {
        const auto same = std::ranges::find_if(
            classes, [&](const Class& one) { return ranks[one.front()].numa == ranks[i].numa; });
        if (same == classes.end())
            classes.push_back({i});
        else
            same->push_back(i);
    }
    return classes;
}

Network network_of(const std::vector<RankSite>& ranks, const std::vector<Class>& classes,
                   const Lists& groups, const Distances& distances, const NicRules& rules,
                   int per_rank) {
    const bool balance = rules.selection.kind == Kind::Balance;
    const int near = balance ? 2 : 1, even = balance ? 1 : 2;
    Network network;
    for (const Class& one : classes)
        network.sources.push_back({.capacity = static_cast<std::int64_t>(one.size()) * per_rank});
    for (const auto& group : groups)
        network.sinks.push_back({.capacity = static_cast<std::int64_t>(ranks.size()) * per_rank,
                                 .lanes = static_cast<int>(group.size()),
                                 .limit = rules.limit,
                                 .steep = cost_at(even, 1),
                                 .beyond = cost_at(0, 1)});
    for (const Class& one : classes)
        for (const auto& group : groups) {
            const auto far = distances.between(ranks[one.front()].numa, group.front());
            network.arcs.push_back(cost_at(near, static_cast<int>(far)));
            network.arc_capacity.push_back(static_cast<std::int64_t>(one.size() * group.size()));
        }
    return network;
}

/// `units` of one class over the interfaces of a group: the least loaded first, none more often
/// than the class has ranks.
void fill_group(const std::vector<int>& group, std::int64_t units, std::size_t ranks,
                std::vector<int>& loads, std::vector<std::size_t>& given) {
    const auto open = [&](int nic) { return given[static_cast<std::size_t>(nic)] < ranks; };
    while (units > 0) {
        int least = INT_MAX;
        for (const int nic : group)
            if (open(nic))
                least = std::min(least, loads[static_cast<std::size_t>(nic)]);
        for (const int nic : group) {
            int& load = loads[static_cast<std::size_t>(nic)];
            if (units == 0 || load != least || !open(nic))
                continue;
            ++load;
            ++given[static_cast<std::size_t>(nic)];
            --units;
        }
    }
}

/// The class's interfaces in a row, each as often as it is used, cut into columns: neighbours share
/// an interface, and no rank gets one twice.
void deal_to_ranks(const Class& one, const std::vector<std::size_t>& given, Lists& lists) {
    std::size_t at = 0;
    for (std::size_t nic = 0; nic < given.size(); ++nic)
        for (std::size_t i = 0; i < given[nic]; ++i)
            lists[one[at++ % one.size()]].push_back(static_cast<int>(nic));
}

Lists deal(const std::vector<RankSite>& ranks, const Distances& distances,
           const std::vector<int>& candidates, std::size_t nics, const NicRules& rules) {
    const int per_rank = std::min(std::max(1, rules.per_rank), static_cast<int>(candidates.size()));
    const auto classes = classes_of(ranks);
    const auto groups = nic_groups(distances, candidates);
    const auto units = cheapest(network_of(ranks, classes, groups, distances, rules, per_rank),
                                static_cast<std::int64_t>(ranks.size()) * per_rank);
    Lists lists(ranks.size());
    std::vector<int> loads(nics, 0);
    for (std::size_t c = 0; c < classes.size(); ++c) {
        std::vector<std::size_t> given(nics, 0);
        for (std::size_t g = 0; g < groups.size(); ++g)
            fill_group(groups[g], units[c * groups.size() + g], classes[c].size(), loads, given);
        deal_to_ranks(classes[c], given, lists);
    }
    return lists;
}

std::vector<int> nics_of_gpus(const Machine& machine, const std::vector<int>& gpus) {
    std::vector<int> nics;
    for (const int gpu : gpus)
        for (const int nic : nics_of_gpu(machine, gpu))
            nics.push_back(nic);
    std::ranges::sort(nics);
    const auto repeated = std::ranges::unique(nics);
    nics.erase(repeated.begin(), repeated.end());
    return nics;
}

Lists by_gpu(const Machine& machine, const std::vector<RankSite>& ranks) {
    Lists lists;
    lists.reserve(ranks.size());
    for (std::size_t i = 0; i < ranks.size(); ++i) {
        const bool again = i > 0 && ranks[i].gpus == ranks[i - 1].gpus;
        lists.push_back(again ? lists.back() : nics_of_gpus(machine, ranks[i].gpus));
    }
    return lists;
}

bool share_host_bridge(const Device& a, const Device& b) {
    return a.bridge >= 0 && a.bridge == b.bridge;
}

std::vector<int> indices_where(const std::vector<Device>& devices, auto condition) {
    std::vector<int> found;
    found.reserve(devices.size());
    for (std::size_t i = 0; i < devices.size(); ++i)
        if (condition(devices[i]))
            found.push_back(static_cast<int>(i));
    return found;
}

} // namespace

bool follow_gpus(const Request& request) {
    const Kind kind = request.nics.kind;
    return request.nics_per_rank == 0 && (kind == Kind::Closest || kind == Kind::Balance);
}

bool reads_interface_list(const std::string& libfabric) {
    int major = 0;
    std::from_chars(libfabric.data(), libfabric.data() + libfabric.size(), major);
    return major >= 2;
}

std::size_t nics_each(const Request& request, std::size_t candidates) {
    const Kind kind = request.nics.kind;
    const auto said = static_cast<std::size_t>(std::max(0, request.nics_per_rank));
    if (kind == Kind::All || (kind == Kind::Named && said == 0))
        return candidates;
    return std::min(candidates, std::max(said, std::size_t{1}));
}

Result<std::vector<std::vector<int>>> mapped_nics(const Machine& machine, std::size_t ranks,
                                                  const NicSelection& selection) {
    Lists turns, lists;
    for (const auto& words : selection.lists) {
        auto nics = nics_called(machine, words);
        if (!nics)
            return std::unexpected(nics.error());
        turns.push_back(std::move(*nics));
    }
    for (std::size_t i = 0; i < ranks; ++i)
        lists.push_back(turns[i % turns.size()]);
    return lists;
}

std::vector<int> all_nics(std::size_t count) {
    std::vector<int> nics(count);
    std::iota(nics.begin(), nics.end(), 0);
    return nics;
}

std::vector<std::vector<int>> nic_groups(const Distances& distances,
                                         const std::vector<int>& candidates) {
    Lists groups;
    for (const int nic : candidates) {
        const auto same = std::ranges::find_if(
            groups, [&](const auto& group) { return distances.alike(group.front(), nic); });
        if (same == groups.end())
            groups.push_back({nic});
        else
            same->push_back(nic);
    }
    return groups;
}

std::vector<int> nics_of_gpu(const Machine& machine, int gpu) {
    const Device& device = machine.gpus[static_cast<std::size_t>(gpu)];
    auto nics = indices_where(machine.efas,
                              [&](const Device& efa) { return share_host_bridge(efa, device); });
    if (!nics.empty())
        return nics;
    const auto as_near = [&](const Device& other) { return other.near == device.near; };
    nics = indices_where(machine.efas, as_near);
    if (nics.empty())
        return all_nics(machine.efas.size());
    const auto gpus = indices_where(machine.gpus, as_near);
    if (nics.size() % gpus.size() != 0)
        return nics;
    const std::size_t share = nics.size() / gpus.size();
    const auto place = static_cast<std::size_t>(std::ranges::find(gpus, gpu) - gpus.begin());
    const auto first = nics.begin() + static_cast<std::ptrdiff_t>(place * share);
    return {first, first + static_cast<std::ptrdiff_t>(share)};
}

Result<std::vector<int>> candidate_nics(const Machine& machine, const NicSelection& selection) {
    if (selection.kind == Kind::Named)
        return nics_called(machine, selection.lists.front());
    return all_nics(selection.kind == Kind::None ? 0 : machine.efas.size());
}

Result<std::vector<std::vector<int>>> choose_nics(const Machine& machine,
                                                  const Distances& distances,
                                                  const std::vector<RankSite>& ranks,
                                                  const NicRules& rules) {
    const Kind kind = rules.selection.kind;
    if (kind == Kind::Map)
        return mapped_nics(machine, ranks.size(), rules.selection);
    const auto found = candidate_nics(machine, rules.selection);
    if (!found)
        return std::unexpected(found.error());
    const std::vector<int>& candidates = *found;
    if (candidates.empty())
        return Lists(ranks.size());
    const bool whole = rules.per_rank == 0 || rules.per_rank >= static_cast<int>(candidates.size());
    if (kind == Kind::All || (kind == Kind::Named && whole))
        return Lists(ranks.size(), candidates);
    const bool with_gpus = !ranks.empty() && !ranks.front().gpus.empty();
    if (with_gpus && rules.per_rank == 0)
        return by_gpu(machine, ranks);
    return deal(ranks, distances, candidates, machine.efas.size(), rules);
}

} // namespace fairlead::pin
