#!/usr/bin/env bats
# What the kernel says about each rank equals what the plan says.
bats_require_minimum_version 1.5.0
load site_cluster

setup_file() { site_cluster; }
teardown_file() { cluster_down; }
teardown() { cluster_report; }

# rank, the kernel's CPU list, the plan's: one line a rank.
SHOW='echo $SLURM_PROCID $(sed -n "s/Cpus_allowed_list:\t//p" /proc/self/status) $FAIRLEAD_PIN_CPUS'

each_rank_runs_where_it_was_told() {
    local rank kernel told
    ((${#lines[@]} > 0))
    for line in "${lines[@]}"; do
        read -r rank kernel told <<<"$line"
        [[ -n $kernel && $kernel == "$told" ]]
    done
}

@test "each rank's mask in /proc/self/status is the plan's, as an ordinary user and as root" {
    for user in ada root; do
        run -0 as "$user" srun -Q -n "$(nproc)" --efa-pin sh -c "$SHOW"
        [[ ${#lines[@]} -eq $(nproc) ]]
        each_rank_runs_where_it_was_told
    done
}

@test "each rank's mask is what the printed report says, on two nodes" {
    ranks=$((2 * $(nproc)))
    run -0 --separate-stderr as ada srun -Q -p hopeful -w n1,n3 -N 2 -n $ranks --efa-pin=verbose:2 sh -c "$SHOW"
    reported=$(sed -nE 's/^efa-pin: +([0-9]+)  ([0-9,-]+) .*/\1 \2/p' <<<"$stderr" | sort -n)
    seen=$(awk '{ print $1, $2 }' <<<"$output" | sort -n)
    [[ $(wc -l <<<"$seen") -eq $ranks && $reported == "$seen" ]]
}

@test "ranks do not share a CPU while there are enough" {
    run -0 as ada srun -Q -n "$(nproc)" --efa-pin sh -c 'echo $FAIRLEAD_PIN_CPUS'
    [[ $(printf '%s\n' "${lines[@]}" | sort -u | wc -l) -eq $(nproc) ]]
}

@test "more ranks than CPUs share them evenly" {
    run -0 --separate-stderr as ada salloc -Q -N 1 --exclusive \
        srun -n $(($(nproc) * 3)) --overcommit --efa-pin sh -c "$SHOW"
    # Nobody asked for a report; what does not hold is said all the same.
    [[ $stderr == "efa-pin: warning: $(($(nproc) * 3)) ranks share CPUs: "* && $stderr != *$'\n'*efa-pin:* ]]
    each_rank_runs_where_it_was_told
    counts=$(printf '%s\n' "${lines[@]}" | awk '{ print $3 }' | sort | uniq -c | awk '{ print $1 }' | sort -u)
    [[ $counts == 3 ]]
}

@test "the verbose report is, line for line, what fairlead pin plan prints" {
    run -0 --separate-stderr as ada srun -Q -p hpc -w n1 -n "$(nproc)" --efa-pin=verbose true
    printf '%s\n' "$stderr" >"$BATS_TEST_TMPDIR/live"
    run -0 "$FAIRLEAD_STAGE/run/cluster/prefix/bin/fairlead" pin plan --ntasks "$(nproc)" \
        --allowed "0-$(($(nproc) - 1))" \
        --topology "$SITE_REPO/tests/fixtures/topologies/hpc7a.96xlarge.xml"
    [[ $output == efa-pin:*nics* ]]
    diff "$BATS_TEST_TMPDIR/live" <(printf '%s\n' "$output")
}

@test "the report comes from the first node alone, with verbose:2 from each" {
    run -0 --separate-stderr as ada srun -Q -p hopeful -w n1,n3 -N 2 --efa-pin=verbose true
    [[ $(grep -c 'policy auto' <<<"$stderr") -eq 1 ]]
    run -0 --separate-stderr as ada srun -Q -p hopeful -w n1,n3 -N 2 --efa-pin=verbose:2 true
    [[ $(grep -c 'policy auto' <<<"$stderr") -eq 2 ]]
}

@test "each rank is told its EFA interface" {
    run -0 as ada srun -Q -p hpc -w n1 -n 1 --efa-pin sh -c 'echo $FAIRLEAD_PIN_NICS $FAIRLEAD_PIN_POLICY'
    [[ $output == "rdmap49s0 nic" ]]
}

@test "an explicit --cpu-bind wins" {
    run -0 --separate-stderr as ada srun -Q -n 1 --cpu-bind=map_cpu:0 --efa-pin sh -c "$SHOW"
    [[ $output == "0 0" ]]
    [[ $stderr == *"yields to --cpu-bind"* ]]
}

@test "interactive and batch steps keep all CPUs of the job" {
    all=0; (($(nproc) == 1)) || all=0-$(($(nproc) - 1))
    show='sed -n "s/Cpus_allowed_list:\t//p" /proc/self/status'
    script=$(job_script all.sh "$show" 'srun --efa-pin=off true')
    run -0 as ada sbatch --wait --exclusive --efa-pin -o /run/cluster/shared/all.out "$script"
    [[ $(<"$CLUSTER_DIR/shared/all.out") == "$all" ]]
    run -0 as ada salloc -Q --exclusive --efa-pin <<<"$show"
    [[ $output == "$all" ]]
}

@test "a long --cpu-bind wins as well as a short one" {
    list=$(printf '0,%.0s' {1..200})0
    run -0 --separate-stderr as ada srun -Q -n 1 --cpu-bind=map_cpu:"$list" --efa-pin sh -c "$SHOW"
    [[ $output == "0 0" && $stderr == *"yields to --cpu-bind"* ]]
}

# mpibind turns the CPUs round and writes over OMP_*.
@test "--cpu-bind=map_cpu:1,0 wins for two ranks, and OMP_* of the user stays" {
    (($(nproc) > 1)) || skip "needs two CPUs"
    run -0 --separate-stderr as ada OMP_NUM_THREADS=3 OMP_PLACES=threads OMP_PROC_BIND=spread \
        srun -Q -n 2 --cpu-bind=map_cpu:1,0 --efa-pin \
        sh -c "$SHOW; echo \$SLURM_PROCID \$OMP_NUM_THREADS \$OMP_PLACES \$OMP_PROC_BIND"
    [[ $(sort <<<"$output") == "0 1
0 3 threads spread
1 0
1 3 threads spread" && $stderr == *"yields to --cpu-bind"* ]]
}

# plan_seen NAME VAR=VALUE...: what ranks and the report say of a plan on n3 in such an environment; without
# the node's record where $without names its files.
plan_seen() {
    local name=$1 job
    shift
    gate "$name"
    as ada "$@" salloc -Q -w n3 -N 1 --exclusive sh -c "$(at_gate "$name")
        srun -n $(nproc) --efa-pin=verbose sh -c '$SHOW' 2>&1" >"$BATS_TEST_TMPDIR/$name" 3>&- &
    job=$!
    wait_for 20 reached "$name"
    # shellcheck disable=SC2086 # several files
    [[ -z $without ]] || on n3 -- rm $without
    open_gate "$name"
    wait "$job"
    sort "$BATS_TEST_TMPDIR/$name"
}

# mpibind loads what MPIBIND_TOPOFILE of the user names, in a process of root's.
@test "files that the user's environment names change no plan, with and without a record of the node" {
    hostile=/run/cluster/shared/hostile.xml
    printf '<?xml version="1.0"?><!DOCTYPE topology SYSTEM "hwloc2.dtd"><topology version="2.0"><object type="Machine"' \
        >"$CLUSTER_DIR/shared/hostile.xml"
    for without in '' '/run/fairlead/machine.json /run/fairlead/topology.xml'; do
        expected=$(plan_seen "plain.${#without}")
        [[ $expected == *"efa-pin: n3: "* ]]
        run -0 plan_seen "hostile.${#without}" HWLOC_XMLFILE=$hostile HWLOC_THISSYSTEM=1 HWLOC_COMPONENTS=xml,stop \
            HWLOC_SYNTHETIC='pack:64 core:64 pu:1' HWLOC_FSROOT=/run/cluster/shared \
            HWLOC_PLUGINS_PATH=/run/cluster/shared MPIBIND_TOPOFILE=$hostile MPIBIND_RESTRICT=999 \
            FAIRLEAD_CONFIG=$hostile PMIX_MCA_pmix_hwloc_topo_file=$hostile
        [[ $output == "$expected" ]]
    done
    wait_for 20 is_idle n3
}

# What other launchers are given is what --efa-pin does. The plan is of the last CPU, where Slurm by
# itself would take the first.
@test "srun with the masks of --format slurm-cpu-bind and intel-mpi binds as the plan says" {
    plan_as() { "$FAIRLEAD_BUILD/cli/fairlead" pin plan --topology "$topology" --allowed "$1" --ntasks "$2" --format "$3"; }
    topology=$SITE_REPO/tests/fixtures/topologies/hpc7a.96xlarge.xml last=$(($(nproc) - 1)) planned='' steps=''
    for case in "$last 1" "0-$last $(nproc)"; do
        read -r allowed ranks <<<"$case"
        planned+=$(plan_as "$allowed" "$ranks" json | jq -r '.ranks[] | "\(.rank) \(.cpus)"')$'\n'
        bind=$(plan_as "$allowed" "$ranks" slurm-cpu-bind)
        domain=$(plan_as "$allowed" "$ranks" intel-mpi | sed -n 's/.*DOMAIN=\[\(.*\)\]/\1/p')
        [[ $bind == "--cpu-bind=mask_cpu:0x${domain//,/,0x}" ]]
        steps+="srun -Q -n $ranks $bind sh -c '$SHOW' | sort -n; "
    done
    run -0 as ada salloc -Q -w n3 -N 1 --exclusive sh -c "$steps"
    [[ $output == "${planned%$'\n'}" ]]
}

@test "a rank gets what its step has in a batch job with --cpus-per-task" {
    (($(nproc) > 1)) || skip "needs two CPUs"
    script=$(job_script cpus.sh 'srun -Q --cpus-per-task=2 --efa-pin sh -c "echo \$FAIRLEAD_PIN_CPUS"' \
        'srun -Q --efa-pin sh -c "echo \$FAIRLEAD_PIN_CPUS"')
    run -0 as ada sbatch --wait -n 1 -c 2 -o /run/cluster/shared/cpus.out "$script"
    run -0 cat "$CLUSTER_DIR/shared/cpus.out"
    [[ ${lines[0]} == 0-1 ]]
    # What an unpinned step would get differs between Slurm releases; the pinned one gets no less.
    [[ ${lines[1]} == 0-1 || $(as root scontrol --version) != *22.05* ]]
}

@test "a slurmd that is itself bound does not narrow its steps" {
    (($(nproc) > 1)) || skip "needs two CPUs"
    daemon=$(on n3 -- cat /run/slurmd.pid)
    on n3 -- taskset -acp 0 "$daemon"
    run -0 as ada srun -Q -w n3 -n 2 --efa-pin sh -c 'echo $FAIRLEAD_PIN_CPUS'
    [[ $(sort <<<"$output" | xargs) == "0 1" ]]
    on n3 -- taskset -acp "0-$(($(nproc) - 1))" "$daemon"
}

@test "the recorded topology is used when root wrote it, and ignored when others could have" {
    on n3 -- "$SITE_PREFIX/bin/fairlead" --config /run/cluster/etc/fairlead.yaml node scan --node n3
    on n3 -- sed -i 's/"name":"n3"/"name":"recorded"/' /run/fairlead/machine.json
    run -0 --separate-stderr as ada srun -Q --efa-pin=verbose true
    [[ $stderr == *"efa-pin: recorded:"* ]]
    on n3 -- chmod 0666 /run/fairlead/machine.json
    run -0 --separate-stderr as ada srun -Q --efa-pin=verbose true
    [[ $stderr == efa-pin:* && $stderr != *recorded* ]]
    on n3 -- rm /run/fairlead/machine.json /run/fairlead/topology.xml
}

@test "the first job's prolog records the topology, with what slurm.conf says of the node" {
    as ada srun -Q true
    run -0 on n3 -- cat /run/fairlead/machine.json
    [[ $output == *'"slurm":{"cores_per_socket":'"$(nproc)"',"sockets":1,"threads_per_core":1}'* ]]
    run -0 on n3 -- stat -c '%U %a' /run/fairlead/machine.json
    [[ $output == "root 644" ]]
}

@test "a record of another boot is written anew by the next prolog" {
    as ada srun -Q true
    on n3 -- sed -i 's/"boot_id":"[^"]*"/"boot_id":"another"/' /run/fairlead/machine.json
    as ada srun -Q true
    run -0 on n3 -- cat /run/fairlead/machine.json
    [[ $output == *"$(</proc/sys/kernel/random/boot_id)"* ]]
}

# parts OPTION...: which parts slurmstepd loaded for a step on n3 behind the front, in a line.
parts() {
    run -0 --separate-stderr as root srun -Q -w n3 -n 1 "$@" \
        sh -c 'sed -nE "s|.*/(spank-[a-z]+)\.so$|\1|p" /proc/$PPID/maps | sort -u'
    echo "${lines[@]}"
}
small='spank-recorded spank-step' whole='spank-core spank-recorded spank-step'

@test "a step on a node with records loads the small planning part, and one without options none at all" {
    as ada srun -Q -w n3 true
    [[ $(parts --efa-pin) == "$small" ]]
    [[ $(parts --efa=off) == spank-step ]]
    [[ $(parts) == "" ]]
}

@test "without a record, with one of another configuration or with mem: the whole planning part answers" {
    as ada srun -Q -w n3 true
    [[ $(parts --efa-pin=mem:bind) == "$whole" ]]
    [[ $(parts --efa-pin --mem-bind=local) == "$whole" ]]
    # Inside one job, whose prolog has run.
    change='sed -i "s/\"text\":\"/&# /" /run/fairlead/config.json'
    undo='sed -i "s/\"text\":\"# /\"text\":\"/" /run/fairlead/config.json'
    run -0 --separate-stderr as root salloc -Q -w n3 -n 1 sh -c "
        show='sed -nE \"s|.*/(spank-[a-z]+)\.so\$|\1|p\" /proc/\$PPID/maps | sort -u | xargs'
        srun --efa-pin sh -c \"\$show\"
        srun sh -c '$change'
        srun --efa-pin sh -c \"\$show\"
        srun sh -c '$undo'
        srun --efa-pin sh -c \"\$show\"
        srun rm /run/fairlead/machine.json
        srun --efa-pin sh -c \"\$show\""
    [[ ${lines[0]} == "$small" && ${lines[1]} == "$whole" ]]
    [[ ${lines[2]} == "$small" && ${lines[3]} == "$whole" ]]
    [[ $(parts --efa-pin) == "$small" ]] # the next prolog records both anew
}

@test "both planning parts give a step the same report and rows" {
    as ada srun -Q -w n3 true
    for request in verbose by:none,verbose report:json by:compact,verbose omp:set,verbose; do
        run -0 --separate-stderr as root srun -Q -w n3 -n 1 --efa-pin=$request sh -c 'env | grep -E "^(FAIRLEAD|OMP|FI)_" | sort'
        recorded=$output told=$stderr
        on n3 -- mv /run/fairlead/config.json /run/fairlead/kept.json
        run -0 --separate-stderr as root salloc -Q -w n3 -n 1 sh -c "srun -Q rm -f /run/fairlead/config.json
            srun -Q --efa-pin=$request sh -c 'env | grep -E \"^(FAIRLEAD|OMP|FI)_\" | sort'"
        on n3 -- mv /run/fairlead/kept.json /run/fairlead/config.json
        diff <(printf '%s\n' "$recorded") <(printf '%s\n' "$output")
        diff <(printf '%s\n' "$told") <(printf '%s\n' "$stderr")
    done
}

# aws-parallelcluster#5797: 192 sockets of one core each.
@test "the report says where slurm.conf contradicts the hardware" {
    as ada srun -Q true
    run -0 --separate-stderr as ada srun -Q --efa-pin=verbose true
    [[ $stderr != *slurm.conf* ]]
    on n3 -- sed -i 's/"sockets":1,/"sockets":192,/' /run/fairlead/machine.json
    run -0 --separate-stderr as ada srun -Q --efa-pin=verbose true
    [[ $stderr == *"efa-pin: warning: slurm.conf says 192 sockets of "* ]]
    on n3 -- rm /run/fairlead/machine.json
}
