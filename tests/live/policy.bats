#!/usr/bin/env bats
# The rules of a site in slurmctld: submissions, updates, reload, who is exempt, what is observed.
bats_require_minimum_version 1.5.0
load lib
# shellcheck source=tests/live/site.bash
source "$BATS_TEST_DIRNAME/site.bash"
load policy_site
load metering

setup_file() { policy_site; }
teardown_file() { cluster_down; }
teardown() { cluster_report; }

@test "a rule refuses with its own sentence, all of them at once, whatever the command" {
    rules '- {name: account, require: {account: "say who pays: --account=NAME"}}' \
        '- {name: long, when: {partition: cpu, time_limit: "> 2h"}, reject: "{partition} runs 2 h at most, not {time_limit}"}'
    for command in "sbatch --wrap true" "srun -Q true" "salloc -Q true"; do
        # shellcheck disable=SC2086
        run ! as ada ${command%% *} -t 3:00:00 ${command#* }
        [[ $output == *"fairlead: say who pays: --account=NAME (rule account) [FL-A202]"* ]]
        [[ $output == *"fairlead: cpu runs 2 h at most, not 03:00:00 (rule long) [FL-A201]"* ]]
        [[ $output == *"Access/permission denied"* ]]
    done
    wait_for 5 logged 'refused a job of user 5001: say who pays: --account=NAME \(rule account\) \[FL-A202\]'
    wait_for 5 logged 'refused a job of user 5001: cpu runs 2 h at most, not 03:00:00 \(rule long\) \[FL-A201\]'
    wait_for 5 refusals_counted
    run -0 fairlead policy status
    [[ $output == *"admission refused "*" times: FL-A202 ("* ]]
    run -0 held -A bio -t 2:00:00
}
refusals_counted() { fairlead policy status | grep -q 'admission refused .* FL-A202'; }

@test "defaults, settings, routes, caps and what is appended are in the job" {
    rules '- {name: a, default: {time_limit: 30m, qos: normal, requeue: false, account: bio}}' \
        '- {name: b, when: {tasks: ">= 8"}, route: {partition: big}}' \
        '- {name: c, cap: {memory: 500M, most_nodes: 1}}' \
        '- {name: d, append: {comment: seen, admin_comment: "by {user}", features: fast}}' \
        '- {name: e, set: {exclusive: true, mail_user: "{user}@example.org", begin_time: 2031-01-01T00:00:00Z}}' \
        '- {name: f, when: {job_name: odd}, set: {tasks: 2, cpus_per_task: 1, threads_per_core: 1, time_limit: unlimited, licenses: "x:2"}}'
    run -0 held -n 8 --mem 900M -N1-2 --comment mine --mail-type END
    [[ $output == *" Partition=big "* && $output == *" TimeLimit=00:30:00 "* && $output == *" Requeue=0 "* ]]
    [[ $output == *" Account=bio "* && $output == *" Comment=mine;seen "* && $output == *" AdminComment=by ada;fairlead-rules=a:"* ]]
    [[ $output == *" Features=fast "* && $output == *" MinMemoryNode=500M "* && $output == *" OverSubscribe=NO "* ]]
    [[ $output == *" MailUser=ada@example.org"* && $output == *" EligibleTime=203"* ]]
    run -0 held -J odd -n 4
    [[ $output == *" NumTasks=2 "* && $output == *" NumCPUs=2 "* && $output == *" TimeLimit=UNLIMITED "* && $output == *" Licenses=x:2 "* ]]
}

@test "job explain tells which rules acted, and what became of them since" {
    rules '- {name: "no name; x", when: {account: unset}, set: {account: bio}}' '- {name: slow, when: {work_dir: /home*}, warn: "{work_dir} is slow"}' \
        '- {name: noted, append: {admin_comment: "by {user} for {job_name}"}}' '- {name: other, when: {partition: big}, hold: true}'
    id=$(as ada sbatch --parsable --hold -D /home -J 'a;fairlead-rules=forged:00000000' -o /dev/null --wrap true | tail -n 1)
    run -0 as root scontrol -o show job "$id"
    [[ $output == *" AdminComment=by ada for a,fairlead-rules=forged:00000000;fairlead-rules=no%20name%3b%20x:"*,slow:*,noted:* ]]
    run -0 --separate-stderr explained "$id"
    [[ $output == *'rules      no name; x acted on it: when: {account: unset}, set: {account: bio}'* ]]
    [[ $output == *'rules      slow acted on it: when: {work_dir: /home*}, warn: "{work_dir} is slow"'* && $output == *policy.d/site.yaml:4:5* ]]
    [[ $output != *forged* && $output != *" other acted"* ]]
    run -0 as ada scontrol update jobid="$id" comment=mine timelimit=5 # an update leaves the names
    rules '- {name: slow, when: {work_dir: /home*}, warn: "{work_dir} is not fast"}'
    run -0 --separate-stderr explained "$id"
    [[ $output == *'rules      no name; x acted on it, and is not among the rules any more'* ]]
    [[ $output == *'rules      slow acted on it, and was changed since; now it says: when: {work_dir: /home*}, warn: "{work_dir} is not fast"'* ]]
    run -0 --separate-stderr explained --format json "$id"
    of_schema job-explain
    [[ $(decided '[one["rule"] for one in told["decisions"] if one["by"] == "rules"]') == "['no name; x', 'slow', 'noted']" ]]
    as root scancel "$id"
    id=$(as ada sbatch --parsable --hold -A bio -D / -o /dev/null --wrap true)
    run -0 --separate-stderr explained "$id"
    [[ $output == *'rules      its AdminComment names none: '* ]]
    as root scancel "$id"
}
# explained OPTION...: what the job's user is told.
explained() { as ada FAIRLEAD_CONFIG=/run/cluster/etc/fairlead.yaml "$SITE_PREFIX/bin/fairlead" job explain "$@"; }
# of_schema NAME: the output is what the schema in docs says.
of_schema() {
    printf '%s\n' "$output" >"$BATS_TEST_TMPDIR/$1.json"
    python3 -m jsonschema -i "$BATS_TEST_TMPDIR/$1.json" "$BATS_TEST_DIRNAME/../../docs/schema/fairlead.$1-1.json"
}
decided() { python3 -c 'import json, sys; told = json.load(sys.stdin); print(eval(sys.argv[1]))' "$1" <<<"$output"; }

@test "job explain prints what docs/policy.md shows" {
    rules '- {name: short, when: {time_limit: "<= 1h"}, append: {comment: short}, default: {qos: normal}}' \
        '- {name: home, when: {work_dir: /home*}, warn: "{work_dir} is slow: use /scratch"}'
    id=$(as ada sbatch --parsable --hold -t 30 -D /home -o /dev/null --wrap true | tail -n 1)
    run -0 --separate-stderr explained "$id"
    as root scancel "$id"
    shown=$(sed -n '/^```job_rules$/,/^```$/{//!p}' "$BATS_TEST_DIRNAME/../../docs/policy.md" | tail -n +2)
    diff <(printf '%s\n' "$shown") <(sed "s|/run/cluster/etc|/etc/fairlead|; s/job $id /job 4711 /" <<<"$output")
}

@test "a warning is shown and the job goes on; a hold is one that its user cannot end" {
    rules '- {name: w, when: {work_dir: /home*}, warn: "{work_dir} is slow"}' \
        '- {name: h, when: {job_name: big}, hold: true}'
    run -0 as ada sbatch --parsable --hold -D /home -o /dev/null --wrap true
    [[ $output == *"fairlead: /home is slow"* ]]
    as root scancel "${lines[-1]}"
    id=$(as ada sbatch --parsable -J big -o /dev/null --wrap true)
    run -0 as root scontrol -o show job "$id"
    [[ $output == *" Reason=JobHeldUser "* ]]
    run ! as ada scontrol release "$id"
    wait_for 5 logged 'refused an update of user 5001: this update cannot be checked, because it does not name job_name.*FL-A203'
    run ! as ada scontrol update jobid="$id" nice=1 # priority/basic would give it a priority
    run -0 as root scontrol -o show job "$id"
    [[ $output == *" Priority=0 "*" Reason=JobHeldUser "* ]]
    as root scontrol release "$id"
    wait_for 20 completed "$id"
}
completed() { as root scontrol show job "$1" | grep -q JobState=COMPLETED; }

@test "what is submitted small cannot be updated large" {
    rules '- {name: long, when: {partition: cpu, time_limit: "> 2h"}, reject: "{partition} runs 2 h at most"}' \
        '- {name: payer, when: {account: {not: bio}}, reject: "only bio pays here"}'
    id=$(as ada sbatch --parsable --hold -A bio -p cpu -t 1:00:00 -o /dev/null --wrap true)
    run ! as ada scontrol update jobid="$id" timelimit=5:00:00
    wait_for 5 logged 'refused an update of user 5001: this update cannot be checked, because it does not name partition.*FL-A203'
    run ! as ada scontrol update jobid="$id" timelimit=5:00:00 partition=cpu
    is_told 'cpu runs 2 h at most (rule long) [FL-A201]'
    wait_for 5 logged 'refused an update of user 5001: cpu runs 2 h at most'
    : >"$CLUSTER_DIR/log/slurmctld.log"
    run ! as ada scontrol update jobid="$id" account=chem
    wait_for 5 logged 'refused an update of user 5001: only bio pays here \(rule payer\) \[FL-A201\]'
    : >"$CLUSTER_DIR/log/slurmctld.log"
    run ! as ada scontrol update jobid="$id" account=
    wait_for 5 logged 'only bio pays here \(rule payer\)'
    run -0 as ada scontrol update jobid="$id" timelimit=0:30:00
    run -0 as ada scontrol update jobid="$id" name=other
    run -0 as root scontrol update jobid="$id" timelimit=5:00:00
    run -0 as root scontrol -o show job "$id"
    [[ $output == *" TimeLimit=05:00:00 "* && $output == *" Account=bio "* && $output == *" JobName=other "* ]]
    as root scancel "$id"
}

# is_told SENTENCE: the last command said it to its user, where Slurm lets a plugin; 22.05 does not, and the user is told
# nothing of it.
is_told() {
    if [[ $(slurmctld -V) == *" 22.05"* ]]; then
        [[ $output != *"$1"* ]]
    else
        [[ $output == *"$1"* ]]
    fi
}

@test "no update leaves a stop, adds nodes or CPUs, or gets by what a rule sets" {
    rules '- {name: free, when: {partition: big}, stop: true}' '- {name: long, when: {time_limit: "> 2h"}, reject: "2 h at most"}'
    id=$(as ada sbatch --parsable --hold -p big -t 10:00:00 -o /dev/null --wrap true)
    run ! as ada scontrol update jobid="$id" partition=cpu
    wait_for 5 logged 'does not name time_limit.*\(rule long\) \[FL-A203\]'
    run -0 as ada scontrol update jobid="$id" partition=cpu timelimit=60
    as root scancel "$id"
    rules '- {name: n, when: {nodes: "> 1"}, reject: "one node"}' '- {name: c, when: {cpus: "> 1"}, reject: "one CPU, not {cpus}"}' \
        '- {name: q, when: {partition: big}, set: {comment: big}}' '- {name: s, when: {comment: big}, cap: {time_limit: 1h}}'
    id=$(as ada sbatch --parsable --hold -p cpu -t 10:00:00 -n 1 -o /dev/null --wrap true)
    run ! as ada scontrol update jobid="$id" reqnodelist='n[1-2]'
    run ! as ada scontrol update jobid="$id" mincpusnode=2
    run ! as ada scontrol update jobid="$id" numcpus=1 cpuspertask=2
    run ! as ada scontrol update jobid="$id" partition=big
    wait_for 5 logged 'does not name time_limit.*\(rule s\) \[FL-A203\]'
    run -0 as ada scontrol update jobid="$id" partition=big timelimit=5:00:00
    run -0 as ada scontrol update jobid="$id" numcpus=1 numtasks=1 cpuspertask=1 mincpusnode=1 cpuspertres= numnodes=1-1
    run -0 as root scontrol -o show job "$id"
    [[ $output == *" Partition=big "* && $output == *" TimeLimit=01:00:00 "* && $output == *" ReqNodeList=(null) "* ]]
    as root scancel "$id"
    run ! as ada sbatch --hold -n 1 --mincpus=2 --wrap true
    [[ $output == *"one CPU, not 2"* ]]
}

@test "sockets and a range of nodes count for tasks and CPUs, and an update counts them anew" {
    rules '- {name: c, when: {cpus: "> 3"}, reject: "{cpus} CPUs, 3 at most"}' '- {name: t, when: {tasks: "> 3"}, reject: "{tasks} tasks, 3 at most"}'
    run ! as ada sbatch --hold -N1-2 --ntasks-per-node=2 --wrap true
    [[ $output == *"4 CPUs, 3 at most"* && $output == *"4 tasks, 3 at most"* ]]
    run ! as ada sbatch --hold -N1 -O -B 2:4:1 --wrap true
    [[ $output == *"8 CPUs, 3 at most"* ]]
    id=$(as ada sbatch --parsable --hold -N1 --ntasks-per-node=2 -o /dev/null --wrap true)
    run ! as ada scontrol update jobid="$id" numnodes=2-2
    run ! as ada scontrol update jobid="$id" numnodes=2-2 numtasks=2
    wait_for 5 logged 'does not name tasks.*\(rule t\) \[FL-A203\]'
    run -0 as ada scontrol update jobid="$id" name=other
    run -0 as root scontrol update jobid="$id" numnodes=2-2
    run -0 as root scontrol -o show job "$id"
    [[ $output == *" NumNodes=2-2 NumCPUs=4 "* ]]
    as root scancel "$id"
}

@test "a list that is longer than Slurm takes it is refused in words" {
    rules '- {name: c, when: {features: slow}, warn: "slow"}'
    run ! as ada sbatch --hold -C "$(printf 'fast&%.0s' {1..300})fast" --wrap true
    [[ $output == *"because features has 1504 bytes, and no more than 1024 are read"*FL-A203* ]]
    run ! as ada sbatch --hold -D "/$(printf 'a/%.0s' {1..2100})" --wrap true
    [[ $output == *"because work_dir has 42"*FL-A203* ]]
    run -0 held -C fast
}

@test "each task of an array and each component of a heterogeneous job is held to the rules" {
    rules '- {name: tasks, when: {array_size: "> 10"}, reject: "{array_size} tasks, 10 at most"}' \
        '- {name: long, when: {time_limit: "> 2h", partition: cpu}, reject: "2 h at most"}' \
        '- {name: wide, when: {tasks: "> 2", het_component: "1"}, reject: "component {het_component} has {tasks} tasks"}'
    run ! as ada sbatch --hold --array=1-100%5 --wrap true
    [[ $output == *"100 tasks, 10 at most"* ]]
    id=$(as ada sbatch --parsable --hold --array=1-4 -p cpu -t 60 -o /dev/null --wrap true)
    run ! as ada scontrol update jobid="${id}_2" timelimit=5:00:00 partition=cpu
    run ! as ada scontrol update jobid="$id" timelimit=5:00:00 partition=cpu
    run -0 as ada scontrol update jobid="${id}_2" timelimit=90
    as root scancel "$id"
    run ! as ada sbatch --hold -n 1 : -n 3 --wrap true
    [[ $output == *"component 1 has 3 tasks"* ]]
    run ! as ada salloc -n 1 : -n 3 true
    [[ $output == *"component 1 has 3 tasks"* ]]
    id=$(as ada sbatch --parsable --hold -o /dev/null -n 1 : -n 1 --wrap true)
    run ! as ada scontrol update jobid=$((id + 1)) numtasks=3
    wait_for 5 logged 'no update tells het_component.*\(rule wide\) \[FL-A203\]'
    as root scancel "$id"
}

@test "users and Unix groups are known by name" {
    rules '- {name: g, when: {group: genomics}, reject: "genomics waits"}' '- {name: u, when: {user: bob}, reject: "not {user}"}'
    wait_for 10 knows_who
    run ! as ada sbatch --hold --wrap true
    [[ $output == *"genomics waits"* && $output != *FL-A204* ]]
}
# The first job of somebody whom no rule names may come before the look-up.
knows_who() { [[ $(as ada sbatch --hold --wrap true 2>&1) == *"genomics waits"* ]]; }

@test "root and who is named are exempt, and root submitting for others is" {
    rules '- {name: no, reject: "nobody"}'
    run ! as ada sbatch --hold --wrap true
    id=$(as root sbatch --parsable --hold -o /dev/null --wrap true)
    as root scancel "$id"
    id=$(as root sbatch --parsable --hold --uid=ada -D /tmp -o /dev/null --wrap true)
    as root scancel "$id"
    sed -i 's/^policy_exempt:.*/policy_exempt: [ada]/' "$CONF"
    wait_for 5 accepts
    sed -i 's/^policy_exempt:.*/policy_exempt: [root]/' "$CONF"
    wait_for 5 refuses
}
accepts() { held; }
refuses() { ! held; }

@test "rules that observe say in the log what they would do, and count it" {
    rules '- {name: a, when: {job_name: odd}, reject: "no"}' '- {name: b, default: {comment: w}}' '- {name: c, warn: look}'
    sed -i 's/^policy_mode:.*/policy_mode: observe/' "$CONF"
    wait_for 5 held -J odd
    run -0 held -J odd
    [[ $output != *" Comment=w "* ]]
    wait_for 5 logged 'observe: a job of user 5001: would refuse: no \(rule a\) \[FL-A201\]'
    wait_for 5 logged "observe: a job of user 5001: rules would set comment to 'w' \[FL-A206\]"
    wait_for 5 counted
    wait_for 5 logged "observe: a job of user 5001: rules would warn: look \[FL-A206\]"
    run -0 fairlead policy status
    [[ $output == *"rules: 3, mode observe, revision "* && $output == *"admission would have acted "*"FL-A201"* ]]
    rules '- {name: a, mode: observe, reject: "no"}' '- {name: b, set: {comment: w}}'
    run -0 held
    [[ $output == *" Comment=w "* ]]
    wait_for 5 logged 'observe: a job of user 5001: would refuse: no \(rule a\)'
}
counted() { as root grep -q FL-A206 /run/fairlead/admission/observed.json; }

@test "rules that are bad leave the last good ones in force, and status says why" {
    rules '- {name: a, reject: "no"}'
    printf 'schema: fairlead.policy/1\npolicy:\n  - {name: b, rejct: x}\n' >"$RULES"
    wait_for 5 logged "site.yaml:3:.*unknown key 'rejct'.*the last good configuration stays in force"
    run ! held
    run -0 fairlead policy status
    [[ $output == *"what the files say now is not in force: "*"site.yaml:3:"* ]]
    run -0 fairlead policy status --format json
    [[ $output == *'"rules": 1'* && $output == *'"refuses": false'* ]]
    rules '- {name: a, warn: "fine"}'
    run -0 fairlead policy status
    [[ $output != *"not in force"* ]]
}

@test "a configuration that is broken leaves status to say what is in force, and why the file is not" {
    rules '- {name: a, reject: "no"}'
    in_force=$(revision)
    cp "$CONF" "$BATS_TEST_TMPDIR/fairlead.yaml"
    sed -i 's/^policy_mode:.*/policy_mod: observe/' "$CONF"
    wait_for 5 logged "unknown key 'policy_mod'.*the last good configuration stays in force"
    run -1 fairlead policy status
    [[ $output == *"rules: 1, mode enforce, revision "* && $output == *"exempt: root"* ]]
    [[ $output == *"what the files say now is not in force: "*"unknown key 'policy_mod'"* ]]
    run -1 --separate-stderr fairlead policy status --format json
    [[ $output == *"$in_force"* && $output == *'"policy_mode": "enforce"'* && $stderr == *"unknown key 'policy_mod'"* ]]
    of_schema policy-status
    run ! held
    cp "$BATS_TEST_TMPDIR/fairlead.yaml" "$CONF"
    wait_for 5 is_mended
}
is_mended() { [[ $(fairlead policy status) != *"not in force"* ]]; }

@test "scontrol reconfigure under load loses no rule and no slurmctld" {
    rules '- {name: a, when: {job_name: odd}, reject: "no"}'
    wait_for 5 held
    before=$(controller_pid)
    pids=()
    for number in 1 2 3 4; do
        for name in odd even; do
            submissions "$name" >"$BATS_TEST_TMPDIR/$name.$number" 3>&- &
            pids+=("$!")
        done
    done
    for _ in 1 2 3 4 5; do
        as root scontrol reconfigure
        sleep 1 # once a second is what is tried
    done
    touch "$BATS_TEST_TMPDIR/done"
    wait "${pids[@]}"
    run -0 sort "$BATS_TEST_TMPDIR"/{odd,even}.[1-4]
    [[ $output != *"not as the rules say"* ]]
    [[ $(grep -c 'as the rules say$' <<<"$output") -ge 40 ]]
    run ! logged 'fault in'
    # From 23.11 on slurmctld begins anew as another process.
    if [[ $(slurmctld -V) == *" 22.05"* ]]; then
        [[ $(controller_pid) == "$before" ]]
    else
        [[ $(controller_pid) != "$before" ]]
    fi
    as root scancel -u ada
}
# submissions NAME: one after the other until the test is done, and of each whether it went as the rules say. A slurmctld of
# 22.05 drops about one connection in 300 while it is reconfigured, without any job_submit plugin too.
submissions() {
    local said number
    for ((number = 0; number < 1000; number++)); do
        [[ ! -e $BATS_TEST_TMPDIR/done ]] || return 0
        said=$(as ada sbatch --hold -J "$1" -o /dev/null --wrap true 2>&1) || :
        case "$1 $said" in
            odd*FL-A201* | even*"Submitted batch job"*) echo "as the rules say" ;;
            *"Zero Bytes were transmitted"* | *"missing socket error"*) echo "slurmctld dropped the connection" ;;
            *) printf '%s, not as the rules say: %s\n' "$1" "$said" ;;
        esac
    done
}

@test "job_submit/lua beside it sees the job first, and both have their say" {
    plugins=$(as root scontrol show config | awk '$1 == "PluginDir" { print $3 }')
    [[ -e ${plugins##*:}/job_submit_lua.so ]] || skip "this Slurm has no job_submit/lua"
    rules '- {name: a, when: {comment: "from lua"}, append: {comment: "and fairlead"}}'
    "$CLUSTER" controller "$CLUSTER_DIR" stop
    cat >"$CLUSTER_DIR/slurm/job_submit.lua" <<'END'
function slurm_job_submit(job, partitions, uid) job.comment = "from lua" return slurm.SUCCESS end
function slurm_job_modify(job, record, partitions, uid) return slurm.SUCCESS end
return slurm.SUCCESS
END
    sed -i 's/^JobSubmitPlugins=.*/JobSubmitPlugins=lua,fairlead/' "$CLUSTER_DIR/slurm/slurm.conf"
    "$CLUSTER" controller "$CLUSTER_DIR" start
    run -0 held
    [[ $output == *" Comment=from lua;and fairlead "* ]]
    sed -i 's/^policy_mode:.*/policy_mode: observe/' "$CONF"
    wait_for 5 only_lua
    wait_for 5 logged "observe: a job of user 5001: rules would set comment to 'from lua;and fairlead'.*FL-A206"
    id=$(as ada sbatch --parsable --hold -o /dev/null --wrap true)
    : >"$CLUSTER_DIR/log/slurmctld.log"
    run -0 as ada scontrol update jobid="$id" comment='from lua'
    wait_for 5 logged "observe: an update of user 5001: rules would set comment to 'from lua;and fairlead'.*FL-A206"
    run -0 as root scontrol -o show job "$id"
    [[ $output == *" Comment=from lua "* ]]
    as root scancel "$id"
    "$CLUSTER" controller "$CLUSTER_DIR" stop
    sed -i 's/^JobSubmitPlugins=.*/JobSubmitPlugins=fairlead/' "$CLUSTER_DIR/slurm/slurm.conf"
    "$CLUSTER" controller "$CLUSTER_DIR" start
}

only_lua() { [[ $(held) == *" Comment=from lua "* ]]; }

@test "a call makes no system call but for memory and futexes" {
    rules '- {name: a, when: {job_name: {regex: "^o"}}, reject: "no"}' '- {name: b, mode: observe, set: {wckey: w}}' \
        '- {name: c, when: {user: x}, warn: "w"}' '- {name: d, append: {comment: "of {user}"}}'
    metered "$SITE_PREFIX/lib/slurm/job_submit_fairlead.so"
    wait_for 5 held
    calls_nothing_but_memory several
    unmetered
}
several() {
    for ((i = 0; i < 10; i++)); do
        as ada sbatch --hold -J "job$i" -o /dev/null --wrap true
        as ada sbatch --hold -J "odd$i" -o /dev/null --wrap true || :
        as ada scontrol update jobname="job$i" comment=x name=other || :
        as ada scontrol update jobname=other qos=normal name="odd$i" || :
    done >/dev/null 2>&1
    as root scancel -u ada
}
