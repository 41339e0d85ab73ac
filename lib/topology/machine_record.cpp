#include "topology/machine_record.hpp"

#include "base/boot.hpp"

#include <hwloc.h>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

namespace fairlead::topology {
namespace {

using Json = nlohmann::json;

constexpr std::string_view schema = "fairlead.machine/1";
constexpr std::size_t most = 65536; ///< of everything that is listed

Json json_of(const Device& device) {
    return {{"name", device.name},     {"pci", device.pci},   {"near", device.near.list()},
            {"bridge", device.bridge}, {"uuid", device.uuid}, {"minor", device.minor}};
}

Json list_of(const auto& values, auto json_of_one) {
    Json list = Json::array();
    for (const auto& value : values)
        list.push_back(json_of_one(value));
    return list;
}

CpuSet cpus_of(const Json& text) {
    auto set = CpuSet::from_list(text.get<std::string>());
    if (!set)
        throw std::invalid_argument("a list of CPUs is none");
    return std::move(*set);
}

const Json& array(const Json& json, const char* name) {
    const Json& list = json.at(name);
    if (!list.is_array() || list.size() > most)
        throw std::invalid_argument(fmt::format("'{}' is no list, or a very long one", name));
    return list;
}

/// A whole number, which Json alone would make of anything near one.
int number_of(const Json& json, int least = 0) {
    if (!json.is_number_integer() || json.get<double>() < least || json.get<double>() > most)
        throw std::invalid_argument("a number is none that can be");
    return json.get<int>();
}

Device device_of(const Json& json) {
    return {.name = json.at("name"),
            .pci = json.at("pci"),
            .near = cpus_of(json.at("near")),
            .bridge = number_of(json.at("bridge"), -1),
            .uuid = json.at("uuid"),
            .minor = number_of(json.at("minor"), -1)};
}

NumaNode numa_of(const Json& json) {
    return {number_of(json.at("os_index")), number_of(json.at("package")),
            cpus_of(json.at("cpus"))};
}

Core core_of(const Json& json, std::size_t numa_nodes) {
    Core core{{}, number_of(json.at("numa")), number_of(json.at("cache"), -1)};
    for (const Json& pu : array(json, "pus"))
        core.pus.push_back(number_of(pu));
    if (static_cast<std::size_t>(core.numa) >= numa_nodes || core.pus.empty())
        throw std::invalid_argument("a core has no NUMA node or no CPU");
    return core;
}

/// Absent from the record where slurmctld was not asked.
std::optional<SlurmNode> slurm_of(const Json& json) {
    if (!json.contains("slurm"))
        return std::nullopt;
    const Json& slurm = json["slurm"];
    return SlurmNode{number_of(slurm.at("sockets"), 1), number_of(slurm.at("cores_per_socket"), 1),
                     number_of(slurm.at("threads_per_core"), 1)};
}

Machine machine_of(const Json& json) {
    Machine machine{.name = json.at("name"),
                    .cores = {},
                    .numa_nodes = {},
                    .efas = {},
                    .gpus = {},
                    .cpus = cpus_of(json.at("cpus")),
                    .libfabric = json.at("libfabric"),
                    .slurm = slurm_of(json)};
    for (const Json& one : array(json, "numa_nodes"))
        machine.numa_nodes.push_back(numa_of(one));
    for (const Json& one : array(json, "cores"))
        machine.cores.push_back(core_of(one, machine.numa_nodes.size()));
    for (const Json& one : array(json, "efas"))
        machine.efas.push_back(device_of(one));
    for (const Json& one : array(json, "gpus"))
        machine.gpus.push_back(device_of(one));
    if (machine.cores.empty())
        throw std::invalid_argument("it has no CPUs");
    if (cpus_of(machine.cores) != machine.cpus)
        throw std::invalid_argument("a CPU is in no core, or in two");
    return machine;
}

} // namespace

RecordKey current_key() {
    constexpr unsigned version = HWLOC_API_VERSION;
    return {boot_id(),
            fmt::format("{}.{}.{}", version >> 16, (version >> 8) & 0xff, version & 0xff)};
}

std::string encode(const MachineRecord& record) {
    const Machine& machine = record.machine;
    Json json{{"schema", schema},
              {"boot_id", record.key.boot_id},
              {"hwloc", record.key.hwloc},
              {"slurm_asked", record.slurm_asked},
              {"name", machine.name},
              {"libfabric", machine.libfabric},
              {"cpus", machine.cpus.list()},
              {"numa_nodes", list_of(machine.numa_nodes,
                                     [](const NumaNode& node) -> Json {
                                         return {{"os_index", node.os_index},
                                                 {"package", node.package},
                                                 {"cpus", node.cpus.list()}};
                                     })},
              {"cores",
               list_of(machine.cores,
                       [](const Core& core) -> Json {
                           return {{"pus", core.pus}, {"numa", core.numa}, {"cache", core.cache}};
                       })},
              {"efas", list_of(machine.efas, json_of)},
              {"gpus", list_of(machine.gpus, json_of)}};
    if (machine.slurm)
        json["slurm"] = {{"sockets", machine.slurm->sockets},
                         {"cores_per_socket", machine.slurm->cores_per_socket},
                         {"threads_per_core", machine.slurm->threads_per_core}};
    return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<MachineRecord> decode(std::string_view text, std::string_view source) {
    try {
        const Json json = Json::parse(text);
        if (json.at("schema") != schema)
            return fail(Code::P204, "{} is not a record {}; write it with `fairlead node scan`",
                        source, schema);
        return MachineRecord{
            {json.at("boot_id"), json.at("hwloc")}, machine_of(json), json.at("slurm_asked")};
    } catch (const std::exception& error) {
        return fail(Code::P204, "{} is damaged ({}); write it with `fairlead node scan`", source,
                    error.what());
    }
}

} // namespace fairlead::topology
