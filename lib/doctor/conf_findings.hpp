/// What slurm.conf lacks for what the configuration asks: admission, the chain of prologs,
/// timeouts, accounting. Functions of values.
#pragma once

#include "doctor/finding.hpp"
#include "doctor/needs.hpp"
#include "doctor/prolog_chain.hpp"
#include "setup/slurm_conf.hpp"

namespace fairlead::doctor {

/// JobSubmitPlugins, and whose word nodes take. `admission` is that of fairlead.yaml.
Findings admission_findings(const setup::SlurmConf& conf, const Needs& needs,
                            config::Admission admission);

/// Prolog, Epilog, PrologSlurmctld and PrologFlags.
Findings prolog_findings(const setup::SlurmConf& conf, const Needs& needs, const Runs& runs);

/// PrologEpilogTimeout (PrologTimeout from 25.05 on), max_switch_wait and KillOnBadExit. Sources:
/// docs/staging.md and docs/admin-guide.md, which say why.
Findings timeout_findings(const setup::SlurmConf& conf, const Needs& needs);

/// AccountingStorageType, where costs are kept.
Findings accounting_findings(const setup::SlurmConf& conf, bool costs);

} // namespace fairlead::doctor
