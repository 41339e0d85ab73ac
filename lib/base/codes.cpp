#include "base/codes.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace fairlead {
namespace {

constexpr std::array table{
    CodeEntry{Code::A101, "FL-A101", "admission failed inside Fairlead",
              "The job_submit plugin met a fault of its own. The job was let through unchanged, so "
              "that a fault of ours never stops a cluster.",
              "Look for the line with this code in slurmctld's log and report it. `fairlead pause` "
              "takes Fairlead out of the way until then."},
    CodeEntry{
        Code::A102, "FL-A102", "request cannot be read",
        "The job carries an option value that the plugin on the user's side would have refused, so "
        "it was written by hand or by another version.",
        "Submit with srun, sbatch or salloc of this cluster and a value that `srun --help` names."},
    CodeEntry{Code::A201, "FL-A201", "refused by a rule of the site",
              "A rule of the site's policy refuses such jobs; the message is the site's, with the "
              "name of the rule.",
              "Do what the message says. `fairlead policy check` reads the rules."},
    CodeEntry{Code::A202, "FL-A202", "option required by a rule of the site",
              "A rule of the site's policy demands an option that the job does not give.",
              "Give the option that the message names."},
    CodeEntry{Code::A203, "FL-A203", "update cannot be checked",
              "slurmctld tells an update from a submission: only what changes is seen. A rule "
              "that may hold for the job would refuse or change what the update asks for, and what "
              "decides it is not in the update. Of a submission it is a text, such as the script "
              "or a list of nodes, that is too long to be looked through while slurmctld waits, or "
              "a number of tasks that Slurm counts itself.",
              "Name in the same update what the message lists (such as Partition=; in parentheses "
              "stands all that a size is put together from, and an empty value such as MemPerTres= "
              "says that there is none), make the text that it names shorter, cancel the job "
              "and submit it anew, or ask an operator."},
    CodeEntry{Code::A204, "FL-A204", "user is not looked up yet",
              "A rule of the site, or a staging request, asks who the user is or which Unix groups "
              "they are in, or writes that into the job, and "
              "slurmctld's plugin does not wait for a directory service; it looks the user up "
              "beside its calls. The first job of a user since slurmctld began may come first.",
              "Submit again in a few seconds. Where it stays so, the directory service does not "
              "answer on slurmctld's machine: try `id USER` there."},
    CodeEntry{Code::A205, "FL-A205", "the rules of the site cannot be read",
              "slurmctld began with a configuration or rules that cannot be read, so none is in "
              "force, and a job that a rule would have refused must not pass for that.",
              "An admin mends the file that the message names (`fairlead policy check`); it is in "
              "force a second later. `fairlead pause` lets jobs through until then. With "
              "`policy_broken: accept` in fairlead.yaml jobs pass."},
    CodeEntry{Code::A206, "FL-A206", "a rule would have changed the job or warned its user",
              "A rule that only observes (`mode: observe`, or `policy_mode: observe`) would have "
              "changed the job, or warned its user, as the message says. It did neither.",
              "Nothing is wrong. `policy_mode: enforce`, or the rule without its `mode`, makes it "
              "act."},
    CodeEntry{Code::A211, "FL-A211", "rule is never reached",
              "An earlier rule stops or refuses every job that this rule is for.",
              "Delete the rule, move it up, or correct its `when`."},
    CodeEntry{Code::A212, "FL-A212", "condition never holds",
              "The parts of a `when` contradict one another, so no job meets them all.",
              "Correct the condition; parts that should be alternatives belong under `any`."},
    CodeEntry{Code::A213, "FL-A213", "pattern is costly",
              "A pattern is so large that it looks through short texts alone, since it runs in "
              "slurmctld for every job that comes to it; a job with a longer text is refused.",
              "Shorten it: counted repetitions such as {1,500} are the usual cause; a glob or a "
              "list of words is cheaper."},
    CodeEntry{Code::A214, "FL-A214", "unknown placeholder in a message",
              "A message has a word in braces that names no field of a job, so users would see the "
              "braces.",
              "Use the placeholder that the message proposes."},
    CodeEntry{
        Code::A221, "FL-A221", "submission cannot be read",
        "`fairlead policy explain` or `fairlead policy test` read a command line of sbatch, srun "
        "or salloc, or a script's #SBATCH lines, and found what that command would refuse.",
        "Correct the option that the message names; `man sbatch` lists what each takes. "
        "Options of other SPANK plugins are not known here: leave them out."},
    CodeEntry{Code::A222, "FL-A222", "user is not known here",
              "The user that a command is asked about has no account on this machine.",
              "Correct the name, or run the command where `id USER` knows it."},
    CodeEntry{
        Code::A223, "FL-A223", "case of a policy test fails",
        "`fairlead policy test` judged a case and the outcome is not what the file expects.",
        "Correct the rules or the case; `fairlead policy explain` shows what each rule does."},
    CodeEntry{Code::C101, "FL-C101", "price book cannot be used",
              "A row of the price book, or of the file of AWS that it is made of, is not what it "
              "should be, or two rows give the same thing two prices at the same time. A book with "
              "a doubtful row prices nothing.",
              "Correct the line that the message names. A price ends (`valid_to`) where its "
              "successor begins. Fetch a file of AWS again."},
    CodeEntry{
        Code::C102, "FL-C102", "row of a dump skipped",
        "A line of sacct's output cannot be read without a guess, contradicts itself, or "
        "repeats a run that was counted already. It is left out; all other lines count.",
        "Look at the line that the message names. Leave columns that users write to (JobName, "
        "Comment, WorkDir) out of sacct's --format; name the zone of its times with --tz."},
    CodeEntry{Code::C103, "FL-C103", "node has no price",
              "The instance type of a node is not known, or the price book has no price for it at "
              "the time of the run. The run is left out rather than counted as free. A job that "
              "may run in a partition with such a node can cost nobody knows what, so it is "
              "treated as `when_stale` of its group says.",
              "Add the node to the list of nodes, or the price to the book; `fairlead accountant "
              "--once` names the node. Users: name partitions that have a price, or ask an "
              "administrator."},
    CodeEntry{Code::C104, "FL-C104", "list of nodes cannot be used",
              "A row of the list of nodes is not what it should be, or two rows name the same "
              "node.",
              "Correct the line that the message names."},
    CodeEntry{Code::C105, "FL-C105", "amount cannot be computed",
              "An amount of money is not a plain decimal, or is so large that it does not fit "
              "(about nine thousand million units of a currency). It is refused rather than "
              "rounded or wrapped.",
              "Correct the number that the message names."},
    CodeEntry{Code::C106, "FL-C106", "two prices of equal rank",
              "Two rows of the price book apply to a node at the same time, and neither is more "
              "specific: the row that fills more of region, az, instance_type, os and purchase "
              "goes first, and here both fill as many.",
              "Fill one more column in the row that should win, or end the other."},
    CodeEntry{Code::C107, "FL-C107", "dump cannot be used",
              "The first line of the dump is not the header that `sacct -P` writes, a column that "
              "is needed is missing, or the ledger is to believe a column that users write to.",
              "Run sacct with -P, without --noheader, and with the columns that the message "
              "names."},
    CodeEntry{Code::C108, "FL-C108", "partitions cannot be used",
              "What should be the output of `scontrol -o show partition` is something else, or "
              "scontrol did not answer.",
              "Name a file that holds it with --partitions, or see why scontrol fails."},
    CodeEntry{Code::C109, "FL-C109", "holds cannot be kept",
              "The shared file in which job_submit counts what submitted jobs may cost cannot be "
              "made, opened or grown, or it is full, or one user has an eighth of it. Jobs are "
              "then treated as `when_stale` of their group says.",
              "See the cause in the message; /run/fairlead must be writable for SlurmUser."},
    CodeEntry{Code::C110, "FL-C110", "list of instances cannot be used",
              "A row of the list of instances is not what it should be, an instance stands there "
              "twice, or a node is two instances at the same time.",
              "Correct the line that the message names. An instance that was replaced has an end "
              "(`ended`)."},
    CodeEntry{Code::C201, "FL-C201", "job held, not lost: budget",
              "With this job the research group could spend more than its budget allows. The job "
              "waits, held by an administrator's hold, and nothing of it is lost.",
              "Ask for less time or fewer nodes, as the message proposes, or ask the owner of the "
              "budget to raise it and an administrator to release the job."},
    CodeEntry{Code::C202, "FL-C202", "over the budget",
              "With this job the research group could spend more than its budget allows, and the "
              "site rejects such jobs.",
              "Ask for less time or fewer nodes, as the message proposes, or ask the owner of the "
              "budget."},
    CodeEntry{Code::C203, "FL-C203", "another QoS past this part of the budget",
              "The group has spent so much of its budget that further jobs need the QoS that the "
              "message names.",
              "Add --qos as the message says, or ask the owner of the budget."},
    CodeEntry{
        Code::C204, "FL-C204", "budgets are not known",
        "The accountant has not written what the groups have left for longer than the site allows, "
        "or more jobs came at once than their costs can be kept in mind for, so that the budget of "
        "the job cannot be checked.",
        "Administrators: see why `fairlead accountant` does not run. Users: try again in some "
        "minutes, and send many jobs as one array."},
    CodeEntry{Code::C205, "FL-C205", "update comes too early",
              "The job was submitted so recently that the accountant has not seen it yet, and the "
              "update would make it dearer.",
              "Try again after the seconds that the message names."},
    CodeEntry{
        Code::C206, "FL-C206", "part of the budget is used",
        "The group's spending has passed a threshold that the site set. The job is not affected.",
        "Nothing; plan the rest of the period."},
    CodeEntry{Code::C207, "FL-C207", "budget snapshot cannot be used",
              "The file that the accountant writes for job_submit is not what it should be, or "
              "cannot be written.",
              "See the cause in the message, and whether `fairlead accountant --once` works."},
    CodeEntry{
        Code::C301, "FL-C301", "ledger was changed",
        "The chain of checksums over the ledger is broken, or a checksum that was noted "
        "elsewhere is not in it: an entry was changed, removed or put in between by something "
        "else than Fairlead.",
        "Restore the ledger from a backup, or settle it anew from the accounting. The "
        "message names the first entry that does not fit."},
    CodeEntry{Code::C302, "FL-C302", "ledger cannot be used",
              "The database of the ledger is not there, others than its owner can use it, or it "
              "cannot be opened, read or written.",
              "See the cause in the message. Nothing is lost: what was not settled is settled by "
              "the next run."},
    CodeEntry{Code::C303, "FL-C303", "ledger of another release",
              "The ledger was written by another release, whose tables this one does not know.",
              "Where it is older, the next round of the accountant, or `fairlead ledger settle`, "
              "brings it up; else run the release that wrote it, or settle a new ledger from the "
              "accounting."},
    CodeEntry{
        Code::C304, "FL-C304", "entry contradicts the ledger",
        "The ledger has another job under the run's number, or the same that starts at another "
        "time, or the same line already: the dump is of another cluster or time zone, slurmdbd's "
        "database was made anew, or the ledger was written by hand. It stays as it is.",
        "Name the cluster with --cluster and the zone with --tz as they were when the run was "
        "settled first. After slurmdbd's database was made anew, settle under a new name."},
    CodeEntry{Code::C305, "FL-C305", "month is closed, or cannot be",
              "An entry belongs to a month that was closed and stays as it was reported; or a "
              "month cannot be closed yet, because it is not over or runs of it wait for a price.",
              "Enter it in an open month; corrections of settled runs go to the first open one by "
              "themselves. Add the prices that the message names."},
    CodeEntry{Code::C306, "FL-C306", "adjustment or pool refused",
              "An adjustment or a pool names a grant, group or account that is not known, no "
              "amount, no reason or no author, or a rule or parts that do not fit.",
              "Give what the message names."},
    CodeEntry{Code::C307, "FL-C307", "sacct did not answer",
              "Jobs that ended could not be read from slurmdbd. What the accountant misses is "
              "settled once it answers.",
              "Run the command of the message by hand; check slurmdbd."},
    CodeEntry{
        Code::C401, "FL-C401", "report cannot be made so",
        "The kind of report, a column, a group or a time is not known.",
        "Use one of those that the message names; `fairlead cost report --help` has them all."},
    CodeEntry{Code::C402, "FL-C402", "bill cannot be read",
              "The file is neither an AWS Cost and Usage Report nor a FOCUS export in CSV, lacks a "
              "column that is needed, or a row of it is not what it should be. Nothing is compared "
              "with a bill that was read in part.",
              "Export it again with hourly granularity and resource ids, unpacked; the message "
              "names the column or the line."},
    CodeEntry{
        Code::C404, "FL-C404", "alert or report not delivered",
        "A threshold was passed, or a viewer is to have a report, but the mail or hook command "
        "failed, or another delivers into the same folder. The others are told, and it is "
        "tried again with the next run.",
        "See the cause in the message."},
    CodeEntry{
        Code::E101, "FL-E101", "no EFA node for the job",
        "The job or its partition requires EFA, but none of the instance types listed for the "
        "partition, or named in the job's --constraint, has an EFA interface there, so it "
        "could never run as asked.",
        "Do what the message names: another partition, no such constraint, or no "
        "--efa=required where it is the job's own. Admins: check `instance_types` of the "
        "partition in fairlead.yaml."},
    CodeEntry{Code::E102, "FL-E102", "partition requires EFA",
              "The job says --efa=off or --efa=preferred, but its partition requires EFA.",
              "Drop the option, or submit to a partition that does not require EFA."},
    CodeEntry{Code::E103, "FL-E103", "too few EFA interfaces in the partition",
              "The job asks for more EFA interfaces on a node than any instance type of its "
              "partition has, or than the node has that it was given, or for fewer than the "
              "partition demands. The node is healthy and stays in service.",
              "Lower --efa-interfaces, or submit to a partition whose nodes have more; `fairlead "
              "catalog show TYPE` prints what a type has."},
    CodeEntry{Code::E104, "FL-E104", "more ranks than queue pairs",
              "The job puts more ranks on a node than its EFA interfaces have queue pairs for: an "
              "interface has 256, and a rank of MPI needs 2. MPI would fail when it connects "
              "(ofiwg/libfabric#9356). Or more than the site allows (`ranks_per_nic`).",
              "Use fewer ranks a node (--ntasks-per-node) or nodes with more EFA interfaces; the "
              "message has the numbers."},
    CodeEntry{Code::E105, "FL-E105", "placement is stricter in the partition",
              "The job asks for a placement that its partition does not allow to be relaxed, or "
              "that contradicts the one the partition demands.",
              "Drop --placement, or submit to a partition that allows it."},
    CodeEntry{
        Code::E106, "FL-E106", "too many nodes for a spread placement group",
        "EC2 runs at most 7 instances of a spread placement group in an Availability Zone, "
        "so the job could never start: more than 7 nodes where the job or its partition keeps "
        "to one zone, more than 42 anywhere, because no region has more than 6 zones.",
        "Ask for fewer nodes, or for --placement=cluster or partition."},
    CodeEntry{Code::E107, "FL-E107", "partition keeps nodes closer together",
              "The job allows more network layers above its nodes than its partition does.",
              "Drop --max-layer, or submit to a partition that allows it."},
    CodeEntry{Code::E108, "FL-E108", "Availability Zones cannot hold",
              "The job may span Availability Zones, but what it asks for otherwise lies within "
              "one: a cluster placement group, or a partition that demands one zone.",
              "Drop the option that the message names, or submit to a partition that allows it."},
    CodeEntry{Code::E201, "FL-E201", "EFA interface missing on a node",
              "The node shows fewer EFA interfaces than its instance type has. MPI would fall back "
              "to TCP or overload the interfaces that are left.",
              "Replace the instance, or attach the missing interface. Where fewer are attached on "
              "purpose, correct the type's row in the site's catalog. Then resume the node."},
    CodeEntry{Code::E202, "FL-E202", "node type has no EFA",
              "The job requires EFA and was given a node whose instance type has no EFA interface.",
              "Ask for a partition or feature with EFA nodes. The node is healthy and stays in "
              "service."},
    CodeEntry{Code::E204, "FL-E204", "EFA could not be checked",
              "The job requires EFA, but Fairlead could not check the node: its configuration or "
              "instance catalog cannot be used. Jobs that ask for nothing still run.",
              "Run `fairlead config check` on the node and correct what it reports."},
    CodeEntry{
        Code::E205, "FL-E205", "node could not be drained",
        "A node failed its check, but slurmctld or `state_dir` did not answer in time. The node "
        "stays in service, and the job is refused on it: what does not answer drains nothing.",
        "Check `scontrol:` in fairlead.yaml, that slurmctld answers, and that root on the "
        "nodes may write `state_dir`; the prolog's line in the node's system log has the "
        "cause."},
    CodeEntry{Code::E206, "FL-E206", "EFA device cannot be opened",
              "The node has an EFA device whose /dev/infiniband/uverbs file is missing or cannot "
              "be opened. libfabric gives up EFA as a whole when one of them fails.",
              "Load the ib_uverbs module, correct the device file, or replace the instance. Then "
              "resume the node."},
    CodeEntry{Code::E207, "FL-E207", "EFA driver too old",
              "The EFA kernel driver is older than the site demands.",
              "Update the driver (the EFA installer brings it) and reboot, or lower "
              "`node_checks.driver` in fairlead.yaml."},
    CodeEntry{Code::E208, "FL-E208", "ptrace_scope keeps shared memory off",
              "kernel.yama.ptrace_scope is not 0. libfabric then copies between ranks of a node "
              "through the network instead of shared memory.",
              "Set kernel.yama.ptrace_scope=0 in /etc/sysctl.d, or leave the check out "
              "(`node_checks.ptrace_scope: false`)."},
    CodeEntry{Code::E209, "FL-E209", "locked memory is limited",
              "slurmd may lock less memory than the site demands, and jobs inherit its limit. EFA "
              "registers its buffers by locking them, so MPI fails when it starts.",
              "Set LimitMEMLOCK=infinity in the unit of slurmd and restart it."},
    CodeEntry{
        Code::E210, "FL-E210", "instance is in another placement group",
        "The node is in no placement group, or in another one than its partition or the job "
        "demands, or in no capacity block where one is demanded, so its distance to the other "
        "nodes is chance.",
        "Launch the instance in the group or the block that the message names, or correct "
        "`placement_group` and `placement` of the partition."},
    CodeEntry{Code::E211, "FL-E211", "placement group of another kind",
              "The placement group of the node has another strategy than its partition demands.",
              "Launch the instances in a group of the strategy that the message names, or correct "
              "`placement` of the partition."},
    CodeEntry{Code::E212, "FL-E212", "instance metadata contradicts the node",
              "The instance metadata service names another instance, type or zone than the node "
              "itself or its record shows.",
              "Restart the node. If it stays, look for something that answers in the place of "
              "169.254.169.254."},
    CodeEntry{Code::E213, "FL-E213", "network card without EFA",
              "EC2 attached fewer network interfaces to the instance than its type has network "
              "cards, so an EFA interface is missing from the launch.",
              "Add the missing network card to the launch template or the cluster configuration, "
              "and replace the instance."},
    CodeEntry{
        Code::E214, "FL-E214", "libfabric has no EFA",
        "The devices are there, but libfabric, asked as MPI would ask, offers no EFA endpoint. MPI "
        "would fall back to TCP.",
        "Run `fi_info -p efa` on the node; reinstall the EFA software, or replace the instance."},
    CodeEntry{
        Code::E215, "FL-E215", "libfabric or hwloc and the hardware disagree",
        "libfabric, or hwloc, by which ranks are placed, shows EFA on other PCI devices than the "
        "node has, so some interfaces would stay unused.",
        "Compare `fi_info -p efa` with `fairlead node check`; reinstall the EFA software, or "
        "replace the instance."},
    CodeEntry{Code::E216, "FL-E216", "too few huge pages",
              "The node has fewer huge pages than the site demands. EFA registers large buffers "
              "more cheaply in them (ofiwg/libfabric#9739).",
              "Set vm.nr_hugepages, or lower `node_checks.huge_pages` in fairlead.yaml."},
    CodeEntry{Code::E217, "FL-E217", "MTU too small",
              "A network interface of the instance has a smaller MTU than the site demands.",
              "Set the MTU of the interface (9001 inside a VPC), or lower `node_checks.mtu` in "
              "fairlead.yaml."},
    CodeEntry{Code::E218, "FL-E218", "instance of another type",
              "The instance type of the node is not one that its partition lists.",
              "Correct `instance_types` of the partition in fairlead.yaml, or replace the node."},
    CodeEntry{
        Code::E219, "FL-E219", "Fairlead stopped draining nodes",
        "One check drained as many nodes of a partition within an hour as Fairlead allows itself; "
        "one that was started anew under its name counts again. "
        "More likely the check is wrong than all these nodes, so from here on it only reports.",
        "Run `fairlead node check` on one of the nodes. If it is broken indeed, raise `brake` in "
        "fairlead.yaml or drain the others by hand; otherwise correct the catalog or the "
        "configuration."},
    CodeEntry{Code::E220, "FL-E220", "nodes too far apart in the network",
              "The nodes given to the job lie under more network nodes than its partition, or the "
              "job, allows.",
              "Nothing for the user: a batch job is tried again on other nodes. After three "
              "attempts it is held: ask for fewer nodes or a larger --max-layer."},
    CodeEntry{
        Code::E221, "FL-E221", "place in the network unknown",
        "Where a node of the job lies in the network is not known, also after asking EC2, so "
        "its placement cannot be checked.",
        "Run `fairlead topology refresh`. For most instance types EC2 has no topology: do not "
        "demand layers (`max_layer`) of them. `unknown_placement` in fairlead.yaml says what "
        "happens to such jobs."},
    CodeEntry{Code::E222, "FL-E222", "nodes in several Availability Zones",
              "The nodes given to the job lie in more than one Availability Zone.",
              "Nothing for the user: a batch job is tried again on other nodes. Admins: one "
              "topology tree a zone keeps Slurm from choosing so (`fairlead topology write`)."},
    CodeEntry{Code::E223, "FL-E223", "nodes in several placement groups",
              "The nodes given to the job are not all in one placement group.",
              "Nothing for the user: a batch job is tried again on other nodes. Admins: give the "
              "nodes of a partition one placement group."},
    CodeEntry{Code::E224, "FL-E224", "misplaced job not sent back",
              "Nodes were given to a job that lie otherwise than it demands, and slurmctld refused "
              "to send the job back to the queue.",
              "The message has slurmctld's words. Check that fairlead-prolog-slurmctld runs as "
              "SlurmUser, and that the job may be requeued."},
    CodeEntry{Code::E230, "FL-E230", "no network report",
              "There is no network report of the job, or not of all its nodes.",
              "Reports are written when a job that used Fairlead ends, to `spool` in "
              "fairlead.yaml; a node that vanished wrote none."},
    CodeEntry{
        Code::E231, "FL-E231", "network report not written",
        "A node could not write its part of the network report of a job. The job is not affected.",
        "Check that the folder `spool` of fairlead.yaml is mounted and writable for root on the "
        "nodes."},
    CodeEntry{
        Code::P101, "FL-P101", "--efa-pin has a word it does not know",
        "A part of the --efa-pin value is not in the grammar. Nothing was queued.",
        "Use the word that the message proposes; `fairlead pin plan --help` prints the grammar."},
    CodeEntry{Code::P102, "FL-P102", "a fabric option has a bad value",
              "The value of --efa, --efa-interfaces, --placement, --max-layer or --same-az is none "
              "that the option takes. Nothing was queued.",
              "Use one of the values that the message and `srun --help` name."},
    CodeEntry{Code::P103, "FL-P103", "option value too long",
              "The option value is longer than Fairlead accepts.",
              "Shorten the value; all words of the grammar together fit easily."},
    CodeEntry{Code::P201, "FL-P201", "no CPU to place ranks on",
              "The step's CPUs and the node's topology have no CPU in common.",
              "Check that slurm.conf describes the node as it is, and that the recorded topology "
              "is of this machine: run `fairlead node scan` on the node."},
    CodeEntry{Code::P202, "FL-P202", "a rank could not be bound",
              "The kernel refused the CPU set that was planned for a rank.",
              "Run `fairlead node scan` on the node so that the recorded topology is current, and "
              "check that slurm.conf describes the node as it is."},
    CodeEntry{Code::P203, "FL-P203", "Fairlead's planning part cannot be loaded",
              "The SPANK plugin could not load its planning part or its part of a step, or does "
              "not trust it: the file "
              "and the folders above it must belong to root and be writable by root alone.",
              "Reinstall Fairlead on the node, or correct `core=` or `step=` in plugstack.conf. "
              "`fairlead "
              "pause` on the cluster does not help here; dropping the option does."},
    CodeEntry{Code::P204, "FL-P204", "topology cannot be used",
              "The file is not an hwloc topology, or describes a machine without CPUs.",
              "Give a file written by `lstopo FILE.xml` or `fairlead node scan`."},
    CodeEntry{Code::P205, "FL-P205", "a strict plan would break a promise",
              "The step asked for --efa-pin=strict, and its ranks would share CPUs, get fewer CPUs "
              "than asked for, pass the limit of an EFA interface, or yield to another binding.",
              "Do what the message proposes, or drop `strict` to run with a warning instead. "
              "`fairlead pin plan` tries a request without a job."},
    CodeEntry{Code::P206, "FL-P206", "the node has not what the request names",
              "The request names an EFA interface that is not on the node, or reserves all cores "
              "that the step has.",
              "Use one of the names that the message proposes; `fairlead node scan --dry-run` on "
              "the node lists them."},
    CodeEntry{Code::P207, "FL-P207", "memory policy not set",
              "The kernel refused the memory policy of a rank. Its memory is placed as without "
              "`mem:`.",
              "Check that the NUMA nodes of the plan are among the job's (cpuset.mems), or drop "
              "`mem:`."},
    CodeEntry{
        Code::P208, "FL-P208", "plan cannot be written in this format",
        "The other launcher has no words for what the plan does, such as several ranks on one "
        "core.",
        "Change the request as the message says, or choose another --format."},
    CodeEntry{Code::S101, "FL-S101", "staging request not understood",
              "A value of --stage-in or --stage-out, or a #STAGE line, is not in the grammar. "
              "Nothing was queued.",
              "Correct the word that the message names; docs/staging.md has the grammar."},
    CodeEntry{Code::S102, "FL-S102", "staging path not allowed",
              "A path of a staging request is not absolute, too long, has a control character, is "
              "not UTF-8, or leaves the place where it has to stay.",
              "Use an absolute path without `..`; the message names what was found."},
    CodeEntry{Code::S103, "FL-S103", "bucket not allowed",
              "The administrator's map does not allow the user, or the user's group, to read or "
              "write this bucket and prefix, or the bucket lies in another region.",
              "Use an allowed prefix, or ask the administrator to add it to `staging.buckets` or "
              "`staging.regions` in private.yaml."},
    CodeEntry{Code::S104, "FL-S104", "staging is not set up",
              "The cluster lacks what staging needs: PrologFlags=Alloc,DeferBatch, a prolog "
              "timeout that is long enough, a configuration, its region, or a map of buckets; or "
              "slurmctld did not admit the request.",
              "Users: tell an administrator. Administrators: `fairlead config check` names what is "
              "missing."},
    CodeEntry{Code::S110, "FL-S110", "source not found",
              "What should be staged does not exist. A batch job is held, srun and salloc end, and "
              "nothing was deleted.",
              "Correct the source and submit again, or put the data there and release the job: "
              "scontrol release JOBID."},
    CodeEntry{Code::S111, "FL-S111", "access denied",
              "The storage refuses the request. The job is held, and nothing was deleted.",
              "Check the prefix and its permissions: those of the instance role in S3, those of "
              "the user in a file system."},
    CodeEntry{Code::S112, "FL-S112", "storage service does not answer",
              "The storage did not answer, or asked to slow down, until the deadline. The node is "
              "healthy, and nothing was deleted.",
              "Release the job later; what was copied is not copied again."},
    CodeEntry{Code::S113, "FL-S113", "no space",
              "The file system is full, or the user's quota is. The job is held, and nothing was "
              "deleted.",
              "Make space or ask for a larger quota, then release the job."},
    CodeEntry{Code::S114, "FL-S114", "data changed while it was copied",
              "The source became another one between two reads. The copy was not put in place.",
              "Release the job when nobody writes the source."},
    CodeEntry{Code::S115, "FL-S115", "checksum differs",
              "What arrived is not what the source has. The copy was not put in place.",
              "Release the job to copy again; if it stays, check the source."},
    CodeEntry{Code::S116, "FL-S116", "object is archived",
              "The object lies in an archive class of S3 and cannot be read before it is restored.",
              "Restore it first (the message names the time that takes), then release the job."},
    CodeEntry{Code::S117, "FL-S117", "key is no safe path",
              "A key of the prefix has a part that would leave the destination, or that no file "
              "can have.",
              "Rename the object, or stage a narrower prefix."},
    CodeEntry{Code::S118, "FL-S118", "destination is no plain folder or file",
              "On the way to the destination is a symbolic link, a device or something else that "
              "staging does not write through.",
              "Name the real path, or remove what is in the way."},
    CodeEntry{Code::S119, "FL-S119", "staging took too long",
              "Staging made no progress until its deadline, or the node that stages for the others "
              "fell silent. What was copied is kept, and the next try goes on from there.",
              "Release the job."},
    CodeEntry{Code::S120, "FL-S120", "no credentials",
              "The node has no credentials for S3: neither an instance role nor those of the "
              "environment.",
              "Give the instances a role that may read and write the allowed prefixes."},
    CodeEntry{Code::S121, "FL-S121", "node cannot read or write",
              "A file system of the node fails (an I/O error, or not mounted).",
              "Nothing for the user: the node is drained. Administrators: look at its mounts."},
    CodeEntry{Code::S122, "FL-S122", "another node has taken over",
              "The node was paused so long that another one took its staging over. It wrote "
              "nothing since.",
              "Nothing: the other node finishes the work."},
    CodeEntry{Code::S123, "FL-S123", "staging journal cannot be used",
              "The state of a staging cannot be read or written, or the staging was killed.",
              "Check `state_dir`, and that root of the nodes may write there."},
    CodeEntry{Code::S124, "FL-S124", "staging engine not available",
              "The paths of the request need an engine that is missing on the node, such as the "
              "lfs command of Lustre.",
              "Install it on the nodes, or use another path."},
    CodeEntry{Code::S125, "FL-S125", "linked folder and S3 differ",
              "A file of a folder that is linked to S3 was changed and is not exported, Lustre has "
              "lost its object, or the object is another than the one that was archived. Nothing "
              "was overwritten or deleted.",
              "Export or remove the file that the message names (`lfs hsm_state FILE` says how it "
              "is), then release the job."},
    CodeEntry{
        Code::S126, "FL-S126", "file system that is not the site's fails",
        "A path of the request lies on a file system that failed and that the site has not "
        "named as its own, such as a mount of the user's. The job is held, and the node stays "
        "in service.",
        "Mount it anew, or use another path, then release the job. Administrators: file "
        "systems whose failure is the node's stand in `staging.file_systems`."},
    CodeEntry{
        Code::S130, "FL-S130", "job without its data",
        "The data that the job asked for is not complete on this node, so that the step does "
        "not start; no prolog of Fairlead ran there for a script that asks for data, or that "
        "cannot be read; or --stage-in was given to a step inside an allocation, where nothing is "
        "staged any more.",
        "See the job's comment and `fairlead stage status JOBID`; give --stage-in to sbatch "
        "or salloc. Administrators: see that Prolog of slurm.conf runs fairlead-prolog on each "
        "node, and that slurmctld has the job_submit plugin."},
    CodeEntry{Code::S131, "FL-S131", "export queue cannot be used",
              "The queue of results that wait for their export cannot be read or written. Nothing "
              "is deleted.",
              "Check `state_dir`, and that `fairlead stage export` runs."},
    CodeEntry{Code::S132, "FL-S132", "no staging of this job",
              "No staging is recorded for the job.",
              "Check the job id; records are kept for as long as `staging.keep` says."},
    CodeEntry{Code::S133, "FL-S133", "not staged while held",
              "`fairlead stage import` could not stage for a held job: it could not learn what the "
              "job asks for, a path is not in `staging.import_folders`, or another such service "
              "runs. The job is released, and its data comes in when it starts; one that does not "
              "ask, or failed three times, stays held.",
              "Check that slurmctld answers on the machine of `fairlead stage import`, its folders "
              "and its log, and that one machine alone runs it."},
    CodeEntry{
        Code::S134, "FL-S134", "not known whether the job succeeded",
        "Results are for a job that succeeds (when=success), slurmctld has forgotten the job, "
        "and slurmdbd does not say how it ended. They stay where they are and in the queue; "
        "the job's other results were copied out.",
        "Administrators: see that `sacct -j JOBID` answers on the machine of `fairlead stage "
        "export`; it asks again every hour. Where it will not, say how the job ended: `fairlead "
        "stage export --succeeded JOBID`, or `--failed JOBID`, after which its results stay "
        "where they are."},
    CodeEntry{Code::X101, "FL-X101", "file missing",
              "A file that was named does not exist. Where it is the configuration, slurmctld and "
              "slurmd run on and nothing is enforced.",
              "Correct the path; for the configuration, install conf/fairlead.yaml as "
              "/etc/fairlead/fairlead.yaml."},
    CodeEntry{Code::X102, "FL-X102", "configuration file empty",
              "The configuration file holds nothing. An empty file is more likely a failed copy "
              "than a wish.",
              "Write at least the line `schema: fairlead.config/1`."},
    CodeEntry{Code::X103, "FL-X103", "file unreadable", "A file exists but could not be read.",
              "Correct its owner and mode; the message carries the reason of the kernel."},
    CodeEntry{Code::X104, "FL-X104", "not valid YAML",
              "The file breaks the syntax of YAML at the line and column given.",
              "Correct the line; indentation and colons are the usual cause."},
    CodeEntry{Code::X105, "FL-X105", "unknown key",
              "The configuration has a key that Fairlead does not know, or knows elsewhere. It is "
              "refused, because a misspelt key would silently enforce nothing.",
              "Correct the key; the message proposes the nearest one."},
    CodeEntry{Code::X106, "FL-X106", "bad value",
              "A key of the configuration has a value of the wrong type or out of its range.",
              "Use one of the values that the message names."},
    CodeEntry{Code::X107, "FL-X107", "testing section in a production configuration",
              "The section `testing` makes a node look like another machine. It is accepted only "
              "outside /etc and /opt, and a fake root only with its marker.",
              "Delete the section `testing`."},
    CodeEntry{Code::X108, "FL-X108", "private file is not private",
              "The private file holds budgets and credentials, and others than its owner can read "
              "or write it.",
              "Give it to the user that slurmctld runs as, mode 0600."},
    CodeEntry{Code::X109, "FL-X109", "instance catalog cannot be used",
              "A row of the instance catalog has the wrong number of columns or a number that is "
              "none.",
              "Correct the row that the message names."},
    CodeEntry{Code::X110, "FL-X110", "file is not trusted",
              "A file that root reads or loads could have been written by someone else.",
              "Give the file and every folder above it to root, writable by root alone."},
    CodeEntry{Code::X201, "FL-X201", "state cannot be written",
              "A file of /run/fairlead or of `state_dir` could not be written.",
              "Check that the folder exists, is writable for the user named and has space."},
    CodeEntry{Code::X202, "FL-X202", "record of an unknown schema",
              "A record was written by a release that is not a neighbour of this one.",
              "Bring the nodes and the controller to neighbouring releases."},
    CodeEntry{Code::X203, "FL-X203", "record cannot be read",
              "A record of Fairlead is damaged or was not written by it.",
              "Delete the file that the message names; it is written anew."},
    CodeEntry{Code::X204, "FL-X204", "instance metadata not available",
              "The instance metadata service (IMDSv2) gave no session token, so the availability "
              "zone, the lifecycle and the launch time of the node are not recorded.",
              "Outside EC2 this is as expected. On EC2, enable IMDSv2 for the instance and check "
              "that no firewall blocks 169.254.169.254."},
    CodeEntry{Code::X205, "FL-X205", "no AWS credentials",
              "No credentials for AWS were found: not in the environment, and not from the role of "
              "the instance.",
              "Give the instance a role with the permissions that the admin guide lists."},
    CodeEntry{
        Code::X206, "FL-X206", "AWS refused the request",
        "AWS answered with an error that trying again does not mend; the message has its code.",
        "For UnauthorizedOperation or AccessDenied add the permission that the message names to "
        "the role; otherwise correct what it says."},
    CodeEntry{Code::X207, "FL-X207", "AWS not reached",
              "AWS did not answer in time, or kept failing or throttling until the deadline.",
              "Check the route to the AWS endpoint (a VPC endpoint serves as well) and try again."},
    CodeEntry{Code::X208, "FL-X208", "answer of AWS not understood",
              "The answer of AWS is cut short or is not of the form that its API reference gives.",
              "Try again. If it stays, a proxy or another service answers in the place of AWS."},
    CodeEntry{Code::X209, "FL-X209", "topology would lose nodes",
              "A node of a partition would be missing from the topology file, and Slurm schedules "
              "nothing on a node that is missing from it, so the file was left as it was.",
              "Look at the nodes that the message names: run `fairlead node scan` on them, or "
              "correct slurm.conf."},
    CodeEntry{Code::X210, "FL-X210", "no picture of the network",
              "The snapshot of the network is missing, too old or of another cluster.",
              "Run `fairlead topology refresh` on a machine whose role may call "
              "ec2:DescribeInstanceTopology."},
    CodeEntry{
        Code::X211, "FL-X211", "Slurm did not answer",
        "One of Slurm's commands failed, did not end in time, or could have been put there by "
        "somebody else than root.",
        "Run the command that the message names by hand. Check that slurmctld runs, and "
        "`scontrol` in fairlead.yaml."},
    CodeEntry{Code::X301, "FL-X301", "wrong usage", "The command line is not understood.",
              "Run the command with --help."},
    CodeEntry{Code::X302, "FL-X302", "file is there already",
              "The command writes a new file and replaces none.",
              "Name another file with --output, or move the old one away."},
    CodeEntry{Code::X303, "FL-X303", "job cannot be explained",
              "Neither slurmctld nor the accounting knows the job, or it is another user's.",
              "Check the job id; `sacct` as its owner shows what is known of it."},
};

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    return std::ranges::equal(
        a, b, [](unsigned char x, unsigned char y) { return std::toupper(x) == std::toupper(y); });
}

} // namespace

static_assert(table.size() == code_count);

std::span<const CodeEntry> all_codes() { return table; }

const CodeEntry& entry_of(Code code) { return table.at(static_cast<std::size_t>(code)); }

std::string_view id_of(Code code) { return entry_of(code).id; }

std::optional<Code> find_code(std::string_view text) {
    for (const CodeEntry& entry : table)
        if (equal_ignoring_case(text, entry.id) || equal_ignoring_case(text, entry.id.substr(3)))
            return entry.code;
    return std::nullopt;
}

} // namespace fairlead
