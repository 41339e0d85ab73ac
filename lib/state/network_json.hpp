/// Network reports as JSON: what a prolog notes at a job's start (fairlead.network-start/1, on the
/// node), what each node says at its end (fairlead.network-part/1, in the spool), and the report
/// merged from these (fairlead.network-report/1, docs/schema).
#pragma once

#include "fabric/network_report.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace fairlead::state {

/// What the epilog needs of the prolog, so that it reads no configuration: the job's report goes
/// where the configuration said when it began.
struct NetworkStart {
    std::filesystem::path spool;
    bool make_spool = false;         ///< the default place, below a folder that must exist
    std::filesystem::path root;      ///< of sysfs
    std::filesystem::path state_dir; ///< where the snapshot of EC2's network is
    int restart = 0;        ///< the epilog of a requeued job is told of the next run already
    std::int64_t start = 0; ///< seconds since 1970
    std::vector<fabric::DeviceCounters> devices;
};

std::string encode(const NetworkStart& start);

/// FL-X202, FL-X203.
Result<NetworkStart> decode_network_start(std::string_view text, std::string_view source);

std::string encode(const fabric::NodePlace& place);

/// Nothing known where the text is none.
fabric::NodePlace decode_node_place(std::string_view text);

std::string encode(const fabric::NetworkPart& part);

/// The owner of the job may have written anything there. FL-X202, FL-X203.
Result<fabric::NetworkPart> decode_network_part(std::string_view text, std::string_view source);

/// Indented, with a line end.
std::string report_json(const fabric::NetworkReport& report);

} // namespace fairlead::state
