#!/usr/bin/env bats
# What slurmctld does with a job: features, refusals, records, modes, pause.
bats_require_minimum_version 1.5.0
load site_cluster

setup_file() { site_cluster; }
teardown_file() { cluster_down; }
teardown() { cluster_report; }

# held JOB-OPTIONS...: queues a held job as ada and prints its record.
held() {
    local id
    id=$(as ada sbatch --parsable --hold "$@" --wrap true) || return
    as root scontrol -o show job "$id"
    as root scancel "$id"
}

@test "a partition that requires EFA adds the feature and the admitted record" {
    run -0 held -p hpc
    [[ $output == *" Features=efa "* ]]
    [[ $output == *'AdminComment={"schema":"fairlead.admitted/1","efa":"required","asked":false}'* ]]
}

@test "the feature joins a constraint of the user's own" {
    run -0 held -p hpc -C efa
    [[ $output == *" Features=efa "* ]]
    as root scontrol update nodename=n1,n2 availablefeatures=efa,fast,big
    as root scontrol update nodename=n1,n2 activefeatures=efa,fast,big
    run -0 held -p hpc -C fast
    [[ $output == *" Features=fast&efa "* ]]
    run -0 held -p hpc -C '[fast|big]'
    [[ $output == *" Features=[fast|big]&efa "* ]]
}

@test "the feature holds for every choice of a constraint" {
    # n3 is in the partition, idle and first in line, but has no EFA; n1 and n2 have.
    as root scontrol update nodename=n3 availablefeatures=slow
    as root scontrol update nodename=n3 activefeatures=slow
    for constraint in 'slow|slow' '(slow&slow)|slow' '[slow|slow]'; do
        run ! as ada sbatch -p hopeful --efa=required -C "$constraint" --wrap true
        [[ $output == *"Requested node configuration is not available"* ]]
    done
    run -0 as ada srun -Q -p hopeful --efa=required -C 'slow|efa' hostname
    [[ $output == n[12] ]]
}

@test "a constraint with counts is left as it is, and its nodes are checked all the same" {
    run -0 held -p hopeful --efa=required -N 1 -C '[slow*1]'
    [[ $output == *" Features=[slow*1] "* ]]
    run ! as ada srun -Q -p hopeful --efa=required -N 1 -C '[slow*1]' hostname
    [[ $output == *FL-E218* ]]
}

@test "what no node of the partition could ever give is refused in words" {
    run ! as ada srun -Q -p hpc -N2 --ntasks-per-node=300 true
    [[ $output == *"300 ranks a node on 2 EFA interfaces need 600 queue pairs"*"[FL-E104]"* ]]
    run ! as ada sbatch -p hpc --efa-interfaces=3 --wrap true
    [[ $output == *"more than any node of partition 'hpc' has (hpc7a.96xlarge has 2); ask for 2 or less [FL-E103]"* ]]
    run ! as ada sbatch -p hpc -N8 --placement=spread --same-az --wrap true
    [[ $output == *"EC2 runs at most 7 instances there"*"[FL-E106]"* ]]
    run ! as ada sbatch -p hpc -C m5.large --wrap true
    [[ $output == *"the feature list 'm5.large' selects no EFA node (EFA types here: hpc7a.96xlarge); drop the constraint"*"[FL-E101]"* ]]
    run -0 held -p hpc
    run ! as ada sbatch -p hpc --placement=cluster --same-az=no --wrap true
    [[ $output == *"[FL-E108]"* ]]
}

# slurmctld cuts the wait to max_switch_wait, 300 s where slurm.conf says nothing.
@test "one leaf is one switch and a long wait for Slurm, whatever the user said of switches" {
    run -0 held -p hpc -N2 --max-layer=1
    [[ "$output " == *" Switches=1@00:05:00 "* ]]
    run -0 held -p hpc -N2 --max-layer=1 --switches=2@5
    [[ "$output " == *" Switches=1@00:05:00 "* ]]
    run -0 held -p hpc -N2 --max-layer=2
    [[ $output != *" Switches="* ]]
    [[ $output == *'AdminComment={"schema":"fairlead.admitted/1","efa":"required","asked":false,"max_layer":2}'* ]]
}

@test "a job whose partition has no EFA node type is refused in words, on the user's terminal" {
    run ! as ada srun -Q --efa=required true
    [[ $output == *"partition 'debug' has no EFA node type (it has m5.large)"*"[FL-E101]"* ]]
    run ! as ada sbatch -p empty --wrap true
    [[ $output == *"partition 'empty' has no EFA node type (it has m5.large); submit to partition 'hopeful', 'hpc' or 'watch' [FL-E101]"* ]]
    [[ -z $(as root squeue -h -u ada) ]]
}

@test "a bare --efa means required" {
    run -0 held -p hopeful --efa
    [[ $output == *" Features=efa "*'"asked":true'* ]]
}

@test "--efa=off cannot relax a partition that requires EFA" {
    run ! as ada srun -Q -p hpc --efa=off true
    [[ $output == *"[FL-E102]"* ]]
}

@test "a partition that prefers EFA leaves the job's constraints alone" {
    run -0 held -p hopeful
    [[ $output == *" Features=(null) "* && $output != *AdminComment* ]]
}

@test "observe mode changes nothing for a job that asks for nothing" {
    run -0 held -p watch
    [[ $output == *" Features=(null) "* && $output != *AdminComment* ]]
}

@test "observe mode honours what the job asks for itself" {
    run -0 held -p watch --efa=required
    [[ $output == *" Features=efa "*'"asked":true'* ]]
}

@test "a forged record is stripped before the job is queued, and the rest of its entries stays" {
    install -m 0755 "$FAIRLEAD_BUILD/tests/live/forge" "$CLUSTER_DIR/shared/forge"
    # Were the record believed, the gate would stop the job: debug has no EFA.
    id=$(as ada /run/cluster/shared/forge debug)
    wait_for 10 logged 'stripped forged FAIRLEAD_ entries of user 5001'
    wait_for 10 completed "$id"
}
completed() { as root scontrol show job "$1" | grep -q JobState=COMPLETED; }

@test "pause lets every job through with its options still accepted, resume ends it" {
    fairlead pause
    wait_for 5 logged 'fairlead: paused'
    run -0 held -p empty --efa=required
    [[ $output == *" Features=(null) "* ]]
    run -0 as ada srun -Q --efa-pin=verbose --efa=required true
    [[ -z $output ]]
    fairlead resume
    wait_for 5 logged 'fairlead: resumed'
    run ! as ada srun -Q --efa=required true
    [[ $output == *FL-E101* ]]
}

@test "a new configuration is in force without a restart, a bad one is not" {
    conf=$CLUSTER_DIR/conf/head/fairlead.yaml
    cp "$conf" "$BATS_TEST_TMPDIR/good"
    sed -i 's/empty: {efa: required/empty: {efa: requierd/' "$conf"
    wait_for 5 logged "fairlead.yaml:9:16: efa is 'requierd', did you mean 'required'?.*last good"
    run ! as ada sbatch -p empty --wrap true
    [[ $output == *FL-E101* ]]
    sed -i 's/empty: {efa: requierd/empty: {efa: off/' "$conf"
    wait_for 5 accepts_in_empty
    cp "$BATS_TEST_TMPDIR/good" "$conf"
    wait_for 5 refuses_in_empty
}
accepts_in_empty() { held -p empty; }
refuses_in_empty() { held -p empty 2>&1 | grep -q FL-E101; }

@test "a job for several partitions is held to what all of them require" {
    run -0 held -p hpc,hopeful
    [[ $output == *" Features=(null) "* ]]
    run -0 held -p hpc,hpc
    [[ $output == *" Features=efa "* ]]
}

@test "observe mode counts what it would have refused" {
    conf=$CLUSTER_DIR/conf/head/fairlead.yaml
    cp "$conf" "$BATS_TEST_TMPDIR/good"
    sed -i 's/empty: {efa: required, mode: enforce/empty: {efa: required, mode: observe/' "$conf"
    wait_for 5 accepts_in_empty
    wait_for 5 counted
    run -0 fairlead policy status
    [[ $output == *"admission would have acted "*" times: FL-E101"* ]]
    cp "$BATS_TEST_TMPDIR/good" "$conf"
}
counted() { as root grep -q FL-E101 /run/fairlead/admission/observed.json; }
