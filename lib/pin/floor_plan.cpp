#include "pin/floor_plan.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <string_view>

namespace fairlead::pin {
namespace {

using topology::CpuSet;
using topology::Device;
using topology::Machine;
using Kind = Box::Kind;

/// What is in what, before any of it has a place.
struct Node {
    Kind kind;
    int item;
    std::vector<Node> inner{};
    std::vector<Node> devices{};
};

Node& member(std::vector<Node>& nodes, Kind kind, int item) {
    const auto found = std::ranges::find_if(
        nodes, [&](const Node& node) { return node.kind == kind && node.item == item; });
    return found == nodes.end() ? nodes.emplace_back(Node{kind, item}) : *found;
}

Node& numa_node(const Machine& machine, Node& root, int numa) {
    const int package = machine.numa_nodes[static_cast<std::size_t>(numa)].package;
    return member(member(root.inner, Kind::Package, package).inner, Kind::Numa, numa);
}

void add_cores(const Machine& machine, Node& root) {
    std::vector<bool> cached(machine.numa_nodes.size(), false);
    for (const topology::Core& core : machine.cores)
        if (core.cache >= 0)
            cached[static_cast<std::size_t>(core.numa)] = true;
    for (std::size_t i = 0; i < machine.cores.size(); ++i) {
        const topology::Core& core = machine.cores[i];
        Node& numa = numa_node(machine, root, core.numa);
        Node& home = cached[static_cast<std::size_t>(core.numa)]
                         ? member(numa.inner, Kind::Cache, core.cache)
                         : numa;
        Node& added = home.inner.emplace_back(Node{Kind::Core, static_cast<int>(i)});
        for (const int pu : core.pus)
            added.inner.push_back({Kind::Thread, pu});
    }
}

/// The narrowest of the NUMA nodes that a device is near to.
std::optional<int> numa_of(const Machine& machine, const Device& device) {
    std::optional<int> best;
    for (int i = 0; i < static_cast<int>(machine.numa_nodes.size()); ++i) {
        const auto& cpus = machine.numa_nodes[static_cast<std::size_t>(i)].cpus;
        if (device.near.inside(cpus) &&
            (!best ||
             cpus.size() < machine.numa_nodes[static_cast<std::size_t>(*best)].cpus.size()))
            best = i;
    }
    return best;
}

std::optional<int> package_of(const Machine& machine, const Device& device) {
    std::map<int, CpuSet> packages;
    for (const auto& numa : machine.numa_nodes)
        packages[numa.package].add(numa.cpus);
    for (const auto& [package, cpus] : packages)
        if (device.near.inside(cpus))
            return package;
    return std::nullopt;
}

Node& home_of(const Machine& machine, Node& root, const Device& device) {
    if (device.near.empty())
        return root;
    if (const auto numa = numa_of(machine, device))
        return numa_node(machine, root, *numa);
    if (const auto package = package_of(machine, device))
        return member(root.inner, Kind::Package, *package);
    return root;
}

/// A bridge has its GPUs inside and its interfaces below them.
void add_device(Node& home, Kind kind, int item, int bridge) {
    if (bridge < 0) {
        home.devices.push_back({kind, item});
        return;
    }
    Node& owner = member(home.devices, Kind::Bridge, bridge);
    (kind == Kind::Gpu ? owner.inner : owner.devices).push_back({kind, item});
}

void add_devices(const Machine& machine, Node& root, Kind kind,
                 const std::vector<Device>& devices) {
    for (std::size_t i = 0; i < devices.size(); ++i)
        add_device(home_of(machine, root, devices[i]), kind, static_cast<int>(i),
                   devices[i].bridge);
}

/// Bridges in their order, after all that is on none.
auto order_of(const Machine& machine, const Node& node) {
    if (node.kind == Kind::Bridge)
        return std::pair(node.item, std::string_view());
    const auto& devices = node.kind == Kind::Gpu ? machine.gpus : machine.efas;
    return std::pair(-1, std::string_view(devices[static_cast<std::size_t>(node.item)].pci));
}

/// A bridge with one device is replaced by it.
void tidy_devices(const Machine& machine, Node& node) {
    for (Node& device : node.devices)
        if (device.inner.size() + device.devices.size() == 1)
            device = Node(device.inner.empty() ? device.devices.front() : device.inner.front());
    std::ranges::stable_sort(node.devices, {},
                             [&](const Node& device) { return order_of(machine, device); });
    for (Node& inner : node.inner)
        tidy_devices(machine, inner);
}

Node tree_of(const Machine& machine) {
    Node root{Kind::Machine, 0};
    for (int i = 0; i < static_cast<int>(machine.numa_nodes.size()); ++i)
        numa_node(machine, root, i);
    add_cores(machine, root);
    add_devices(machine, root, Kind::Gpu, machine.gpus);
    add_devices(machine, root, Kind::Efa, machine.efas);
    tidy_devices(machine, root);
    return root;
}

/// How boxes of a kind are set, in pixels.
struct Style {
    int padding;
    int title;           ///< from the upper edge to what is inside
    int gap;             ///< to a neighbour
    int least, greatest; ///< width
};

constexpr int any = 1 << 20, device_height = 36;

constexpr Style style_of(Kind kind) {
    switch (kind) {
    case Kind::Machine:
        return {0, 0, 0, 0, any};
    case Kind::Package:
        return {12, 30, 18, 140, any};
    case Kind::Numa:
        return {10, 27, 12, 110, any};
    case Kind::Cache:
        return {5, 18, 8, 40, any};
    case Kind::Core:
        return {2, 2, 4, 20, 400};
    case Kind::Thread:
        return {0, 0, 1, 0, any};
    case Kind::Bridge:
        return {4, 4, 8, 0, any};
    case Kind::Gpu:
    case Kind::Efa:
        return {0, 0, 4, 72, any};
    }
    return {};
}

/// One arrangement: how many boxes of a kind stand side by side, and how high a core is.
struct Shape {
    int packages = 1, numas = 1, caches = 1, cores = 1;
    int core_height = 0;
};

int rows_of(int count, int columns) { return (count + columns - 1) / columns; }

/// As many groups of so many devices side by side as fit, evenly over the lines that these need.
int device_columns(int count, int group, int width) {
    const Style style = style_of(Kind::Efa);
    const int fit = std::max((width + style.gap) / (style.least + style.gap), 1);
    if (group > fit)
        return device_columns(count, 1, width);
    const int groups = count / group;
    const int lines = rows_of(groups, std::min(fit / group, groups));
    return rows_of(groups, lines) * group;
}

/// Where every GPU has as many interfaces they come one GPU's after the other's.
int device_columns(std::span<const Node> devices, int width) {
    const int count = static_cast<int>(devices.size());
    const int gpus = static_cast<int>(std::ranges::count(devices, Kind::Gpu, &Node::kind));
    const bool even = gpus > 0 && count % gpus == 0;
    return device_columns(count, even ? count / gpus : 1, width);
}

int lines_of_devices(std::span<const Node> devices, int width) {
    if (devices.empty())
        return 0;
    return rows_of(static_cast<int>(devices.size()), device_columns(devices, width));
}

/// The number of columns in which bridges need the least height.
int bridge_columns(std::span<const Node> bridges, int width) {
    const Style style = style_of(Kind::Bridge);
    const int count = static_cast<int>(bridges.size());
    int best = 1, least = any;
    for (int columns = 1; columns <= count; ++columns) {
        const int inner = (width + style.gap) / columns - style.gap - 2 * style.padding;
        int lines = 0;
        for (const Node& bridge : bridges)
            lines = std::max(lines, lines_of_devices(bridge.inner, inner) +
                                        lines_of_devices(bridge.devices, inner));
        const int height = rows_of(count, columns) * lines;
        if (inner >= style_of(Kind::Efa).least && height < least) {
            least = height;
            best = columns;
        }
    }
    return best;
}

/// The boxes of a tree in the columns of a shape, from the top left.
class Placement {
  public:
    Placement(const Node& root, Rect room, const Shape& shape) : shape_(shape) {
        place(root, {room.x, room.y, room.width, 0}, -1);
    }

    std::vector<Box> boxes{};
    bool too_narrow = false;

    int height() const { return boxes.front().area.height; }

  private:
    /// Adds a box with all that is inside, which decides its height.
    int place(const Node& node, Rect area, int parent) {
        const Style style = style_of(node.kind);
        too_narrow = too_narrow || area.width < style.least;
        const auto index = boxes.size();
        boxes.push_back({node.kind, node.item, parent, area});
        const Rect room{area.x + style.padding, area.y + style.title,
                        area.width - 2 * style.padding, 0};
        const int height = fill(node, room, static_cast<int>(index)) + style.padding - area.y;
        return boxes[index].area.height = height;
    }

    /// Returns where the contents end.
    int fill(const Node& node, Rect room, int parent) {
        if (node.kind == Kind::Thread)
            return room.y + shape_.core_height - 2 * style_of(Kind::Core).padding;
        if (node.kind == Kind::Gpu || node.kind == Kind::Efa)
            return room.y + device_height;
        const auto bridges = std::ranges::find(node.devices, Kind::Bridge, &Node::kind);
        for (const std::span<const Node> part :
             {std::span(node.inner), std::span(node.devices.begin(), bridges),
              std::span(bridges, node.devices.end())})
            if (!part.empty()) {
                room.y = grid(part, room, parent) + space_below(node.kind);
                room.height = space_below(node.kind);
            }
        return room.y - room.height;
    }

    static int space_below(Kind kind) { return kind == Kind::Bridge ? 4 : 10; }

    int grid(std::span<const Node> nodes, Rect room, int parent) {
        const int gap = style_of(nodes.front().kind).gap;
        const auto columns = static_cast<std::size_t>(columns_of(nodes, room.width));
        for (std::size_t first = 0; first < nodes.size(); first += columns)
            room.y += gap + row(nodes.subspan(first, std::min(columns, nodes.size() - first)),
                                static_cast<int>(columns), room, parent);
        return room.y - gap;
    }

    /// Boxes of equal width and, at last, height.
    int row(std::span<const Node> nodes, int columns, Rect room, int parent) {
        const Style style = style_of(nodes.front().kind);
        const int whole = std::min(room.width + style.gap, columns * (style.greatest + style.gap));
        std::vector<std::size_t> placed;
        int height = 0;
        for (int i = 0; i < static_cast<int>(nodes.size()); ++i) {
            const int left = i * whole / columns, right = (i + 1) * whole / columns - style.gap;
            placed.push_back(boxes.size());
            height = std::max(height, place(nodes[static_cast<std::size_t>(i)],
                                            {room.x + left, room.y, right - left, 0}, parent));
        }
        for (const std::size_t index : placed)
            boxes[index].area.height = height;
        return height;
    }

    int columns_of(std::span<const Node> nodes, int width) const {
        const int count = static_cast<int>(nodes.size());
        switch (nodes.front().kind) {
        case Kind::Package:
            return shape_.packages;
        case Kind::Numa:
            return shape_.numas;
        case Kind::Cache:
            return shape_.caches;
        case Kind::Core:
            return shape_.cores;
        case Kind::Bridge:
            return bridge_columns(nodes, width);
        case Kind::Gpu:
        case Kind::Efa:
            return device_columns(nodes, width);
        default:
            return count;
        }
    }

    Shape shape_;
};

constexpr int least_core = 20, greatest_core = 150, greatest_font = 26;

/// The font in which a label of so many characters is as wide as the narrowest thread, in tenths of
/// a pixel.
int font_by_width(const Placement& placement, int label_length) {
    int font = 10 * greatest_font;
    for (const Box& box : placement.boxes)
        if (box.kind == Kind::Thread)
            font = std::min(font, 15 * (box.area.width - 4) / std::max(label_length, 2));
    return font;
}

/// The same where the height counts too.
int font_of(const Placement& placement, int label_length) {
    int font = font_by_width(placement, label_length);
    for (const Box& box : placement.boxes)
        if (box.kind == Kind::Thread)
            font = std::min(font, 5 * box.area.height);
    return font;
}

/// The arrangements, from few columns to many, each tried out until one is too narrow.
class Search {
  public:
    Search(const Node& root, Rect room, int label_length)
        : root_(root), room_(room), label_length_(label_length) {
        count(root);
    }

    Shape best() {
        for (Shape shape; shape.packages <= most_.packages; ++shape.packages)
            for (shape.numas = 1; shape.numas <= most_.numas; ++shape.numas)
                for (shape.caches = 1; shape.caches <= most_.caches; ++shape.caches)
                    for (shape.cores = 1; shape.cores <= most_.cores; ++shape.cores)
                        if (!try_out(shape))
                            break;
        return best_;
    }

  private:
    /// The largest number of children of a kind.
    void count(const Node& node) {
        for (const Node& inner : node.inner) {
            int& most = inner.kind == Kind::Package ? most_.packages
                        : inner.kind == Kind::Numa  ? most_.numas
                        : inner.kind == Kind::Cache ? most_.caches
                                                    : most_.cores;
            most = std::max(most, static_cast<int>(node.inner.size()));
            if (inner.kind != Kind::Core)
                count(inner);
        }
    }

    bool try_out(Shape shape) {
        shape.core_height = least_core;
        const Placement smallest(root_, room_, shape);
        const bool first = score_ == worst;
        if (smallest.too_narrow && !first)
            return false;
        if (smallest.height() > room_.height)
            keep(shape, -smallest.height());
        else if (worth(shape, font_by_width(smallest, label_length_), room_.height) > score_)
            keep_highest(shape);
        return !smallest.too_narrow;
    }

    /// The highest cores that fit are found by halving; cores stay wider than high.
    void keep_highest(Shape shape) {
        int fits = least_core, fails = greatest_core;
        while (fails - fits > 1) {
            shape.core_height = (fits + fails) / 2;
            (fits_in(shape) ? fits : fails) = shape.core_height;
        }
        shape.core_height = fits;
        const Placement placement(root_, room_, shape);
        keep(shape, worth(shape, font_of(placement, label_length_), placement.height()));
    }

    /// Large labels, then full lines, then a full room.
    int worth(const Shape& shape, int font, int height) const {
        const int places = rows_of(most_.cores, shape.cores) * shape.cores;
        return 1000 * (font * most_.cores / places) +
               std::min(1000 * height / std::max(room_.height, 1), 999);
    }

    bool fits_in(const Shape& shape) const {
        const Placement placement(root_, room_, shape);
        return placement.height() <= room_.height &&
               std::ranges::none_of(placement.boxes, [](const Box& box) {
                   return box.kind == Kind::Core && box.area.height > box.area.width;
               });
    }

    void keep(const Shape& shape, int score) {
        if (score <= score_)
            return;
        score_ = score;
        best_ = shape;
    }

    static constexpr int worst = -any * 512;
    const Node& root_;
    Rect room_;
    int label_length_;
    Shape most_{}, best_{};
    int score_ = worst;
};

} // namespace

FloorPlan floor_plan(const Machine& machine, Rect room, int label_length) {
    const Node root = tree_of(machine);
    Placement placement(root, room, Search(root, room, label_length).best());
    const int font = font_of(placement, label_length) / 10;
    return {std::move(placement.boxes), std::max(font, 6)};
}

} // namespace fairlead::pin
