#!/usr/bin/env bats
# The words of --efa-pin, where they can be written, and what a rank finds in its environment.
bats_require_minimum_version 1.5.0
load site_cluster

setup_file() {
    site_new "$BATS_FILE_TMPDIR/site" "${FAIRLEAD_STAGE:?set by scripts/test}"
    site_node 1 hpc7a.96xlarge rdmap49s0@0000:31:00.0 rdmap161s0@0000:a1:00.0
    site_node 2 p4d.24xlarge rdmap16s27@0000:10:1b.0 rdmap32s27@0000:20:1b.0 \
        rdmap144s27@0000:90:1b.0 rdmap160s27@0000:a0:1b.0
    site_node 3 m5.large
    sed -i '/^NodeName=n2/s/$/ Gres=gpu:8/' "$SITE/extra.conf"
    site_extra GresTypes=gpu 'PartitionName=debug Default=YES Nodes=n3 State=UP' \
        'PartitionName=hpc Nodes=n1 State=UP' 'PartitionName=gpu Nodes=n2 State=UP' \
        'PartitionName=both Nodes=n[1,3] State=UP' 'PartitionName=pinned Nodes=n3 State=UP' 'PartitionName=typo Nodes=n3 State=UP'
    site_config "$SITE_CONFIG"
    sed -i 's/$/ pin.pinned=by:compact/' "$SITE/plugstack.conf"
    # A libfabric new enough to read FI_EFA_IFACE, and one that is not.
    fake_fi_info 1 2.1.0
    fake_fi_info 2 1.22.0
    # slurmd wants its devices to be character devices and asks no more of them.
    mkdir "$SITE/conf/n2/dev"
    for gpu in {0..7}; do ln -s /dev/null "$SITE/conf/n2/dev/nvidia$gpu"; done
    echo 'NodeName=n2 Name=gpu File=/run/cluster/etc/dev/nvidia[0-7]' >"$SITE/gres.conf"
    export CLUSTER_DIR=$BATS_FILE_TMPDIR/cluster
    site_up "$CLUSTER_DIR" --owner "$$" --owner "$BATS_ROOT_PID" --gres "$SITE/gres.conf"
}
teardown_file() { cluster_down; }
teardown() { cluster_report; }

fake_fi_info() {
    local folder=$SITE/conf/n$1/root/opt/amazon/efa/bin
    mkdir -p "$folder"
    printf '#!/bin/sh\nprintf "fi_info: %s\\nlibfabric: %s\\nlibfabric api: 2.0\\n"\n' "$2" "$2" >"$folder/fi_info"
    chmod 0755 "$folder/fi_info"
}

POLICY='echo ${FAIRLEAD_PIN_POLICY-none}'
# vars NAME...: a shell line that prints them.
vars() {
    local name script=echo
    for name in "$@"; do script+=" $name=\${$name-unset}"; done
    printf '%s' "$script"
}

@test "--efa-pin=help prints the grammar and runs nothing" {
    for command in srun "sbatch --wrap=true" salloc; do
        # shellcheck disable=SC2086 # two words
        run -0 --separate-stderr as ada $command --efa-pin=help
        [[ $output == *"by:POLICY"*"closest (default)"*"dry-run"* && -z $stderr ]]
    done
}

@test "FAIRLEAD_PIN has the same grammar, and the option goes before it" {
    run -0 as ada FAIRLEAD_PIN=by:compact srun -Q sh -c "$POLICY"
    [[ $output == compact ]]
    run -0 as ada FAIRLEAD_PIN=by:compact srun -Q --efa-pin=by:spread sh -c "$POLICY"
    [[ $output == spread ]]
    run -0 as ada FAIRLEAD_PIN=by:compact srun -Q --efa-pin=off sh -c "$POLICY"
    [[ $output == none ]]
    run -0 as ada FAIRLEAD_PIN=off srun -Q sh -c "$POLICY"
    [[ $output == none ]]
}

@test "FAIRLEAD_PIN=help is no way to ask" {
    run ! as ada FAIRLEAD_PIN=help srun true
    [[ $output == *"--efa-pin=help [FL-P101]"* ]]
}

@test "a bad FAIRLEAD_PIN is refused before anything is queued" {
    for command in srun "sbatch --wrap" salloc; do
        # shellcheck disable=SC2086 # two words
        run ! as ada FAIRLEAD_PIN=by:numma $command true
        [[ $output == *"FAIRLEAD_PIN: --efa-pin: unknown policy 'numma', did you mean 'numa'? [FL-P101]"* ]]
    done
    run -0 as root squeue -h
    [[ -z $output ]]
}

@test "a FAIRLEAD_PIN that only the script sets is refused in its step" {
    script=$(job_script late.sh 'export FAIRLEAD_PIN=by:nope' 'srun true' 'echo status $?')
    run -0 as ada sbatch --wait -o /run/cluster/shared/late.out "$script"
    run -0 cat "$CLUSTER_DIR/shared/late.out"
    [[ $output == *"[FL-P101]"*"status "[1-9]* ]]
}

@test "a partition may pin by default, and the user may say otherwise" {
    run -0 as ada srun -Q sh -c "$POLICY"
    [[ $output == none ]]
    run -0 as ada srun -Q -p pinned sh -c "$POLICY"
    [[ $output == compact ]]
    run -0 as ada srun -Q -p pinned --efa-pin=by:numa sh -c "$POLICY"
    [[ $output == numa ]]
    run -0 as ada srun -Q -p pinned --efa-pin=off sh -c "$POLICY"
    [[ $output == none ]]
    run -0 as ada FAIRLEAD_PIN=off srun -Q -p pinned sh -c "$POLICY"
    [[ $output == none ]]
}

@test "dry-run shows the plan and runs nothing" {
    run -0 --separate-stderr as ada srun -Q -n "$(nproc)" --efa-pin=dry-run,by:numa sh -c 'echo ran'
    [[ -z $output && $stderr == *"policy numa"*"idle cores 0"* ]]
}

@test "dry-run runs nothing where pinning yields, either" {
    run -0 --separate-stderr as ada srun -Q -n 1 --cpu-bind=map_cpu:0 --efa-pin=dry-run sh -c 'echo ran'
    [[ -z $output && $stderr == *"yields to --cpu-bind"* ]]
    fairlead pause
    run -0 --separate-stderr as ada srun -Q -n 1 --efa-pin=dry-run sh -c 'echo ran'
    fairlead resume
    [[ -z $output && $stderr == *"no plan, because Fairlead is paused"* ]]
}

@test "words about binding that ask for none do not keep a step from being pinned" {
    for words in --cpu-bind=verbose --mem-bind=verbose --hint=nomultithread --threads-per-core=1; do
        run -0 --separate-stderr as ada srun -Q -n 1 "$words" --efa-pin=by:compact sh -c "$POLICY"
        [[ $output == compact && $stderr != *yields* ]]
    done
    for words in --cpu-bind=none --cpu-bind=cores --cpu-bind=verbose,cores; do
        run -0 --separate-stderr as ada srun -Q -n 1 "$words" --efa-pin=by:compact sh -c "$POLICY"
        [[ $output == none && $stderr == *"yields to --cpu-bind"* ]]
    done
}

@test "report:json prints what fairlead pin plan prints, byte for byte" {
    run -0 --separate-stderr as ada srun -Q -p hpc -n "$(nproc)" --efa-pin=report:json true
    printf '%s\n' "$stderr" >"$BATS_TEST_TMPDIR/live"
    run -0 "$FAIRLEAD_STAGE/run/cluster/prefix/bin/fairlead" pin plan --ntasks "$(nproc)" --format json \
        --allowed "0-$(($(nproc) - 1))" --topology "$SITE_REPO/tests/fixtures/topologies/hpc7a.96xlarge.xml"
    diff "$BATS_TEST_TMPDIR/live" <(printf '%s\n' "$output")
}

@test "strict fails where ranks would share CPUs, before any of them runs" {
    run ! --separate-stderr as ada salloc -Q -N 1 --exclusive \
        srun -n $(($(nproc) * 2)) --overcommit --efa-pin=strict sh -c 'echo ran'
    [[ -z $output && $stderr == *"--efa-pin=strict: "*"ranks share CPUs"*"[FL-P205]"* ]]
    wait_for 20 is_idle n3
}

@test "force goes before --cpu-bind, and strict does not yield to it" {
    run -0 --separate-stderr as ada srun -Q -n 1 --cpu-bind=map_cpu:0 --efa-pin=force,by:compact sh -c "$POLICY"
    [[ $output == compact && -z $stderr ]]
    run ! --separate-stderr as ada srun -Q -n 1 --cpu-bind=map_cpu:0 --efa-pin=strict sh -c 'echo ran'
    [[ -z $output && $stderr == *"yields to --cpu-bind"*"[FL-P205]"* ]]
}

@test "a name that is no interface of the node is refused there, with the nearest" {
    run ! --separate-stderr as ada srun -Q -p hpc --efa-pin=nic:rdmap49s1 sh -c 'echo ran'
    [[ -z $output && $stderr == *"no EFA interface 'rdmap49s1', did you mean 'rdmap49s0'? [FL-P206]"* ]]
    run -0 as ada srun -Q -p hpc --efa-pin=nic:rdmap161s0 sh -c 'echo $FAIRLEAD_PIN_NICS'
    [[ $output == rdmap161s0 ]]
}

@test "a rank is led to EFA, and to its own interface where libfabric can be told" {
    run -0 as ada srun -Q -p hpc -n 1 --efa-pin sh -c \
        "$(vars FI_PROVIDER FI_EFA_IFACE I_MPI_OFI_PROVIDER OMPI_MCA_pml OMPI_MCA_mtl)"
    [[ $output == "FI_PROVIDER=efa FI_EFA_IFACE=rdmap49s0 I_MPI_OFI_PROVIDER=efa OMPI_MCA_pml=cm OMPI_MCA_mtl=ofi" ]]
    run -0 as ada srun -Q -p gpu -n 1 --efa-pin=by:numa,nic:0 sh -c "$(vars FI_PROVIDER FI_EFA_IFACE)"
    [[ $output == "FI_PROVIDER=efa FI_EFA_IFACE=unset" ]]
    run -0 as ada srun -Q -n 1 --efa-pin sh -c "$(vars FI_PROVIDER FI_EFA_IFACE OMPI_MCA_pml)"
    [[ $output == "FI_PROVIDER=unset FI_EFA_IFACE=unset OMPI_MCA_pml=unset" ]]
}

@test "a step that a pinned rank starts is planned for itself, and what was changed there stays" {
    (($(nproc) > 1)) || skip "needs two CPUs"
    show=$(vars OMP_NUM_THREADS FI_EFA_IFACE FAIRLEAD_PIN_NICS)
    # Slurm hands the rank's own binding on as --cpu-bind.
    inner="srun -Q --overlap -n $(nproc) -c 1 --efa-pin=nic:rdmap161s0,force sh -c '$show' | sort -u"
    run -0 as ada srun -Q -p hpc -n 1 -c "$(nproc)" --efa-pin=nic:rdmap49s0 sh -c "$show; $inner"
    [[ ${lines[0]} == "OMP_NUM_THREADS=$(nproc) FI_EFA_IFACE=rdmap49s0 FAIRLEAD_PIN_NICS=rdmap49s0" ]]
    [[ ${lines[1]} == "OMP_NUM_THREADS=1 FI_EFA_IFACE=rdmap161s0 FAIRLEAD_PIN_NICS=rdmap161s0" ]]
    run -0 as ada srun -Q -p hpc -n 1 -c "$(nproc)" --efa-pin=nic:rdmap49s0 sh -c \
        "export OMP_NUM_THREADS=7 FI_EFA_IFACE=rdmap49s0,rdmap161s0; $inner"
    [[ $output == "OMP_NUM_THREADS=7 FI_EFA_IFACE=rdmap49s0,rdmap161s0 FAIRLEAD_PIN_NICS=rdmap161s0" ]]
}

@test "what the user has set stays, unless omp:set says otherwise" {
    show=$(vars OMP_NUM_THREADS OMP_PLACES OMP_PROC_BIND)
    run -0 as ada srun -Q -n 1 --efa-pin sh -c "$show"
    [[ $output == "OMP_NUM_THREADS=1 OMP_PLACES=cores OMP_PROC_BIND=close" ]]
    run -0 as ada OMP_NUM_THREADS=7 OMP_PROC_BIND=spread srun -Q -n 1 --efa-pin sh -c "$show"
    [[ $output == "OMP_NUM_THREADS=7 OMP_PLACES=cores OMP_PROC_BIND=spread" ]]
    run -0 as ada OMP_NUM_THREADS=7 srun -Q -n 1 --efa-pin=omp:set sh -c "$show"
    [[ $output == "OMP_NUM_THREADS=1 OMP_PLACES=cores OMP_PROC_BIND=close" ]]
    run -0 as ada srun -Q -n 1 --efa-pin=omp:off sh -c "$show"
    [[ $output == "OMP_NUM_THREADS=unset OMP_PLACES=unset OMP_PROC_BIND=unset" ]]
    run -0 as ada FI_PROVIDER=tcp srun -Q -p hpc -n 1 --efa-pin sh -c "$(vars FI_PROVIDER I_MPI_OFI_PROVIDER)"
    [[ $output == "FI_PROVIDER=tcp I_MPI_OFI_PROVIDER=efa" ]]
}

@test "by:none binds nothing and still names an interface" {
    run -0 as ada srun -Q -p hpc -n 1 --efa-pin=by:none sh -c \
        "$(vars FAIRLEAD_PIN_CPUS FAIRLEAD_PIN_NICS OMP_NUM_THREADS)"
    [[ $output == "FAIRLEAD_PIN_CPUS=unset FAIRLEAD_PIN_NICS=rdmap49s0 OMP_NUM_THREADS=unset" ]]
}

@test "fairlead pin plan heeds the words that ask for no plan, and report:" {
    local fairlead=$FAIRLEAD_STAGE/run/cluster/prefix/bin/fairlead
    run ! "$fairlead" pin plan --ntasks 1 --pin off
    [[ $output == *"--pin is 'off'"*"[FL-X301]"* ]]
    run -0 "$fairlead" pin plan --ntasks 1 --pin help
    [[ $output == *"on | off"* && $output != *efa-pin:* ]]
    run -0 "$fairlead" pin plan --ntasks 1 --pin report:json
    jq -e '.schema == "fairlead.pin/1"' <<<"$output"
    run -0 "$fairlead" pin plan --ntasks 1 --pin report:json --format text
    [[ $output == efa-pin:* ]]
}

# A GPU rank drives all interfaces of its GPU (NCCL); p4d has one for two GPUs.
@test "a rank with a GPU gets its GPU's interfaces and keeps CUDA_VISIBLE_DEVICES" {
    run -0 --separate-stderr as ada srun -Q -p gpu -n 2 --gpus=2 --efa-pin sh -c \
        "$(vars SLURM_PROCID FAIRLEAD_PIN_POLICY FAIRLEAD_PIN_GPUS FAIRLEAD_PIN_NICS CUDA_VISIBLE_DEVICES)"
    [[ $(sort <<<"$output") == "SLURM_PROCID=0 FAIRLEAD_PIN_POLICY=gpu FAIRLEAD_PIN_GPUS=0000:10:1c.0 FAIRLEAD_PIN_NICS=rdmap16s27 CUDA_VISIBLE_DEVICES=0,1
SLURM_PROCID=1 FAIRLEAD_PIN_POLICY=gpu FAIRLEAD_PIN_GPUS=0000:10:1d.0 FAIRLEAD_PIN_NICS=rdmap16s27 CUDA_VISIBLE_DEVICES=0,1" ]]
    run -0 as ada srun -Q -p gpu -n 2 --gpus=2 --efa-pin=gpu-env:set sh -c 'echo $SLURM_PROCID $CUDA_VISIBLE_DEVICES'
    [[ $(sort <<<"$output") == "0 0
1 1" ]]
}

@test "a rank that Slurm binds to a GPU of its own is told of that one" {
    run -0 as ada srun -Q -p gpu -n 2 --gpus=3 --gpu-bind=map_gpu:2,1 --efa-pin sh -c \
        'echo $SLURM_PROCID $CUDA_VISIBLE_DEVICES $FAIRLEAD_PIN_GPUS $FAIRLEAD_PIN_NICS'
    [[ $(sort <<<"$output") == "0 2 0000:20:1c.0 rdmap32s27
1 1 0000:10:1d.0 rdmap16s27" ]]
}

# Two GPUs of two interfaces: the plan gives each rank one, and Slurm may give both the same.
@test "a limit of interfaces is not promised where Slurm chooses the GPUs of ranks" {
    run ! --separate-stderr as ada srun -Q -p gpu -n 2 -G 3 --gpu-bind=map_gpu:2,1 \
        --efa-pin=strict,ranks-per-nic:1 true
    [[ $stderr == *"all 2 ranks may come to one interface, whose limit is 1"*"(map_gpu:2,1)"*"[FL-P205]"* ]]
    [[ $(grep -c P205 <<<"$stderr") -eq 1 ]]
    for binding in --gpu-bind=map_gpu:2,1 --gpu-bind=single:1 --gpu-bind=closest; do
        run -0 --separate-stderr as ada srun -Q -p gpu -n 2 -G 3 $binding --efa-pin=strict,ranks-per-nic:2,verbose true
        [[ $stderr == *"gives each rank GPUs of its own as it starts (${binding#*=})"* ]]
    done
    run -0 --separate-stderr as ada srun -Q -p gpu -n 2 -G 3 --gpu-bind=map_gpu:2,1 --efa-pin=ranks-per-nic:1 true
    [[ $stderr == *"all 2 ranks may come to one interface"* ]]
    run -0 --separate-stderr as ada srun -Q -p gpu -n 2 -G 3 --gpu-bind=none --efa-pin=strict,verbose true
    [[ $stderr == *"efa-pin: "* && $stderr != *"of its own"* ]]
}

# With ConstrainDevices Slurm numbers the GPUs of every task from 0.
@test "a rank that cannot tell which GPU it has is narrowed to no interface" {
    run -0 as ada srun -Q -p gpu -n 2 --gpus=2 --gpu-bind=map_gpu:0,0 --efa-pin sh -c \
        'echo "$CUDA_VISIBLE_DEVICES ${FAIRLEAD_PIN_GPUS:-none} $FAIRLEAD_PIN_NICS"'
    for line in "${lines[@]}"; do
        [[ $line == "0 none rdmap16s27,rdmap32s27,rdmap144s27,rdmap160s27" ]]
    done
}

@test "launcher daemons are left alone, and the user is told once for all nodes" {
    for daemon in orted prted prte hydra_pmi_proxy hydra_bstrap_proxy pmi_proxy; do
        script=$(job_script $daemon 'echo ${FAIRLEAD_PIN_CPUS-unpinned}')
        run -0 --separate-stderr as ada srun -Q -p both -N 2 -n 2 --efa-pin=strict "$script"
        [[ $output == $'unpinned\nunpinned' ]]
        [[ $(grep -c "leaves $daemon alone" <<<"$stderr") -eq 1 && $stderr == *"--format rankfile"* ]]
    done
}

# mpirun binds to cores in order by itself, so the plan is turned round to see that it counts.
@test "a real mpirun binds ranks as the rankfile of the plan says, and its daemon is left alone" {
    (($(nproc) > 1)) || skip "needs two CPUs"
    as root "$SITE_PREFIX/bin/fairlead" pin plan --ntasks 2 --cpus-per-task 1 --format rankfile |
        sed 's/^rank 0=/rank x=/; s/^rank 1=/rank 0=/; s/^rank x=/rank 1=/' | sort >"$CLUSTER_DIR/shared/rankfile"
    file=/run/cluster/shared/rankfile
    # The cluster has no network but the loopback interface, and there mpirun of Open MPI 5 ends by
    # signal 11 before it starts anything.
    [[ $(mpirun --version) == *"Open MPI) "[34].* ]] || skip "mpirun of this release needs a network"
    run -0 --separate-stderr as ada OMPI_MCA_oob_tcp_if_include=lo OMPI_MCA_btl_tcp_if_include=lo salloc -Q -N 1 -n 2 --exclusive --efa-pin \
        timeout 60 mpirun -n 2 --rankfile "$file" sh -c \
        'echo $OMPI_COMM_WORLD_RANK $(sed -n "s/Cpus_allowed_list:\t//p" /proc/self/status) ${FAIRLEAD_PIN_CPUS-unpinned}'
    [[ $(sort <<<"$output") == $'0 1 unpinned\n1 0 unpinned' ]]
    # mpirun keeps what srun says to itself, so it is looked for where slurmd keeps it.
    grep -q -e '--efa-pin leaves .* alone' "$CLUSTER_DIR/log/slurmd.n3.log"
}

# slurmstepd gives tasks the soft limit that srun saw (facts: after task_init), slurmd has more.
@test "a pinned task keeps slurmd's limit of locked memory, an unpinned one has the user's" {
    ours='ulimit -S -l 64; exec srun -Q'
    run -0 as ada sh -c "$ours sh -c 'ulimit -S -l'"
    unpinned=$output
    run -0 as ada sh -c "$ours --efa-pin sh -c 'ulimit -S -l'"
    slurmd=$(on n3 -- sh -c 'sed -n "s/^Max locked memory *\([a-z0-9]*\) .*/\1/p" /proc/$(cat /run/slurmd.pid)/limits')
    [[ $unpinned == 64 ]]
    [[ $output == "$slurmd" || $output -eq $((slurmd / 1024)) ]]
    run -0 as ada sh -c "$ours --propagate=MEMLOCK --efa-pin sh -c 'ulimit -S -l'"
    [[ $output == 64 ]]
}

@test "mem:bind sets the policy, and yields to --mem-bind unless forced" {
    policy='sed -n "/ heap\|\[stack\]/{s/^[0-9a-f]* \([a-z:=0-9-]*\).*/\1/p}" /proc/self/numa_maps | sort -u'
    run -0 as ada srun -Q -n 1 --efa-pin=mem:bind sh -c "$policy"
    [[ $output == bind:0 ]]
    run -0 as ada srun -Q -n 1 --efa-pin sh -c "$policy"
    [[ $output == default ]]
    run -0 --separate-stderr as ada srun -Q -n 1 --mem-bind=local --efa-pin=mem:interleave,verbose sh -c "$policy"
    [[ $output != interleave* && $stderr == *"mem:interleave yields to --mem-bind"* ]]
    run -0 as ada srun -Q -n 1 --mem-bind=local --efa-pin=mem:interleave,force sh -c "$policy"
    [[ $output == interleave:0 ]]
}

# As Apptainer and pyxis start a container: in a user and a mount namespace of its own.
@test "a task that enters a container keeps its binding and its environment" {
    # In a chroot nobody may have a user namespace; the virtual machine has the same test.
    as ada srun -Q unshare --user true || skip "user namespaces are not to be had here"
    run -0 as ada srun -Q -n "$(nproc)" --efa-pin unshare --user --map-root-user --mount sh -c \
        'echo $FAIRLEAD_PIN_CPUS $(sed -n "s/Cpus_allowed_list:\t//p" /proc/self/status)'
    for line in "${lines[@]}"; do
        read -r told kernel <<<"$line"
        [[ -n $told && $told == "$kernel" ]]
    done
}
