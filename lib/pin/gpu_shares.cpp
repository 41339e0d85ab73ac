#include "pin/gpu_shares.hpp"

#include <algorithm>
#include <numeric>

namespace fairlead::pin {
namespace {

using Far = std::function<Cost(std::size_t, GpuSpan)>;

/// Where each GPU is a part, ranks are dealt to them evenly.
struct Parts {
    std::vector<GpuSpan> parts;
    bool shared; ///< a part may have several ranks
};

Network network_of(const Parts& parts, std::size_t ranks, const std::vector<Stop>& sites,
                   const Far& far) {
    Network network{.sources = {}, .sinks = sites, .arcs = {}};
    for (const GpuSpan part : parts.parts) {
        if (parts.shared)
            network.sources.push_back(
                {.capacity = static_cast<std::int64_t>(ranks), .steep = cost_at(0, 1)});
        else
            network.sources.push_back({.capacity = 1});
        for (std::size_t site = 0; site < sites.size(); ++site)
            network.arcs.push_back(far(site, part));
    }
    return network;
}

GpuShares ranks_in_order(const Parts& parts, const std::vector<std::int64_t>& units,
                         std::size_t sites) {
    GpuShares shares;
    const auto ranks =
        static_cast<std::size_t>(std::accumulate(units.begin(), units.end(), std::int64_t{0}));
    shares.sites.reserve(ranks);
    shares.gpus.reserve(ranks);
    for (std::size_t i = 0; i < units.size(); ++i)
        for (std::int64_t unit = 0; unit < units[i]; ++unit) {
            shares.sites.push_back(i % sites);
            shares.gpus.push_back(parts.parts[i / sites]);
        }
    return shares;
}

Parts one_each(GpuSpan gpus) {
    Parts parts{{}, true};
    for (std::size_t i = 0; i < gpus.size(); ++i)
        parts.parts.push_back(gpus.subspan(i, 1));
    return parts;
}

/// A part for each rank; those with `more` have one GPU more than the others.
Parts several_each(GpuSpan gpus, const std::vector<char>& more) {
    Parts parts{{}, false};
    const std::size_t least = gpus.size() / more.size();
    std::size_t first = 0;
    for (const char one_more : more) {
        const std::size_t size = least + static_cast<std::size_t>(one_more);
        parts.parts.push_back(gpus.subspan(first, size));
        first += size;
    }
    return parts;
}

/// The ways to cut the GPUs into a part for each rank; only the first where they are too many to
/// try, which takes 11 ranks or more with a GPU and more each.
std::vector<Parts> cuts(GpuSpan gpus, std::size_t ranks) {
    constexpr std::size_t most = 256;
    std::vector<char> more(ranks, 0);
    std::fill_n(more.begin(), gpus.size() % ranks, 1);
    std::vector<Parts> all;
    do
        all.push_back(several_each(gpus, more));
    while (all.size() <= most && std::ranges::prev_permutation(more).found);
    if (all.size() > most)
        all.resize(1);
    return all;
}

} // namespace

GpuShares share_gpus(const std::vector<int>& gpus, std::size_t ranks,
                     const std::vector<Stop>& sites, const Far& far) {
    const auto units_to_send = static_cast<std::int64_t>(ranks);
    if (ranks >= gpus.size()) {
        const Parts parts = one_each(gpus);
        const auto units = cheapest(network_of(parts, ranks, sites, far), units_to_send);
        return ranks_in_order(parts, units, sites.size());
    }
    GpuShares best;
    Cost least = 0;
    for (const Parts& parts : cuts(gpus, ranks)) {
        const Network network = network_of(parts, ranks, sites, far);
        const auto units = cheapest(network, units_to_send);
        const Cost cost = total(network, units);
        if (best.sites.empty() || cost < least) {
            best = ranks_in_order(parts, units, sites.size());
            least = cost;
        }
    }
    return best;
}

} // namespace fairlead::pin
