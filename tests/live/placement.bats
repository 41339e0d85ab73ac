#!/usr/bin/env bats
# Where the nodes of a job lie in EC2's network: what slurmctld's prolog and the prolog of the first
# node do about it.
#
#   us-east-2a  top nn-a1, below it nn-a2; leaf nn-a31: n1, n2; nn-a32: n3, n4, n5; nn-a33: n7
#   us-east-2b  top nn-b1, below it nn-b2; leaf nn-b31: n6; nn-b32: n8
#   n9, n10     booted after the last refresh; EC2 has them where n1 and n2 are
#   n11         was never recorded
# EC2 is tests/fakes/ec2; its keys come from tests/fakes/imds.
bats_require_minimum_version 1.5.0
load site_cluster
load placement_site

setup_file() {
    site_new "$BATS_FILE_TMPDIR/site" "${FAIRLEAD_STAGE:?set by scripts/test}"
    local number
    for number in {1..11}; do site_node "$number" m5.large; done
    site_extra 'PartitionName=near Default=YES Nodes=n[1-8] State=UP' \
        'PartitionName=watch Nodes=n[1-8] State=UP' 'PartitionName=grouped Nodes=n[1-4] State=UP' 'PartitionName=named Nodes=n[1-4] State=UP' 'PartitionName=together Nodes=n[1-4] State=UP' 'PartitionName=apart Nodes=n[1,3,6-8] State=UP' \
        'PartitionName=new Nodes=n[1-11] State=UP' 'PartitionName=lenient Nodes=n[1-11] State=UP' \
        "$(prolog_line)" "$(cred_expire)"
    prolog_slurmctld
    site_config 'schema: fairlead.config/1
admission: controller
region: us-east-2
state_dir: /run/cluster/shared/state
partitions:
  near: {mode: enforce, max_layer: 1}
  apart: {mode: enforce, max_layer: 1}
  new: {mode: enforce, max_layer: 1}
  watch: {mode: observe, max_layer: 1}
  grouped: {mode: enforce, placement: cluster, placement_group: efa-pg}
  named: {mode: enforce, placement_group: efa-pg}
  together: {mode: enforce, placement: cluster}
  lenient: {mode: enforce, max_layer: 1, unknown_placement: run}'
    export CLUSTER_DIR=$BATS_FILE_TMPDIR/cluster
    site_up "$CLUSTER_DIR" --owner "$$" --owner "$BATS_ROOT_PID"
    mkdir "$CLUSTER_DIR/shared/state/nodes"
    for number in 9 10; do record "$number"; done
    ec2
    start_fakes
}
teardown_file() { cluster_down; }
teardown() { cluster_report; }

snapshot() {
    network "$(place 1 nn-a31)" "$(place 2 nn-a31)" "$(place 3 nn-a32)" "$(place 4 nn-a32)" \
        "$(place 5 nn-a32)" "$(place 6 nn-b31)" "$(place 7 nn-a33)" "$(place 8 nn-b32)"
}

# record NUMBER: what `fairlead node scan` on node nNUMBER leaves.
record() {
    printf '{"schema":"fairlead.node/1","node":"n%d","instance_id":"i-00000000000000%03d","instance_type":"hpc7a.96xlarge","availability_zone":"us-east-2a"}\n' \
        "$1" "$1" >"$CLUSTER_DIR/shared/state/nodes/n$1.json"
}

# ec2 [KEYS]: what EC2 answers from now on, with these keys of the fake's state besides.
ec2() {
    printf '{"instances": {"i-00000000000000009": %s, "i-00000000000000010": %s} %s}\n' "$new_place" "$new_place" \
        "${1+, $1}" >"$CLUSTER_DIR/shared/ec2.new"
    mv "$CLUSTER_DIR/shared/ec2.new" "$CLUSTER_DIR/shared/ec2.json"
}
new_place='{"type": "hpc7a.96xlarge", "zone": "us-east-2a", "zone_id": "use2-az-a", "path": ["nn-a1", "nn-a2", "nn-a31"]}'

setup() {
    snapshot
    ec2
    : >"$CLUSTER_DIR/shared/calls"
}
calls() { sort "$CLUSTER_DIR/shared/calls" | uniq -c | sed 's/^ *//'; }

@test "a batch job on nodes too far apart goes back, is kept from what does not fit, and runs" {
    # n1 is taken, and of what is left n3, n4 and n5 lie under one leaf.
    gate hold
    holder=$(as ada sbatch --parsable --exclusive -w n1 -o /dev/null \
        "$(job_script hold.sh "$(at_gate hold)")")
    wait_for 20 has_state "$holder" RUNNING
    id=$(as ada sbatch --parsable -N3 -x n8 -o /run/cluster/shared/far.out \
        "$(job_script far.sh 'echo "$SLURM_JOB_NODELIST $SLURM_RESTART_COUNT"')")
    wait_for 60 has_state "$id" COMPLETED
    [[ $(<"$CLUSTER_DIR/shared/far.out") == "n[3-5] 1" ]]
    [[ $(field ExcNodeList "$id") == "n[2,8]" ]]
    run -0 as ada FAIRLEAD_CONFIG=/run/cluster/etc/fairlead.yaml "$SITE_PREFIX/bin/fairlead" job explain "$id"
    [[ $output == *"placement  attempt 1 of 3: "*"[FL-E220]"*"placement  it is kept from n[2,8]: "* ]]
    [[ $(comment_of "$id") == *"fairlead: attempt 1 of 3: "*"nn-a31"*"[FL-E220]"* ]]
    open_gate hold
    nobody_drained
}

@test "after three attempts it stays held, with the reason in its comment, and no node drains" {
    script=$(job_script never.sh 'echo ran >>/run/cluster/shared/never.out')
    id=$(as ada sbatch --parsable -p apart -N2 -o /dev/null "$script")
    wait_for 60 is_held "$id"
    [[ $(comment_of "$id") == *"fairlead: attempt 3 of 3: "*"[FL-E220]"* ]]
    [[ ! -e $CLUSTER_DIR/shared/never.out ]]
    as root scancel "$id"
    nobody_drained
}
is_held() { has_state "$1" PENDING && [[ $(field Reason "$1") == job_requeued_in_held_state ]]; }

@test "a job that must not be requeued is cancelled instead" {
    id=$(as ada sbatch --parsable --no-requeue -p apart -N2 -o /dev/null "$(job_script once.sh true)")
    wait_for 20 has_state "$id" CANCELLED
    nobody_drained
}

@test "a node that booted after the last refresh: the first node asks EC2 once, and the job runs" {
    run -0 as ada srun -Q -p new -N3 -w n[1,9-10] hostname
    [[ $(sort <<<"$output") == $'n1\nn10\nn9' ]]
    [[ $(calls) == "1 DescribeInstanceTopology 200" ]]
    # Known from now on.
    run -0 as ada srun -Q -p new -N2 -w n[9-10] hostname
    [[ $(calls) == "1 DescribeInstanceTopology 200" ]]
}

@test "one that turns out to lie elsewhere sends the job back before its script runs" {
    new_place=${new_place/a31/a39} ec2
    id=$(as ada sbatch --parsable -p new -N2 -w n[1,9] -o /dev/null \
        "$(job_script elsewhere.sh 'echo ran >>/run/cluster/shared/elsewhere.out')")
    sent_back() { [[ $(comment_of "$id") == *"nn-a31, nn-a39"*"[FL-E220]"* ]]; }
    wait_for 30 sent_back
    [[ ! -e $CLUSTER_DIR/shared/elsewhere.out ]]
    as root scancel "$id"
    nobody_drained
}

@test "after the first node has sent it back, a job runs on nodes that fit" {
    new_place=${new_place/a31/a39} ec2
    id=$(as ada sbatch --parsable -p new -N2 -x n[2-8,10-11] -o /run/cluster/shared/again.out \
        "$(job_script again.sh 'echo "$SLURM_JOB_NODELIST $SLURM_RESTART_COUNT"')")
    left_out() { [[ $(comment_of "$id") == *"attempt 1 of 3: "* ]]; }
    wait_for 30 left_out
    [[ $(comment_of "$id") == *"attempt 1 of 3: "*"nn-a31, nn-a39"*"[FL-E220]"* && ! -e $CLUSTER_DIR/shared/again.out ]]
    # The user lets it have others again.
    as root scontrol update "JobId=$id" ExcNodeList=n[3-11]
    wait_for 60 has_state "$id" COMPLETED
    [[ $(<"$CLUSTER_DIR/shared/again.out") == "n[1-2] 1" ]]
    nobody_drained
}

@test "tasks of an array go back one by one, and each runs on nodes that fit" {
    gate hold_array
    holder=$(as ada sbatch --parsable --exclusive -w n1 -o /dev/null "$(job_script hold_array.sh "$(at_gate hold_array)")")
    wait_for 20 has_state "$holder" RUNNING
    id=$(as ada sbatch --parsable --array 0-1 -N3 -x n8 -o /run/cluster/shared/array.%a.out \
        "$(job_script array.sh 'echo "$SLURM_JOB_NODELIST $SLURM_RESTART_COUNT"')")
    tasks_have_run() { [[ -s $CLUSTER_DIR/shared/array.0.out && -s $CLUSTER_DIR/shared/array.1.out ]]; }
    wait_for 90 tasks_have_run
    [[ $(cat "$CLUSTER_DIR"/shared/array.[01].out | cut -d' ' -f1 | sort -u) == "n[3-5]" ]]
    grep -q ' 1$' "$CLUSTER_DIR"/shared/array.0.out
    open_gate hold_array
    nobody_drained
}

# With NoHold srun and salloc go on while prologs run, so that nothing of Slurm's holds user code up. The
# job may then end before they listen, with nothing on the terminal and, of srun 22.05, status 0.
prolog_flags() {
    sed -i "s/^PrologFlags=.*/PrologFlags=$1/" "$CLUSTER_DIR/slurm/slurm.conf"
    as root scontrol reconfigure
    wait_for 10 has_prolog_flags "$1"
}
has_prolog_flags() { as root scontrol show config | grep -qE "^PrologFlags +=[ ]*$1\$"; }

@test "while the first node asks EC2, srun and salloc start nothing on the others, and end with its answer" {
    # EC2 wants to be asked again in two seconds.
    local slow='"faults": [{"fault": "throttle", "times": 1, "retry_after": "2"}]'
    # shellcheck disable=SC2016
    local mark='touch /run/cluster/shared/started.$SLURMD_NODENAME' far
    prolog_flags Alloc,NoHold
    new_place=${new_place/a31/a39} ec2 "$slow"
    run as ada srun -p new -N2 -w n[1,9] sh -c "$mark"
    far=$output
    new_place=${new_place/a31/a39} ec2 "$slow"
    run as ada salloc -p new -N2 -w n[1,10] srun -w n10 -N1 sh -c "$mark"
    prolog_flags Alloc
    [[ $far == *"nn-a31, nn-a39"*"[FL-E220]"* && $output == *"[FL-E220]"* ]]
    run ! ls "$CLUSTER_DIR"/shared/started.*
    nobody_drained
}

@test "what the first node found out from EC2 ends srun and salloc with the reason on their terminal" {
    new_place=${new_place/a31/a39} ec2
    run ! as ada srun -p new -N2 -w n[1,9] hostname
    [[ $output == *"nn-a31, nn-a39"*"[FL-E220]"* ]]
    new_place=${new_place/a31/a39} ec2
    run ! as ada salloc -p new -N2 -w n[1,10] true
    [[ $output == *"[FL-E220]"* ]]
    nobody_drained
}

@test "of a job that ran, nothing is left of what its nodes said to each other" {
    # shellcheck disable=SC2016
    run -0 as ada srun -Q -p new -N2 -w n[1,9] sh -c 'echo "$SLURM_JOB_ID"; ls "/run/cluster/shared/state/placement/$SLURM_JOB_ID.0"'
    id=${lines[0]}
    [[ $id == [1-9]* && $output == *"/placement/$id.0"* ]]
    for node in n1 n9; do wait_for 20 is_idle "$node"; done
    [[ -d $CLUSTER_DIR/shared/state/placement && ! -e $CLUSTER_DIR/shared/state/placement/$id.0 ]]
}

@test "a node that stays unknown: the job is held, or runs where the partition says so" {
    id=$(as ada sbatch --parsable -p new -N2 -w n[1,11] -o /dev/null \
        "$(job_script unknown.sh 'echo ran >>/run/cluster/shared/unknown.out')")
    wait_for 40 is_held "$id"
    [[ $(comment_of "$id") == *"n11"*"[FL-E221]"* && ! -e $CLUSTER_DIR/shared/unknown.out ]]
    as root scancel "$id"
    run ! as ada srun -p new -N2 -w n[1,11] hostname
    [[ $output == *"[FL-E221]"* ]]
    run -0 as ada srun -Q -p lenient -N2 -w n[1,11] hostname
    nobody_drained
}

@test "a node that was not scanned since it booted is unknown, whatever its former instance was" {
    local file=$CLUSTER_DIR/shared/state/nodes/n1.json
    record 1
    run -0 as ada srun -Q -p near -N2 -w n[1-2] hostname
    sed -i 's/}$/,"scanned":"2001-01-01T00:00:00Z"}/' "$file"
    run ! as ada srun -p near -N2 -w n[1-2] hostname
    [[ $output == *n1*"[FL-E221]"* ]]
    rm "$file"
    nobody_drained
}

@test "a type that EC2 has no topology for: the job is told so, and one on a single node runs unasked" {
    ec2 '"instances": {"i-00000000000000009": null}'
    run ! as ada srun -p new -N2 -w n[1,9] hostname
    [[ $output == *"n9"*"EC2 was asked and has no topology for hpc7a.96xlarge"*"[FL-E221]"* ]]
    : >"$CLUSTER_DIR/shared/calls"
    run -0 as ada srun -Q -p new -N1 -w n9 hostname
    [[ -z $(calls) ]]
    nobody_drained
}

@test "a node whose capacity block EC2 did not show just after its launch is asked about again" {
    local number
    for number in 1 2; do record "$number"; done
    new_place=${new_place/%\}/, \"capacity_block\": \"cr-1\"\}}
    ec2 "\"instances\": {\"i-00000000000000001\": $new_place, \"i-00000000000000002\": $new_place}"
    run -0 as ada srun -Q -p new -N2 -w n[1-2] --placement=capacity-block hostname
    [[ $(calls) == "1 DescribeInstanceTopology 200" ]]
    rm "$CLUSTER_DIR"/shared/state/nodes/n[12].json
}

@test "an outage of EC2 drains nothing: the job counts as unknown" {
    ec2 '"faults": [{"fault": "error", "status": 400, "code": "UnauthorizedOperation"}]'
    run ! as ada srun -p new -N2 -w n[1,9] hostname
    [[ $output == *"n9"*"[FL-E221]"* ]]
    nobody_drained
}

# The first node's prolog as slurmd runs it, with a deadline of 5 s; timeout(1) ends it with 124.
hasty_prolog() {
    on n1 -- sh -c "sed 's/^region:/node_checks: {deadline: 5}\n&/; $1' /run/cluster/etc/fairlead.yaml >/run/hasty.yaml"
    on n1 SLURM_JOB_ID=991 SLURM_JOB_PARTITION=new SLURM_JOB_NODELIST=n[1,9] SLURMD_NODENAME=n1 \
        timeout 6 "$SITE_PREFIX/libexec/fairlead/fairlead-prolog" --config /run/hasty.yaml
}

@test "with EC2 silent or failing, or no metadata to sign with, the first node keeps its deadline and drains nothing" {
    local fault
    for fault in silent error; do
        ec2 "\"faults\": [{\"fault\": \"$fault\", \"status\": 503}]"
        run -0 hasty_prolog ''
        run -0 on n1 -- cat /run/fairlead/jobs/991/refused.json
        [[ $output == *"n9"*"[FL-E221]"* ]]
        on n1 -- rm -r /run/fairlead/jobs/991
        rm "$CLUSTER_DIR/shared/state/placement/991.0"
    done
    # Packets for the metadata service go into the loopback interface and are dropped there.
    on n1 -- ip route add 169.254.169.254 dev lo
    run -0 hasty_prolog '/imds_endpoint/d'
    on n1 -- ip route del 169.254.169.254 dev lo
    run -0 on n1 -- cat /run/fairlead/jobs/991/refused.json
    [[ $output == *"n9"*"[FL-E221]"* ]]
    on n1 -- rm -r /run/fairlead/jobs/991
    nobody_drained
}

@test "where the nodes cannot keep what stands against a job, it ends, and they stay in service" {
    local node
    for node in n1 n9; do
        wait_for 20 is_idle "$node"
        on "$node" -- sh -c 'mkdir -p /run/fairlead; mv /run/fairlead /run/fairlead.away; touch /run/fairlead'
    done
    # shellcheck disable=SC2016
    local mark='touch /run/cluster/shared/kept.$SLURMD_NODENAME'
    new_place=${new_place/a31/a39} ec2
    run as ada srun -p new -N2 -w n[1,9] sh -c "$mark"
    far=$output
    snapshot
    ec2 '"faults": [{"fault": "error", "status": 400, "code": "UnauthorizedOperation"}]'
    run as ada srun -p new -N2 -w n[1,9] sh -c "$mark"
    for node in n1 n9; do
        wait_for 30 is_idle "$node"
        on "$node" -- sh -c 'rm /run/fairlead; mv /run/fairlead.away /run/fairlead'
    done
    [[ $far == *"[FL-E220]"* && $output == *"[FL-E221]"* ]]
    run ! ls "$CLUSTER_DIR"/shared/kept.*
    nobody_drained
}

@test "where slurmctld refuses to send a job back, its words are logged, and the job stays refused on the node" {
    gate mine
    id=$(as ada sbatch --parsable -N1 -w n1 -o /dev/null "$(job_script mine.sh "$(at_gate mine)")")
    wait_for 20 has_state "$id" RUNNING
    # Whoever is not SlurmUser may not requeue, or end, what is ada's.
    run -3 as ben env "SLURM_JOB_ID=$id" "$SITE_PREFIX/libexec/fairlead/fairlead-prolog-slurmctld" \
        --config /run/cluster/etc/fairlead.yaml --first-node 5000 --end 'nodes too far apart [FL-E220]'
    [[ $output == *"job $id cannot be sent back to the queue: "*"[FL-E224]"* ]]
    [[ $output == *"job $id cannot be cancelled: "*"[FL-E224]"* ]]
    has_state "$id" RUNNING
    open_gate mine
    wait_for 20 has_state "$id" COMPLETED
}

@test "srun and salloc end with the reason on their terminal" {
    run ! as ada srun -N2 -w n1,n3 hostname
    [[ $output == *"fairlead: nodes span 2 leaf network nodes (nn-a31, nn-a32); partition 'near' allows 1"*"[FL-E220]"* ]]
    [[ $output != *n1$'\n'* ]]
    run ! as ada salloc -N2 -w n1,n6 true
    [[ $output == *"[FL-E220]"* ]]
    nobody_drained
}

@test "nodes that fit run the job at once, and a single node always fits" {
    run -0 as ada srun -Q -N2 -w n1,n2 hostname
    run -0 as ada srun -Q -N1 -w n6 hostname
    [[ $output == n6 ]]
}

@test "of a thousand prologs at once the first node's alone asks EC2" {
    network "$(place 1 nn-a31)"
    # shellcheck disable=SC2016
    run -0 on n1 -- sh -c 'export SLURM_JOB_ID=990 SLURM_JOB_PARTITION=new SLURM_JOB_NODELIST="n[1-1000]"
        number=1
        while [ "$number" -le 1000 ]; do
            (SLURMD_NODENAME=n$number /run/cluster/etc/prolog; echo "$?" >>/run/cluster/shared/thousand) &
            number=$((number + 1))
        done
        wait'
    # Each of them came to its end.
    run -0 awk '$1 > 1 { bad = 1 } END { exit bad || NR != 1000 }' "$CLUSTER_DIR/shared/thousand"
    [[ $(calls) == "1 DescribeInstanceTopology 200" ]]
    on n1 -- rm -r /run/fairlead/jobs/990
    nobody_drained
}

# The instance that every node's metadata name.
itself() { sed 's/"instance_id":"[^"]*"/"instance_id":"i-0123456789abcdef0"/'; }

# in_group NUMBER LEAF
in_group() {
    place "$@" | itself | sed 's/"placement_group":"","strategy":""/"placement_group":"efa-pg","strategy":"cluster"/'
}

@test "a job whose nodes are not all in the placement group ends with the reason" {
    network "$(in_group 1 nn-a31)" "$(place 2 nn-a31 | itself)"
    run ! as ada srun -p grouped -N2 -w n1,n2 hostname
    [[ $output == *"placement group 'efa-pg'"*"[FL-E210]"* && $output != *n1$'\n'* ]]
    nobody_drained
}

@test "a partition that names a placement group alone holds jobs to it, whatever placement they ask for" {
    network "$(in_group 1 nn-a31)" "$(place 2 nn-a31 | itself)"
    run ! as ada srun -p named -N2 -w n1,n2 hostname
    [[ $output == *"not in placement group 'efa-pg', which partition 'named' demands: n2"*"[FL-E210]"* && $output != *n1$'\n'* ]]
    network "$(in_group 1 nn-a31 | sed 's/efa-pg/other-pg/')" "$(in_group 2 nn-a31 | sed 's/efa-pg/other-pg/')"
    run ! as ada srun -p named -N2 -w n1,n2 --placement=cluster hostname
    [[ $output == *"not in placement group 'efa-pg'"*"[FL-E210]"* && $output != *n1$'\n'* ]]
    nobody_drained
}

@test "nodes of two placement groups are no placement group" {
    network "$(in_group 1 nn-a31)" "$(in_group 2 nn-a31 | sed 's/efa-pg/other-pg/')"
    run ! as ada srun -p together -N2 -w n1,n2 hostname
    [[ $output == *"efa-pg"*"other-pg"*"[FL-E223]"* && $output != *n1$'\n'* ]]
    nobody_drained
}

@test "a job asks in vain for nodes farther apart, or placed otherwise, than its partition has them" {
    run ! as ada srun -p near -N2 --max-layer=3 hostname
    [[ $output == *"[FL-E107]"* ]]
    run ! as ada srun -p grouped -N2 --placement=spread hostname
    [[ $output == *"[FL-E105]"* ]]
}

@test "a job for several partitions is held to the one where it starts" {
    run ! as ada srun -p near,watch -N2 -w n1,n3 hostname
    [[ $output == *"partition 'near' allows 1"*"[FL-E220]"* ]]
    nobody_drained
}

@test "a het job is held as a whole, and its nodes stay in service" {
    id=$(as ada sbatch --parsable -p near -N1 -w n1 -o /dev/null : -p near -N2 -w n3,n6 \
        "$(job_script het.sh 'echo ran >>/run/cluster/shared/het.out')")
    # Held is a priority of 0: the reason is "job requeued in held state" or JobHeldAdmin, as the scheduler finds it.
    het_held() { [[ $(as root squeue -h -j "$id" -o '%T %p' | sort | uniq -c | xargs) == "2 PENDING 0.00000000000000" ]]; }
    wait_for 30 het_held
    [[ ! -e $CLUSTER_DIR/shared/het.out ]]
    as root scancel "$id"
    nobody_drained
}

@test "what a job asks for itself holds in every mode" {
    run ! as ada srun -p watch -N2 -w n3,n6 --same-az hostname
    [[ $output == *"[FL-E222]"* ]]
    run -0 as ada srun -Q -p watch -N2 -w n1,n3 --max-layer=2 hostname
}

@test "in observe mode the job runs, and what would have been done is logged and counted" {
    run -0 as ada srun -Q -p watch -N2 -w n1,n3 hostname
    run -0 as root cat /run/fairlead/admission/observed.json
    [[ $output == *'"FL-E220":'* ]]
}

# Nodes that check their own group record which instance they are, so these are the last.
@test "nodes of the placement group run the job at once" {
    network "$(in_group 1 nn-a31)" "$(in_group 2 nn-a32)"
    run -0 as ada srun -Q -p grouped -N2 -w n1,n2 hostname
    [[ $(sort <<<"$output") == n1$'\n'n2 ]]
}

@test "a batch job goes back until its nodes are in the placement group, and then runs" {
    for node in n1 n2 n3 n4; do wait_for 20 is_idle "$node"; done # so that n1 and n2 come first
    network "$(place 1 nn-a31 | itself)" "$(in_group 2 nn-a31)" "$(in_group 3 nn-a32)" "$(place 4 nn-a32 | itself)"
    id=$(as ada sbatch --parsable -p grouped -N2 -o /run/cluster/shared/grouped.out \
        "$(job_script grouped.sh 'echo "$SLURM_JOB_NODELIST $SLURM_RESTART_COUNT"')")
    wait_for 60 has_state "$id" COMPLETED
    [[ $(<"$CLUSTER_DIR/shared/grouped.out") == "n[2-3] 1" ]]
    [[ $(field ExcNodeList "$id") == n1 ]]
    nobody_drained
}

# grouped_record NUMBER GROUP: of an instance of a type without a topology, in that group or in none.
grouped_record() {
    printf '{"schema":"fairlead.node/1","node":"n%d","instance_id":"i-0123456789abcdef0","instance_type":"c5n.18xlarge","availability_zone":"us-east-2a","lifecycle":"on-demand","placement_group":"%s"}\n' \
        "$1" "$2" >"$CLUSTER_DIR/shared/state/nodes/n$1.json"
}

@test "types without a topology: jobs run in the placement group, and go back from a node outside it" {
    local number
    # Scanned before, so that no prolog writes the records below anew.
    for number in 1 2 3 4; do
        wait_for 20 is_idle "n$number"
        on "n$number" -- "$SITE_PREFIX/bin/fairlead" --config /run/cluster/etc/fairlead.yaml node scan --node "n$number"
    done
    grouped_record 1 ''
    for number in 2 3 4; do grouped_record "$number" efa-pg; done
    ec2 '"instances": {"i-0123456789abcdef0": null}, "groups": {"efa-pg": {"strategy": "cluster", "state": "available"}}'
    network
    run ! as ada srun -p grouped -N1 -w n1 hostname
    [[ $output == *"placement group of n1 is none"*"[FL-E210]"* ]]
    # EC2 tells the strategy of the group once, and what was asked about is in the snapshot.
    network
    : >"$CLUSTER_DIR/shared/calls"
    run -0 as ada srun -Q -p grouped -N1 -w n2 hostname
    run -0 as ada srun -Q -p grouped -N1 -w n2 hostname
    [[ $(calls) == $'1 DescribeInstanceTopology 200\n1 DescribePlacementGroups 200' ]]
    for number in 1 2 3 4; do wait_for 20 is_idle "n$number"; done
    network
    id=$(as ada sbatch --parsable -p grouped -N2 -o /run/cluster/shared/untold.out \
        "$(job_script untold.sh 'echo "$SLURM_JOB_NODELIST $SLURM_RESTART_COUNT"')")
    wait_for 60 has_state "$id" COMPLETED
    [[ $(<"$CLUSTER_DIR/shared/untold.out") == "n[2-3] 1" ]]
    [[ $(field ExcNodeList "$id") == n1 ]]
    [[ $(comment_of "$id") == *"placement group of n1 is none"*"[FL-E210]"* ]]
    nobody_drained
}
