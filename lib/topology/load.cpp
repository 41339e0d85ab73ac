#include "topology/load.hpp"

#include "base/files.hpp"
#include "base/words.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <hwloc.h>
#include <memory>
#include <tuple>
#include <type_traits>

namespace fairlead::topology {
namespace {

struct Destroy {
    void operator()(hwloc_topology_t topology) const { hwloc_topology_destroy(topology); }
};
using Topology = std::unique_ptr<hwloc_topology, Destroy>;

using PciDevice = hwloc_obj_attr_u::hwloc_pcidev_attr_s;
constexpr unsigned amazon = 0x1d0f, nvidia = 0x10de, amd = 0x1002;
constexpr unsigned display_class = 0x03;
constexpr std::array kept_out{"cuda", "nvml", "opencl", "rsmi", "levelzero", "gl", "x86"};

bool is_efa(const PciDevice& pci) {
    return pci.vendor_id == amazon && (pci.device_id & 0xfff0u) == 0xefa0u;
}

bool is_gpu(const PciDevice& pci) {
    return (pci.vendor_id == nvidia || pci.vendor_id == amd) && pci.class_id >> 8 == display_class;
}

std::string pci_address(const PciDevice& pci) {
    return fmt::format("{:04x}:{:02x}:{:02x}.{:x}", pci.domain, pci.bus, pci.dev, pci.func);
}

std::string info(hwloc_obj_t object, const char* name) {
    const char* value = hwloc_obj_get_info_by_name(object, name);
    return value ? printable(value) : "";
}

/// hwloc takes the number as XML has it, and one that is none of its own is not to be read as such.
bool is_openfabrics(hwloc_obj_t device) {
    std::underlying_type_t<hwloc_obj_osdev_type_t> type{};
    static_assert(sizeof type == sizeof device->attr->osdev.type);
    std::memcpy(&type, &device->attr->osdev.type, sizeof type);
    return type == HWLOC_OBJ_OSDEV_OPENFABRICS;
}

/// The OpenFabrics device below a PCI device, or its PCI address where the driver shows none.
std::string device_name(hwloc_obj_t pci) {
    for (hwloc_obj_t child = pci->io_first_child; child; child = child->next_sibling)
        if (child->type == HWLOC_OBJ_OS_DEVICE && child->name && is_openfabrics(child))
            return printable(child->name);
    return pci_address(pci->attr->pcidev);
}

/// The number of the host bridge above a device.
int host_bridge(hwloc_obj_t device) {
    int bridge = -1;
    for (hwloc_obj_t above = device->parent; above; above = above->parent)
        if (above->type == HWLOC_OBJ_BRIDGE)
            bridge = static_cast<int>(above->logical_index);
    return bridge;
}

/// hwloc's sets may have no end, so they are asked about CPUs that the machine has.
CpuSet cpus_in(hwloc_const_bitmap_t bits, const CpuSet& cpus) {
    CpuSet both;
    for (int cpu = cpus.first(); cpu >= 0; cpu = cpus.next(cpu))
        if (hwloc_bitmap_isset(bits, static_cast<unsigned>(cpu)))
            both.add(cpu);
    return both;
}

/// The machine itself as locality means that nothing is known.
CpuSet locality(hwloc_topology_t topology, const CpuSet& cpus, hwloc_obj_t device) {
    const hwloc_obj_t above = hwloc_get_non_io_ancestor_obj(topology, device);
    if (!above || !above->cpuset || above->type == HWLOC_OBJ_MACHINE)
        return {};
    return cpus_in(above->cpuset, cpus);
}

Device device_of(hwloc_topology_t topology, const CpuSet& cpus, hwloc_obj_t object,
                 std::string name) {
    return {.name = std::move(name),
            .pci = pci_address(object->attr->pcidev),
            .near = locality(topology, cpus, object),
            .bridge = host_bridge(object)};
}

void add_devices(hwloc_topology_t topology, Machine& machine) {
    hwloc_obj_t object = nullptr;
    while ((object = hwloc_get_next_pcidev(topology, object))) {
        const auto& pci = object->attr->pcidev;
        if (is_efa(pci))
            machine.efas.push_back(device_of(topology, machine.cpus, object, device_name(object)));
        else if (is_gpu(pci))
            machine.gpus.push_back(device_of(topology, machine.cpus, object, pci_address(pci)));
    }
    std::ranges::sort(machine.efas, {}, &Device::pci);
    std::ranges::sort(machine.gpus, {}, &Device::pci);
}

/// The operating system's number; hwloc's own where that is unknown or cannot be.
int number_of(hwloc_obj_t node) {
    const bool known = node->os_index <= static_cast<unsigned>(highest_cpu);
    return static_cast<int>(known ? node->os_index : node->logical_index);
}

void add_numa_nodes(hwloc_topology_t topology, Machine& machine) {
    hwloc_obj_t node = nullptr;
    while ((node = hwloc_get_next_obj_by_type(topology, HWLOC_OBJ_NUMANODE, node))) {
        const CpuSet cpus = cpus_in(node->cpuset, machine.cpus);
        if (cpus.empty())
            continue;
        const hwloc_obj_t package =
            hwloc_get_ancestor_obj_by_type(topology, HWLOC_OBJ_PACKAGE, node);
        machine.numa_nodes.push_back(
            {number_of(node), package ? static_cast<int>(package->logical_index) : 0, cpus});
    }
}

/// Memory around other NUMA nodes, such as CXL's of the whole machine, is near no CPU of its own,
/// though hwloc gives it those of all.
void drop_surrounding(std::vector<NumaNode>& nodes) {
    const std::vector<NumaNode> all = nodes;
    std::erase_if(nodes, [&all](const NumaNode& node) {
        CpuSet within;
        for (const NumaNode& other : all)
            if (other.cpus.inside(node.cpus) && !(other.cpus == node.cpus))
                within.add(other.cpus);
        return node.cpus.inside(within);
    });
}

/// The NUMA node nearest to a core: of those that span it (DRAM and HBM may), the narrowest.
int numa_of(const Machine& machine, const CpuSet& core) {
    int best = 0;
    for (int i = 0; i < static_cast<int>(machine.numa_nodes.size()); ++i) {
        const auto& node = machine.numa_nodes[static_cast<std::size_t>(i)];
        const auto& now = machine.numa_nodes[static_cast<std::size_t>(best)];
        const bool spans = core.inside(node.cpus);
        if (spans && (!core.inside(now.cpus) || node.cpus.size() < now.cpus.size()))
            best = i;
    }
    return best;
}

int last_level_cache(hwloc_obj_t core) {
    for (hwloc_obj_t above = core->parent; above; above = above->parent)
        if (above->type == HWLOC_OBJ_L3CACHE)
            return static_cast<int>(above->logical_index);
    return -1;
}

void add_cores(hwloc_topology_t topology, Machine& machine) {
    const bool has_cores = hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_CORE) > 0;
    const hwloc_obj_type_t level = has_cores ? HWLOC_OBJ_CORE : HWLOC_OBJ_PU;
    hwloc_obj_t object = nullptr;
    while ((object = hwloc_get_next_obj_by_type(topology, level, object))) {
        const CpuSet cpus = cpus_in(object->cpuset, machine.cpus);
        if (!cpus.empty())
            machine.cores.push_back(
                {cpus.cpus(), numa_of(machine, cpus), last_level_cache(object)});
    }
}

/// Every other set is cut to these: hwloc reads sets without an end ("0xf...f") and takes an
/// object's word for what is in it.
CpuSet cpus_of(hwloc_topology_t topology) {
    CpuSet cpus;
    hwloc_obj_t pu = nullptr;
    while ((pu = hwloc_get_next_obj_by_type(topology, HWLOC_OBJ_PU, pu)))
        if (pu->os_index <= static_cast<unsigned>(highest_cpu))
            cpus.add(static_cast<int>(pu->os_index));
    return cpus;
}

Result<Machine> machine_from(hwloc_topology_t topology) {
    Machine machine;
    const hwloc_obj_t root = hwloc_get_root_obj(topology);
    machine.name = info(root, "DMIProductName");
    if (machine.name.empty())
        machine.name = info(root, "HostName");
    machine.cpus = cpus_of(topology);
    add_numa_nodes(topology, machine);
    drop_surrounding(machine.numa_nodes);
    if (machine.numa_nodes.empty())
        machine.numa_nodes.push_back({0, 0, machine.cpus});
    add_cores(topology, machine);
    add_devices(topology, machine);
    if (machine.cores.empty())
        return fail(Code::P204, "the topology has no CPUs");
    auto cpus = cpus_of(machine.cores);
    if (!cpus)
        return fail(Code::P204, "the topology has a CPU in two cores");
    machine.cpus = std::move(*cpus);
    return machine;
}

Result<Topology> new_topology() {
    hwloc_topology_t raw = nullptr;
    if (hwloc_topology_init(&raw) != 0)
        return fail(Code::P204, "hwloc cannot make a topology");
    Topology topology{raw};
    hwloc_topology_set_io_types_filter(raw, HWLOC_TYPE_FILTER_KEEP_IMPORTANT);
    hwloc_topology_set_flags(raw, HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED);
    return topology;
}

/// hwloc 2.9 reads through a null pointer where an object has one of these without the other.
bool has_whole_pairs(std::string_view xml) {
    constexpr std::string_view opening = "<object";
    for (auto at = xml.find(opening); at != xml.npos; at = xml.find(opening, at + 1)) {
        const std::string_view tag = xml.substr(at, xml.find('>', at) - at);
        if (tag.contains(" cpuset=") != tag.contains(" complete_cpuset=") ||
            tag.contains(" nodeset=") != tag.contains(" complete_nodeset="))
            return false;
    }
    return true;
}

Result<Topology> live_topology() {
    auto topology = new_topology();
    if (!topology)
        return topology;
    for (const char* component : kept_out)
        hwloc_topology_set_components(topology->get(), HWLOC_TOPOLOGY_COMPONENTS_FLAG_BLACKLIST,
                                      component);
    if (hwloc_topology_load(topology->get()) != 0)
        return fail(Code::P204, "hwloc cannot read this machine's topology");
    return topology;
}

} // namespace

Result<Machine> from_xml(const std::filesystem::path& path) {
    const auto text = read_file(path);
    if (!text)
        return std::unexpected(text.error());
    return from_xml_text(*text, path.native());
}

Result<Machine> from_xml_text(const std::string& xml, std::string_view source) {
    auto topology = new_topology();
    if (!topology)
        return std::unexpected(topology.error());
    // hwloc counts the terminating zero as part of the buffer.
    const int size = static_cast<int>(xml.size()) + 1;
    if (!has_whole_pairs(xml) ||
        hwloc_topology_set_xmlbuffer(topology->get(), xml.c_str(), size) != 0 ||
        hwloc_topology_load(topology->get()) != 0)
        return fail(Code::P204, "{} is not a topology that this hwloc reads; write one with lstopo",
                    source);
    auto machine = machine_from(topology->get());
    if (!machine)
        return fail(Code::P204, "{}: {}", source, machine.error().message);
    return machine;
}

Result<Machine> discover() {
    const auto topology = live_topology();
    if (!topology)
        return std::unexpected(topology.error());
    return machine_from(topology->get());
}

Result<std::string> discover_xml() {
    const auto topology = live_topology();
    if (!topology)
        return std::unexpected(topology.error());
    char* buffer = nullptr;
    int size = 0;
    if (hwloc_topology_export_xmlbuffer(topology->get(), &buffer, &size, 0) != 0)
        return fail(Code::P204, "hwloc cannot export this machine's topology");
    std::string xml(buffer);
    hwloc_free_xmlbuffer(topology->get(), buffer);
    return xml;
}

} // namespace fairlead::topology
