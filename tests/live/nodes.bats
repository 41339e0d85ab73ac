#!/usr/bin/env bats
# What the prolog, the gate and the epilog do on a node.
bats_require_minimum_version 1.5.0
load site_cluster

setup_file() { site_cluster; }
teardown_file() { cluster_down; }
teardown() { cluster_report; }

FAIRLEAD="$SITE_PREFIX/bin/fairlead"

job_files() { on "$1" -- find /run/fairlead -path '*/jobs/*'; }

@test "a node with both interfaces runs the job; its state is there while it runs and gone after" {
    run -0 as ada srun -Q -p hpc -w n1 sh -c 'ls /run/fairlead/jobs/$SLURM_JOB_ID'
    [[ $output == counters.json$'\n'job.json ]]
    wait_for 10 no_jobs_on n1
    wait_for 10 is_idle n1
    wait_for 10 leaves_nothing n1
}
leaves_nothing() { [[ -z $(job_files "$1") ]]; }

@test "a job that asks for nothing leaves no state behind" {
    run -0 as ada srun -Q -w n3 sh -c 'find /run/fairlead/jobs 2>/dev/null | wc -l'
    [[ $output == 0 ]]
}

@test "a node that lacks an interface is drained with our reason, while a job that needs none runs on" {
    gate go
    script=$(job_script bystander.sh "$(at_gate go)" 'echo "$word"')
    id=$(as ada sbatch --parsable -n 1 -p watch -w n2 -o /run/cluster/shared/bystander.out "$script")
    wait_for 10 is_running "$id"
    run ! as ada srun -Q -n 1 -p hpc -w n2 true
    wait_for 10 has_reason n2
    [[ $(reason_of n2) == "efa: 1 of 2 EFA interfaces on hpc7a.96xlarge [FL-E201]" ]]
    [[ $(state_of n2) == drain* ]]
    is_running "$id"
    open_gate go finished
    wait_for 10 no_jobs_on n2
    [[ $(<"$CLUSTER_DIR/shared/bystander.out") == finished ]]
    back_in_service n2
}
is_running() { [[ $(as root squeue -h -j "$1" -o %T) == RUNNING ]]; }
has_reason() { [[ $(reason_of "$1") != none ]]; }

@test "a reason that somebody else wrote stays" {
    gate go2
    script=$(job_script holder.sh "$(at_gate go2)")
    id=$(as ada sbatch --parsable -n 1 -p watch -w n2 -o /dev/null "$script")
    wait_for 10 is_running "$id"
    as root scontrol update nodename=n2 state=drain reason="memory errors"
    on n2 -- env SLURM_CONF=/run/cluster/slurm/slurm.conf SLURM_JOB_ID=4711 SLURMD_NODENAME=n2 \
        SLURM_JOB_PARTITION=hpc /run/cluster/etc/prolog && status=0 || status=$?
    [[ $status -eq 1 ]]
    [[ $(reason_of n2) == "memory errors" ]]
    open_gate go2
    back_in_service n2
}

@test "in observe mode the same node runs the job, and the prolog counts what it would have done" {
    run -0 as ada srun -Q -p watch -w n2 hostname
    [[ $output == n2 ]]
    run -0 on n2 -- cat /run/fairlead/observed.json
    [[ $output == *'"FL-E201":'* ]]
    wait_for 10 is_idle n2
}

@test "where EFA is preferred a node without it runs the job" {
    run -0 as ada srun -Q -p hopeful -w n3 hostname
    [[ $output == n3 ]]
    run -0 as ada srun -Q -w n3 --efa=preferred hostname
    [[ $output == n3 ]]
}

@test "a job that asks for EFA itself is stopped by the gate there, and the node stays in service" {
    run ! as ada srun -Q -p watch -w n2 --efa=required hostname
    [[ $output == *"efa: 1 of 2 EFA interfaces on hpc7a.96xlarge [FL-E201]"* && $output != n2 ]]
    wait_for 10 is_idle n2
}

@test "the gate stops batch scripts too" {
    script=$(job_script gated.sh 'echo ran')
    run ! as ada sbatch --wait -p watch -w n2 --efa=required -o /run/cluster/shared/gated.out "$script"
    run -0 cat "$CLUSTER_DIR/shared/gated.out"
    [[ $output == *FL-E201* && $output != *ran* ]]
    wait_for 10 is_idle n2
}

@test "the gate stops the steps of an interactive allocation" {
    run ! as ada salloc -Q -p watch -w n2 --efa=required srun echo ran
    [[ $output == *FL-E201* && $output != *ran* ]]
    wait_for 10 is_idle n2
}

@test "the gate stops an interactive step" {
    run ! as ada salloc -Q -p watch -w n2 --efa=required <<<'echo ran'
    [[ $output == *FL-E201* && $output != *ran* ]]
    wait_for 10 is_idle n2
    run -0 as ada salloc -Q -p watch -w n2 <<<'echo ran'
    [[ $output == ran ]]
}

@test "a request of the user drains no node where the partition does not require EFA" {
    run ! as ada srun -Q -p hopeful -w n2 --efa=required hostname
    [[ $output == *FL-E201* && $output != *n2 ]]
    wait_for 10 is_idle n2
}

@test "in observe mode a node that can keep no state still runs the job" {
    on n1 -- sh -c 'rm -rf /run/fairlead && : >/run/fairlead'
    run -0 as ada srun -Q -p watch -w n1 hostname
    [[ $output == n1 ]]
    wait_for 10 is_idle n1
    on n1 -- rm /run/fairlead
}

@test "a planning part that cannot be loaded hurts no job that asks for nothing" {
    sed -i 's#$# core=/run/cluster/nowhere.so#' "$CLUSTER_DIR/slurm/plugstack.conf"
    run -0 as ada srun -Q -p hpc -w n1 hostname
    [[ $output == n1 ]]
    run -0 as ada srun -Q -p watch -w n2 hostname
    [[ $output == n2 ]]
    sed -i 's# core=.*##' "$CLUSTER_DIR/slurm/plugstack.conf"
}

@test "a step of an ungated job that asks for EFA itself is checked on the node" {
    run ! as ada salloc -Q -w n3 srun --efa=required echo ran
    [[ $output == *"[FL-E202]"* && $output != *ran* ]]
    run -0 as ada salloc -Q -w n3 srun echo ran
    [[ $output == *ran* ]]
}

@test "a refusal that cannot be read stops the step rather than letting it through" {
    gate go3
    script=$(job_script damaged.sh "$(at_gate go3)" 'srun echo ran')
    id=$(as ada sbatch --parsable -p hpc -w n1 -o /run/cluster/shared/damaged.out "$script")
    wait_for 10 reached go3
    on n1 -- sh -c "echo garbage >/run/fairlead/jobs/$id/refused.json"
    open_gate go3
    wait_for 10 no_jobs_on n1
    run -0 cat "$CLUSTER_DIR/shared/damaged.out"
    [[ $output == *"[FL-X203]"* && $output != *ran* ]]
}

@test "an admitted record counts only where the configuration says admission: controller" {
    record='SPANK_FAIRLEAD_ADMITTED={"schema":"fairlead.admitted/1","efa":"required","asked":true}'
    job="SLURM_JOB_ID=4712 SLURMD_NODENAME=n3 SLURM_JOB_PARTITION=debug"
    # shellcheck disable=SC2086
    run -0 on n3 -- env $job "$record" /run/cluster/etc/prolog
    run -0 on n3 -- grep -o FL-E202 /run/fairlead/jobs/4712/refused.json
    on n3 -- env SLURM_JOB_ID=4712 "$SITE_PREFIX/libexec/fairlead/fairlead-epilog"
    sed -i 's/^admission: controller/admission: node/' "$CLUSTER_DIR/conf/n3/fairlead.yaml"
    # shellcheck disable=SC2086
    run -0 on n3 -- env $job "$record" /run/cluster/etc/prolog
    run ! on n3 -- test -e /run/fairlead/jobs/4712
    sed -i 's/^admission: node/admission: controller/' "$CLUSTER_DIR/conf/n3/fairlead.yaml"
}

@test "pause opens the gate and the prolog" {
    fairlead pause
    wait_for 5 logged 'fairlead: paused'
    run -0 as ada srun -Q -p watch -w n2 --efa=required hostname
    [[ $output == n2 ]]
    run -0 as ada srun -Q -p hpc -w n2 hostname
    [[ $output == n2 ]]
    fairlead resume
    wait_for 5 logged 'fairlead: resumed'
}

# scanned_with_imds [FAULT-OPTION...]: runs `node scan` on n1 beside a fake IMDS.
scanned_with_imds() {
    on n1 -- sh -c '
        mkfifo /run/imds.stop
        '"$*"' <>/run/imds.stop & server=$!
        until [ -s /run/imds.port ]; do kill -0 $server || exit 1; sleep 0.02; done
        sed "s#^testing:#&\n  imds_endpoint: http://127.0.0.1:$(cat /run/imds.port)#" \
            /run/cluster/etc/fairlead.yaml >/run/scan.yaml
        '"$FAIRLEAD"' --config /run/scan.yaml node scan --node n1
        status=$?; kill $server; rm /run/imds.stop /run/imds.port; exit $status'
}

@test "node scan records the instance on the node and on shared storage" {
    run -0 scanned_with_imds /run/cluster/src/tests/fakes/imds /run/imds.port
    [[ $output == *"instance type      hpc7a.96xlarge"* ]]
    [[ $output == *"availability zone  us-east-2b"*"lifecycle          spot"* ]]
    [[ $output == *"EFA interfaces     2: rdmap49s0 (0000:31:00.0), rdmap161s0 (0000:a1:00.0)"* ]]
    run -0 on n1 -- cat /run/fairlead/node.json
    local_record=$output
    [[ $local_record == *'"schema": "fairlead.node/1"'* ]]
    [[ $local_record == *'"instance_id": "i-0123456789abcdef0"'* ]]
    [[ $local_record == *'"launch_time": "2026-11-20T08:15:00Z"'* ]]
    run -0 cat "$CLUSTER_DIR/shared/state/nodes/n1.json"
    [[ $output == "$local_record" ]]
}

@test "node scan without instance metadata says so and records the rest" {
    run -0 scanned_with_imds /run/cluster/src/tests/fakes/imds --fault no-token /run/imds.port
    [[ $output == *"[FL-X204]; its fields stay empty"* ]]
    [[ $output == *"lifecycle          unknown"* ]]
    run -0 on n1 -- grep -c '"lifecycle": null' /run/fairlead/node.json
}

@test "the prolog makes no network call and starts no process for a job that asks for nothing" {
    on n3 -- sh -c 'command -v strace' || skip "strace is not installed"
    run -0 on n3 -- env SLURM_JOB_ID=4713 SLURMD_NODENAME=n3 SLURM_JOB_PARTITION=debug \
        strace -f -e trace=network,process -o /run/trace \
        "$SITE_PREFIX/libexec/fairlead/fairlead-prolog" --config /run/cluster/etc/fairlead.yaml
    run -0 on n3 -- grep -c 'execve("/run/cluster/prefix/libexec/fairlead/fairlead-prolog"' /run/trace
    # Nothing else but its own end and, at most, the system log.
    run -1 on n3 -- grep -vE 'exited|execve\("/run/cluster/prefix|AF_UNIX|exit_group' /run/trace
}
