#include "prolog/drain.hpp"

#include "base/child.hpp"
#include "base/files.hpp"

namespace fairlead::prolog {
namespace {

constexpr auto deadline = std::chrono::seconds(5);

} // namespace

Result<void> drain(const std::filesystem::path& scontrol, const std::string& node,
                   const std::string& reason) {
    if (auto trusted = check_trusted(scontrol); !trusted)
        return trusted;
    const auto env = plain_environment();
    const auto shown =
        run_child(Code::E205, {scontrol, "--oneliner", "show", "node", node}, env, deadline);
    if (!shown)
        return std::unexpected(shown.error());
    if (shown->output.find(" Reason=") != std::string::npos)
        return {};
    const auto updated = run_child(
        Code::E205, {scontrol, "update", "NodeName=" + node, "State=DRAIN", "Reason=" + reason},
        env, deadline);
    if (!updated)
        return std::unexpected(updated.error());
    if (updated->status != 0)
        return fail(Code::E205, "scontrol could not drain {}: exit status {}", node,
                    updated->status);
    return {};
}

} // namespace fairlead::prolog
