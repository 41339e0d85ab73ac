#!/usr/bin/env bats
# The options as a user meets them, in srun, sbatch and salloc.
bats_require_minimum_version 1.5.0
load site_cluster

setup_file() { site_cluster; }
teardown_file() { cluster_down; }
teardown() { cluster_report; }

# What a step says about its own pinning.
PINNED='echo pinned=${FAIRLEAD_PIN_CPUS-no}'

@test "srun, sbatch and salloc list both options in their help" {
    for command in srun sbatch salloc; do
        run -0 as ada "$command" --help
        [[ $output == *--efa-pin* && $output == *--efa=required\|preferred\|off* ]]
    done
}

@test "the options for where nodes lie are in the help, and a slip in one queues nothing" {
    for command in srun sbatch salloc; do
        run -0 as ada "$command" --help
        for option in --efa-interfaces=N --placement=cluster --max-layer=1 --same-az; do
            [[ $output == *"$option"* ]]
        done
    done
    run ! as ada sbatch --placement=clutser --wrap true
    [[ $output == *"--placement: unknown value 'clutser', did you mean 'cluster'? [FL-P102]"* ]]
    run ! as ada srun --max-layer=4 true
    [[ $output == *"--max-layer: unknown value '4'"*"[FL-P102]"* ]]
    run ! as ada salloc --efa-interfaces=0 true
    [[ $output == *"--efa-interfaces: '0' is no count; expected 1 to 64 [FL-P102]"* ]]
    [[ -z $(as root squeue -h) ]]
}

@test "srun --efa-pin pins an ordinary user's step and root's" {
    run -0 as ada srun -Q --efa-pin sh -c "$PINNED"
    [[ $output == pinned=[0-9]* ]]
    run -0 as root srun -Q --efa-pin=on sh -c "$PINNED"
    [[ $output == pinned=[0-9]* ]]
}

@test "without an option, and with --efa-pin=off, nothing is pinned or printed" {
    run -0 as ada srun -Q sh -c "$PINNED"
    [[ $output == pinned=no ]]
    run -0 as ada srun -Q --efa-pin=off sh -c "$PINNED"
    [[ $output == pinned=no ]]
}

@test "with off in plugstack.conf scripts that ask for pins run unpinned, and are told" {
    cp "$CLUSTER_DIR/slurm/plugstack.conf" "$BATS_TEST_TMPDIR/plugstack"
    sed -i 's#$# pin=on off#' "$CLUSTER_DIR/slurm/plugstack.conf"
    script=$(job_script off.sh '#SBATCH --efa-pin' "srun sh -c '$PINNED'")
    run -0 as ada sbatch --wait -o /run/cluster/shared/off.out "$script"
    run -0 cat "$CLUSTER_DIR/shared/off.out"
    [[ $output == *"--efa-pin does nothing: Fairlead is off in plugstack.conf"* && $output == *pinned=no* ]]
    run -0 as ada srun -Q sh -c "$PINNED"
    [[ $output == pinned=no ]]
    run ! as ada srun -Q --efa-pin=by:nick true
    cp "$BATS_TEST_TMPDIR/plugstack" "$CLUSTER_DIR/slurm/plugstack.conf"
    run -0 as ada srun -Q --efa-pin sh -c "$PINNED"
    [[ $output == pinned=[0-9]* ]]
}

@test "an #SBATCH line is read, the batch script itself is left alone, its srun is pinned" {
    script=$(job_script lines.sh '#SBATCH --efa-pin' "$PINNED" "srun sh -c '$PINNED'")
    run -0 as ada sbatch --wait -o /run/cluster/shared/lines.out "$script"
    run -0 cat "$CLUSTER_DIR/shared/lines.out"
    [[ ${lines[0]} == pinned=no && ${lines[1]} == pinned=[0-9]* ]]
}

@test "sbatch --efa-pin on the command line reaches the nested srun, and =off there cancels it" {
    # Slurm says so where the second step finds the first one's CPU not yet free; -Q keeps that off the page.
    script=$(job_script nested.sh "srun -Q sh -c '$PINNED'" "srun -Q --efa-pin=off sh -c '$PINNED'")
    run -0 as ada sbatch --efa-pin --wait -o /run/cluster/shared/nested.out "$script"
    run -0 cat "$CLUSTER_DIR/shared/nested.out"
    [[ ${lines[0]} == pinned=[0-9]* && ${lines[1]} == pinned=no ]]
}

@test "salloc --efa-pin pins the steps of the allocation" {
    run -0 as ada salloc -Q --efa-pin srun sh -c "$PINNED"
    [[ $output == *pinned=[0-9]* ]]
}

@test "--export=NONE keeps the option" {
    run -0 as ada srun -Q --export=NONE --efa-pin /bin/sh -c "$PINNED"
    [[ $output == pinned=[0-9]* ]]
}

@test "a bad --efa-pin word ends each command before anything is queued and names the nearest word" {
    script=$(job_script bad.sh true)
    for command in "srun true" "salloc true" "sbatch $script"; do
        read -ra words <<<"$command"
        run ! as ada "${words[0]}" --efa-pin=by:nick "${words[@]:1}"
        [[ $output == *"unknown policy 'nick', did you mean 'nic'? [FL-P101]"* ]]
    done
    [[ -z $(as root squeue -h -u ada) ]]
}

@test "a bad word in an #SBATCH line is refused as well" {
    script=$(job_script badline.sh '#SBATCH --efa=requierd' true)
    run ! as ada sbatch "$script"
    [[ $output == *"unknown value 'requierd', did you mean 'required'? [FL-P102]"* ]]
}

@test "an oversized value is refused on the user's side" {
    run ! as ada srun -Q --efa-pin="$(printf 'x%.0s' {1..300})" true
    [[ $output == *FL-P103* ]]
}

@test "control characters in a value do not reach the terminal" {
    run ! as ada srun -Q --efa-pin=$'\e[31mred' true
    [[ $output == *"'?[31mred'"* ]]
}

@test "options smuggled in through the environment are read with the same care" {
    run ! as ada _SLURM_SPANK_OPTION_fairlead_efa_pin=by:nick srun true
    [[ $output == *FL-P101* ]]
    wait_for 10 no_jobs_on n3
    wait_for 10 is_idle n3
}
