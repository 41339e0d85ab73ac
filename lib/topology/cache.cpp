#include "topology/cache.hpp"

#include "base/child.hpp"
#include "base/files.hpp"
#include "topology/driver.hpp"
#include "topology/slurm_node.hpp"

namespace fairlead::topology {
namespace {

constexpr auto child_deadline = std::chrono::seconds(5);

bool has_test_topology(const config::Config& config) {
    return config.testing && !config.testing->hwloc_xml.empty();
}

Result<Machine> ask_child(const std::filesystem::path& program) {
    if (auto trusted = check_trusted(program); !trusted)
        return std::unexpected(trusted.error());
    const auto answer =
        run_child(Code::P204, {program.native(), "node", "topology"},
                  {"PATH=/usr/bin:/bin", "HWLOC_PLUGINS_PATH=/nonexistent"}, child_deadline);
    if (!answer)
        return std::unexpected(answer.error());
    auto record = decode(answer->output, program.native());
    if (!record)
        return fail(Code::P204,
                    "this machine's topology is not recorded and {} could not find it "
                    "out; run `fairlead node scan` as root on the node",
                    program.native());
    return std::move(record->machine);
}

} // namespace

std::filesystem::path xml_file(const std::filesystem::path& run) { return run / "topology.xml"; }

Result<Machine> look(const config::Config& config) {
    auto machine = has_test_topology(config) ? from_xml(config.testing->hwloc_xml) : discover();
    if (!machine)
        return machine;
    add_gpu_identities(config::system_root(config), *machine);
    machine->libfabric = libfabric_of(config, *machine);
    return machine;
}

Result<Survey> survey(const config::Config& config, const std::string& node) {
    auto xml = discover_xml();
    if (!xml)
        return std::unexpected(xml.error());
    auto machine = has_test_topology(config) ? from_xml(config.testing->hwloc_xml)
                                             : from_xml_text(*xml, "what hwloc found");
    if (!machine)
        return std::unexpected(machine.error());
    add_gpu_identities(config::system_root(config), *machine);
    if (!node.empty())
        machine->slurm = ask_slurm(config.scontrol, node);
    return Survey{std::move(*machine), std::move(*xml), !node.empty()};
}

std::string libfabric_of(const config::Config& config, const Machine& machine) {
    return machine.efas.empty() ? std::string{} : libfabric_version(config::system_root(config));
}

Result<void> record(const Survey& survey, const std::filesystem::path& run) {
    if (auto made = make_folders(run, 0755); !made)
        return made;
    if (auto written = write_atomic(xml_file(run), survey.xml, 0644); !written)
        return written;
    return write_atomic(record_file(run),
                        encode({current_key(), survey.machine, survey.slurm_asked}), 0644);
}

Result<Machine> this_machine(const config::Config& config, const std::filesystem::path& run,
                             const std::filesystem::path& program) {
    if (has_test_topology(config))
        return look(config);
    if (auto known = recorded(run))
        return known;
    return ask_child(program);
}

} // namespace fairlead::topology
