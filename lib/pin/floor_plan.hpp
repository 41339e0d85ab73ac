/// Where the boxes of a drawing of a machine go.
#pragma once

#include "topology/machine.hpp"

#include <vector>

namespace fairlead::pin {

struct Rect {
    int x, y, width, height;
};

/// A box lies inside its parent, and boxes of the same parent do not overlap.
struct Box {
    enum class Kind { Machine, Package, Numa, Cache, Core, Thread, Bridge, Gpu, Efa };
    Kind kind;
    /// An index into the machine's numa_nodes, cores, gpus or efas; the number of a package, a
    /// cache
    /// (-1: cores without one) or a host bridge; the operating-system number of a thread.
    int item;
    int parent; ///< index of a box before this one; -1 for the machine
    Rect area;
};

struct FloorPlan {
    std::vector<Box> boxes; ///< the first is the machine
    int font;               ///< that a thread's label fits in
};

/// Every package, NUMA node, cache, core and device once; a device in the narrowest box that its
/// locality fits in, else below the packages; devices of one host bridge together. Of all
/// arrangements in rows and columns the one with the largest labels of `label_length` characters.
/// The width is that of `room`; the height is exceeded where not even small labels fit.
FloorPlan floor_plan(const topology::Machine& machine, Rect room, int label_length);

} // namespace fairlead::pin
