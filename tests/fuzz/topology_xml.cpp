#include "promise.hpp"
#include "step.hpp"
#include "targets.hpp"
#include "topology/load.hpp"
#include "topology/machine_record.hpp"

// hwloc 2.9 leaks the object it is at when the XML ends early, and asks for as much memory as the
// XML says that a matrix needs.
extern "C" {
__attribute__((visibility("default"))) const char* __lsan_default_suppressions();
__attribute__((visibility("default"))) const char* __asan_default_options();
const char* __lsan_default_suppressions() { return "leak:hwloc_alloc_setup_object\n"; }
const char* __asan_default_options() {
    return "allocator_may_return_null=1:max_allocation_size_mb=256";
}
}

namespace fairlead::fuzz {
namespace {

/// What is discovered must be readable once it is recorded.
void check_record(const topology::Machine& machine) {
    const std::string text = topology::encode({{"boot", "hwloc"}, machine});
    const auto record = topology::decode(text, "record");
    promise(record.has_value(), "a machine that is read can be recorded");
    promise(encode(*record) == text, "a record is read as it was written");
}

} // namespace

void topology_xml(std::string_view input) {
    const auto [xml, step] = split_step(input);
    const auto machine = topology::from_xml_text(std::string(xml), "input");
    if (!machine)
        return promise(machine.error().code == Code::P204, "a topology fails with P204");
    check_record(*machine);
    plan_step(*machine, step);
}

} // namespace fairlead::fuzz
