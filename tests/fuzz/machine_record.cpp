#include "topology/machine_record.hpp"

#include "promise.hpp"
#include "step.hpp"
#include "targets.hpp"

namespace fairlead::fuzz {

void machine_record(std::string_view input) {
    const auto [json, step] = split_step(input);
    const auto record = topology::decode(json, "input");
    if (!record)
        return promise(record.error().code == Code::P204, "a record fails with P204");
    const std::string text = encode(*record);
    const auto again = topology::decode(text, "again");
    promise(again.has_value() && encode(*again) == text, "a record is read as it was written");
    plan_step(record->machine, step);
}

} // namespace fairlead::fuzz
