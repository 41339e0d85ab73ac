#include "cli/doctor_look.hpp"

#include "aws/client.hpp"
#include "aws/ec2.hpp"
#include "base/words.hpp"
#include "catalog/catalog.hpp"
#include "cli/ask_slurm.hpp"
#include "config/paths.hpp"
#include "cost/nodes.hpp"
#include "cost/price_book.hpp"
#include "doctor/conf_findings.hpp"
#include "doctor/node_findings.hpp"
#include "doctor/price_findings.hpp"
#include "setup/dry_load.hpp"

#include <array>
#include <fmt/ranges.h>
#include <sys/stat.h>

namespace fairlead::cli {
namespace fs = std::filesystem;
namespace {

using doctor::Findings;
using doctor::from_error;
using doctor::good;
using doctor::Health;

void append(Findings& findings, Findings more) {
    findings.insert(findings.end(), std::make_move_iterator(more.begin()),
                    std::make_move_iterator(more.end()));
}

/// "22.05": what a plugin of SPANK fits.
std::string release_of_build() {
    const std::string version = setup::show_version(FAIRLEAD_SLURM_VERSION);
    return version.substr(0, version.rfind('.'));
}

std::vector<std::string> names_of(const doctor::SlurmNodes& nodes) {
    std::vector<std::string> names;
    for (const setup::SlurmNode& node : nodes)
        names.push_back(node.name);
    return names;
}

/// What the role may do, one call each, and who wants it.
struct Permission {
    const char* action;
    bool for_placement;
    const char* purpose;
};
constexpr std::array permissions{
    Permission{"DescribeInstanceTopology", true, "`fairlead topology refresh`"},
    Permission{"DescribePlacementGroups", true, "`fairlead topology refresh`"},
    Permission{"DescribeInstanceTypes", false, "`fairlead catalog refresh`"}};

doctor::Finding denied(const Permission& permission, bool needed) {
    return {"aws", needed ? Health::Problem : Health::Advice,
            fmt::format("the credentials may not call ec2:{}, which {} needs", permission.action,
                        permission.purpose),
            fmt::format("allow ec2:{} in the policy of the instance's role", permission.action)};
}

/// Asks for one after the other; what is no answer ends it.
Findings ask_permissions(aws::Client& client, bool placement) {
    Findings findings;
    std::vector<std::string> allowed;
    for (const Permission& permission : permissions) {
        const bool needed = permission.for_placement && placement;
        const auto may = aws::may_call(client, permission.action);
        if (!may)
            return {from_error("aws", placement ? Health::Problem : Health::Unknown, may.error())};
        if (*may)
            allowed.emplace_back(permission.action);
        else
            findings.push_back(denied(permission, needed));
    }
    if (!allowed.empty())
        findings.insert(findings.begin(),
                        good("aws", fmt::format("may call {} in {}", fmt::join(allowed, ", "),
                                                client.region())));
    return findings;
}

Result<cost::Time> written(const fs::path& file) {
    struct stat info{};
    if (::stat(file.c_str(), &info) != 0)
        return fail(Code::X101, "{} cannot be looked at", file.native());
    return cost::Time(std::chrono::seconds(info.st_mtime));
}

} // namespace

Findings look_at_nodes(const Site& site) {
    const auto text = ask_nodes(site.config);
    if (!text)
        return {from_error("nodes", Health::Problem, text.error())};
    const auto nodes = setup::parse_nodes(*text);
    const auto records = placement::read_records(site.config.state_dir);
    Findings findings = doctor::version_findings(nodes, release_of_build());
    append(findings, doctor::drain_findings(nodes));
    if (const auto catalog = catalog::Catalog::load(config::catalog_path, site.config.catalog))
        append(findings, doctor::fabric_findings(nodes, site.config, records, *catalog));
    append(findings, doctor::record_findings(nodes, records, site.needs.placement));
    if (findings.empty())
        findings.push_back(
            good("nodes", fmt::format("{} nodes, each with a record, none taken out of service by "
                                      "Fairlead",
                                      nodes.size())));
    return findings;
}

Findings look_at_slurmdbd(const Site& site) {
    if (!site.slurm)
        return {};
    Findings findings = doctor::accounting_findings(*site.slurm, site.cost.has_value());
    if (findings.front().health != Health::Good)
        return findings;
    if (const auto clusters = ask_clusters(site.config))
        return {good("slurmdbd", fmt::format("answers, and knows {} clusters", clusters->size()))};
    else
        return {
            from_error("slurmdbd", site.cost ? Health::Problem : Health::Advice, clusters.error())};
}

Findings look_at_aws(const Site& site) {
    constexpr auto deadline = std::chrono::seconds(10);
    auto client = aws::open_client(site.config, deadline);
    if (client)
        return ask_permissions(*client, site.needs.placement);
    return {from_error("aws", site.needs.placement ? Health::Problem : Health::Unknown,
                       client.error())};
}

Findings look_at_prices(const Site& site) {
    if (!site.cost)
        return {};
    const auto book = cost::PriceBook::load(site.cost->prices);
    if (!book)
        return {from_error("prices", Health::Problem, book.error())};
    const auto list = cost::Nodes::load(site.cost->nodes);
    if (!list)
        return {from_error("prices", Health::Problem, list.error())};
    const auto text = ask_nodes(site.config);
    if (!text)
        return {from_error("prices", Health::Unknown, text.error())};
    const auto age = written(site.cost->prices);
    if (!age)
        return {from_error("prices", Health::Problem, age.error())};
    return doctor::price_findings(
        {*book, *list, *age}, names_of(setup::parse_nodes(*text)),
        std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
}

} // namespace fairlead::cli
