#include "cli/job_network.hpp"

#include "base/words.hpp"
#include "state/network_json.hpp"
#include "state/spool.hpp"

#include <cstdio>

namespace fairlead::cli {
namespace {

/// A part that cannot be read is as good as missing.
std::vector<fabric::NetworkPart> parts_of(const std::vector<state::SpooledPart>& files, JobId job) {
    std::vector<fabric::NetworkPart> parts;
    for (const state::SpooledPart& file : files) {
        auto part = state::decode_network_part(file.text, printable(file.name, 255));
        if (!part)
            fmt::print(stderr, "fairlead: {}\n", to_string(part.error()));
        else if (part->job == job)
            parts.push_back(std::move(*part));
    }
    return parts;
}

} // namespace

Result<fabric::NetworkReport> network_report(const config::Config& config, JobId job,
                                             std::optional<int> restart) {
    const auto spool = config::spool_of(config);
    const auto files = state::read_parts(spool, job);
    if (!files)
        return std::unexpected(files.error());
    auto report = fabric::merge(parts_of(*files, job), restart);
    if (!report)
        return fail(Code::E230, "there is no network report of {}job {} in {}",
                    restart ? fmt::format("run {} of ", *restart) : "", job.value, spool.native());
    return std::move(*report);
}

} // namespace fairlead::cli
