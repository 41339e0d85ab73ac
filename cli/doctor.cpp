/// fairlead doctor

#include "cli/commands.hpp"
#include "cli/doctor_look.hpp"
#include "doctor/conf_findings.hpp"
#include "doctor/staging_findings.hpp"
#include "setup/installed.hpp"

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

namespace fairlead::cli {
namespace {

using doctor::Finding;
using doctor::Findings;
using doctor::Health;
using Json = nlohmann::ordered_json;

struct Options {
    std::string slurm_conf = setup::slurm_conf_path;
    bool json = false;
};

void append(Findings& findings, const Findings& more) {
    findings.insert(findings.end(), more.begin(), more.end());
}

Findings look(const Options& options, const Session& session) {
    const Site site = read_site(session, options.slurm_conf);
    Findings findings = site.findings;
    append(findings, look_at_objects(site));
    if (site.slurm) {
        append(findings,
               doctor::admission_findings(*site.slurm, site.needs, site.config.admission));
        append(findings, doctor::prolog_findings(*site.slurm, site.needs, doctor::runs));
        append(findings, doctor::timeout_findings(*site.slurm, site.needs));
    }
    append(findings, doctor::staging_findings(site.config.staging, site.needs));
    append(findings, look_at_state(site));
    append(findings, look_at_results(site));
    append(findings, look_at_nodes(site));
    append(findings, look_at_slurmdbd(site));
    append(findings, look_at_aws(site));
    append(findings, look_at_prices(site));
    return findings;
}

std::ptrdiff_t number_of(const Findings& findings, Health health) {
    return std::ranges::count(findings, health, &Finding::health);
}

void print_text(const Findings& findings) {
    for (const Finding& finding : findings) {
        const std::string code =
            finding.code ? fmt::format(" [{}]", id_of(*finding.code)) : std::string{};
        fmt::print("{:<10} {:<7}  {}{}\n", finding.area, to_string(finding.health), finding.what,
                   code);
        if (!finding.fix.empty())
            fmt::print("{:<10} {:<7}  {}\n", "", "", "fix: " + finding.fix);
    }
    fmt::print("\nproblems {}, advice {}, unknown {}\n", number_of(findings, Health::Problem),
               number_of(findings, Health::Advice), number_of(findings, Health::Unknown));
}

Json json_of(const Finding& finding) {
    return {{"area", finding.area},
            {"health", finding.health == Health::Problem ? "problem" : to_string(finding.health)},
            {"what", finding.what},
            {"fix", finding.fix.empty() ? Json(nullptr) : Json(finding.fix)},
            {"code", finding.code ? Json(id_of(*finding.code)) : Json(nullptr)}};
}

void print_json(const Findings& findings) {
    Json list = Json::array();
    for (const Finding& finding : findings)
        list.push_back(json_of(finding));
    const Json json{{"schema", "fairlead.doctor/1"},
                    {"problems", number_of(findings, Health::Problem)},
                    {"findings", list}};
    fmt::print("{}\n", json.dump(2, ' ', false, Json::error_handler_t::replace));
}

void run(const Options& options, Session& session) {
    const Findings findings = look(options, session);
    options.json ? print_json(findings) : print_text(findings);
    if (doctor::has_problem(findings))
        session.status = problem;
}

} // namespace

void add_doctor(CLI::App& app, Session& session) {
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand(
        "doctor", "look for what is wrong with this installation, with the fix of each");
    command->add_option("--slurm-conf", options->slurm_conf, "slurm.conf of the cluster")
        ->envname("SLURM_CONF")
        ->capture_default_str();
    add_format(*command, options->json);
    command->callback([options, &session] { run(*options, session); });
}

} // namespace fairlead::cli
