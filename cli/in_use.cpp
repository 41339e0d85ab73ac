/// fairlead in-use: for packages that are about to go.

#include "doctor/in_use.hpp"
#include "cli/commands.hpp"
#include "setup/installed.hpp"

#include <fmt/format.h>
#include <memory>

namespace fairlead::cli {

void add_in_use(CLI::App& app, Session& session) {
    struct Question {
        std::vector<std::string> parts;
        std::string slurm_conf = setup::slurm_conf_path;
    };
    auto question = std::make_shared<Question>();
    CLI::App* command = app.add_subcommand("in-use", "what of Slurm's configuration needs a part");
    command->group(""); // for packages, not for people
    command->add_option("PART", question->parts, "parts")
        ->required()
        ->check(CLI::IsMember({std::string(doctor::spank_part), std::string(doctor::prolog_part),
                               std::string(doctor::jobsubmit_part),
                               std::string(doctor::placement_part)}));
    command->add_option("--slurm-conf", question->slurm_conf, "slurm.conf of the cluster");
    command->callback([question, &session] {
        for (const std::string& part : question->parts) {
            const auto uses = doctor::uses_of(part, question->slurm_conf);
            if (!uses)
                return session.report(uses.error());
            for (const std::string& use : *uses) {
                fmt::print("{}: {}\n", question->slurm_conf, use);
                session.status = problem;
            }
        }
    });
}

} // namespace fairlead::cli
