#include "pin/transport.hpp"

#include <algorithm>
#include <limits>

namespace fairlead::pin {
namespace {

Cost next_unit(const Stop& stop, std::int64_t load) {
    const std::int64_t lane = stop.lanes == 1 ? load : load / stop.lanes;
    const Cost over = stop.limit > 0 && lane >= stop.limit ? stop.beyond : Cost{0};
    return stop.flat + stop.steep * (2 * lane + 1) + over;
}

/// Units on their way, and what one more or one less would cost.
class Flow {
  public:
    explicit Flow(const Network& network)
        : network_(network), sinks_(network.sinks.size()), on_arc_(network.arcs.size(), 0),
          from_(network.sources.size(), 0), into_(sinks_, 0) {
        for (const Stop& stop : network.sources)
            source_cost_.push_back(next_unit(stop, 0));
        for (const Stop& stop : network.sinks)
            sink_cost_.push_back(next_unit(stop, 0));
    }

    std::size_t sources() const { return from_.size(); }
    std::size_t sinks() const { return sinks_; }

    bool source_open(std::size_t s) const { return from_[s] < network_.sources[s].capacity; }
    bool sink_open(std::size_t t) const { return into_[t] < network_.sinks[t].capacity; }
    bool arc_open(std::size_t s, std::size_t t) const {
        return network_.arc_capacity.empty() || on_arc_[at(s, t)] < network_.arc_capacity[at(s, t)];
    }
    bool arc_used(std::size_t s, std::size_t t) const { return on_arc_[at(s, t)] > 0; }
    bool source_used(std::size_t s) const { return from_[s] > 0; }
    bool sink_used(std::size_t t) const { return into_[t] > 0; }

    Cost source_cost(std::size_t s) const { return source_cost_[s]; }
    Cost sink_cost(std::size_t t) const { return sink_cost_[t]; }
    Cost source_saving(std::size_t s) const { return next_unit(network_.sources[s], from_[s] - 1); }
    Cost sink_saving(std::size_t t) const { return next_unit(network_.sinks[t], into_[t] - 1); }
    Cost arc_cost(std::size_t s, std::size_t t) const { return network_.arcs[at(s, t)]; }

    void on_arc(std::size_t s, std::size_t t, int units) { on_arc_[at(s, t)] += units; }
    void from(std::size_t s, int units) {
        from_[s] += units;
        source_cost_[s] = next_unit(network_.sources[s], from_[s]);
    }
    void into(std::size_t t, int units) {
        into_[t] += units;
        sink_cost_[t] = next_unit(network_.sinks[t], into_[t]);
    }

    std::vector<std::int64_t> take() { return std::move(on_arc_); }

  private:
    std::size_t at(std::size_t s, std::size_t t) const { return s * sinks_ + t; }

    const Network& network_;
    std::size_t sinks_;
    std::vector<std::int64_t> on_arc_, from_, into_;
    std::vector<Cost> source_cost_, sink_cost_; ///< of the next unit
};

/// One unit along the arc that is cheapest now; false where none is open.
bool send_one(Flow& flow) {
    std::size_t best_s = 0, best_t = 0;
    bool found = false;
    Cost best = 0;
    for (std::size_t s = 0; s < flow.sources(); ++s) {
        if (!flow.source_open(s))
            continue;
        const Cost source = flow.source_cost(s);
        for (std::size_t t = 0; t < flow.sinks(); ++t) {
            if (!flow.sink_open(t) || !flow.arc_open(s, t))
                continue;
            const Cost cost = source + flow.arc_cost(s, t) + flow.sink_cost(t);
            if (!found || cost < best) {
                found = true;
                best = cost;
                best_s = s;
                best_t = t;
            }
        }
    }
    if (!found)
        return false;
    flow.from(best_s, 1);
    flow.on_arc(best_s, best_t, 1);
    flow.into(best_t, 1);
    return true;
}

/// A way to move one unit elsewhere: along an arc of the network, or back along it.
struct Step {
    std::size_t tail, head;
    Cost cost;
};

/// The residual network. Nodes: origin, sources, sinks, end.
struct Residual {
    std::size_t sources, sinks;
    std::vector<Step> steps{};

    std::size_t origin() const { return 0; }
    std::size_t source(std::size_t s) const { return 1 + s; }
    std::size_t sink(std::size_t t) const { return 1 + sources + t; }
    std::size_t end() const { return 1 + sources + sinks; }
    std::size_t nodes() const { return 2 + sources + sinks; }

    void refresh(const Flow& flow);
    void push(Flow& flow, std::size_t tail, std::size_t head) const;
};

void Residual::refresh(const Flow& flow) {
    steps.clear();
    for (std::size_t s = 0; s < sources; ++s) {
        if (flow.source_open(s))
            steps.push_back({origin(), source(s), flow.source_cost(s)});
        if (flow.source_used(s))
            steps.push_back({source(s), origin(), -flow.source_saving(s)});
        for (std::size_t t = 0; t < sinks; ++t) {
            if (flow.arc_open(s, t))
                steps.push_back({source(s), sink(t), flow.arc_cost(s, t)});
            if (flow.arc_used(s, t))
                steps.push_back({sink(t), source(s), -flow.arc_cost(s, t)});
        }
    }
    for (std::size_t t = 0; t < sinks; ++t) {
        if (flow.sink_open(t))
            steps.push_back({sink(t), end(), flow.sink_cost(t)});
        if (flow.sink_used(t))
            steps.push_back({end(), sink(t), -flow.sink_saving(t)});
    }
}

void Residual::push(Flow& flow, std::size_t tail, std::size_t head) const {
    const auto is_source = [this](std::size_t node) { return node >= 1 && node <= sources; };
    if (tail == origin() || head == origin())
        return flow.from((tail == origin() ? head : tail) - 1, tail == origin() ? 1 : -1);
    if (tail == end() || head == end())
        return flow.into((tail == end() ? head : tail) - 1 - sources, head == end() ? 1 : -1);
    if (is_source(tail))
        return flow.on_arc(tail - 1, head - 1 - sources, 1);
    flow.on_arc(head - 1, tail - 1 - sources, -1);
}

/// A way for one unit more that moves others out of its way, as nodes from the last to the first;
/// empty where no more fit. What it costs does not matter: the rounds below mend that.
std::vector<std::size_t> way_for_one(const Residual& residual) {
    const std::size_t nodes = residual.nodes();
    std::vector<std::size_t> before(nodes, nodes);
    before[residual.origin()] = residual.origin();
    for (bool further = true; further;) {
        further = false;
        for (const Step& step : residual.steps)
            if (before[step.tail] != nodes && before[step.head] == nodes) {
                before[step.head] = step.tail;
                further = true;
            }
    }
    if (before[residual.end()] == nodes)
        return {};
    std::vector<std::size_t> way{residual.end()};
    while (way.back() != residual.origin())
        way.push_back(before[way.back()]);
    return way;
}

/// A round of moves that saves something (Bellman and Ford), as nodes from the last to the first;
/// empty where none is left, and then the flow is a cheapest one.
std::vector<std::size_t> saving_round(const Residual& residual) {
    const std::size_t nodes = residual.nodes();
    std::vector<Cost> cost(nodes, 0);
    std::vector<std::size_t> before(nodes, nodes);
    std::size_t changed = nodes;
    for (std::size_t pass = 0; pass < nodes; ++pass) {
        changed = nodes;
        for (const Step& step : residual.steps)
            if (cost[step.tail] + step.cost < cost[step.head]) {
                cost[step.head] = cost[step.tail] + step.cost;
                before[step.head] = step.tail;
                changed = step.head;
            }
        if (changed == nodes)
            return {};
    }
    std::size_t node = changed;
    for (std::size_t i = 0; i < nodes; ++i)
        node = before[node];
    std::vector<std::size_t> round{node};
    for (std::size_t at = before[node]; at != node; at = before[at])
        round.push_back(at);
    return round;
}

} // namespace

std::vector<std::int64_t> cheapest(const Network& network, std::int64_t units) {
    Flow flow(network);
    std::int64_t sent = 0;
    while (sent < units && send_one(flow))
        ++sent;
    Residual residual{flow.sources(), flow.sinks()};
    for (; sent < units; ++sent) {
        residual.refresh(flow);
        const auto way = way_for_one(residual);
        if (way.empty())
            break;
        for (std::size_t i = 0; i + 1 < way.size(); ++i)
            residual.push(flow, way[i + 1], way[i]);
    }
    // Ends: every round makes the whole cheaper, and there are finitely many ways.
    for (;;) {
        residual.refresh(flow);
        const auto round = saving_round(residual);
        if (round.empty())
            return flow.take();
        for (std::size_t i = 0; i < round.size(); ++i)
            residual.push(flow, round[(i + 1) % round.size()], round[i]);
    }
}

Cost total(const Network& network, const std::vector<std::int64_t>& units) {
    std::vector<std::int64_t> from(network.sources.size(), 0), into(network.sinks.size(), 0);
    Cost sum = 0;
    for (std::size_t i = 0; i < units.size(); ++i) {
        const std::size_t source = i / into.size(), sink = i % into.size();
        sum += network.arcs[i] * units[i];
        for (std::int64_t unit = 0; unit < units[i]; ++unit)
            sum += next_unit(network.sources[source], from[source]++) +
                   next_unit(network.sinks[sink], into[sink]++);
    }
    return sum;
}

} // namespace fairlead::pin
