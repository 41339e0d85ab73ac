#include "topology/recorded.hpp"

#include "base/files.hpp"

namespace fairlead::topology {

std::filesystem::path record_file(const std::filesystem::path& run) { return run / "machine.json"; }

Result<MachineRecord> read_record(const std::filesystem::path& run) {
    const auto path = record_file(run);
    if (auto trusted = check_trusted(path); !trusted)
        return std::unexpected(trusted.error());
    const auto text = read_file(path);
    if (!text)
        return std::unexpected(text.error());
    auto record = decode(*text, path.native());
    if (!record)
        return std::unexpected(record.error());
    if (record->key != current_key())
        return fail(Code::P204, "{} is of another boot or another hwloc", path.native());
    return record;
}

Result<Machine> recorded(const std::filesystem::path& run) {
    auto record = read_record(run);
    if (!record)
        return std::unexpected(record.error());
    return std::move(record->machine);
}

} // namespace fairlead::topology
