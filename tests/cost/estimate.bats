#!/usr/bin/env bats
# fairlead cost estimate as people call it.
bats_require_minimum_version 1.5.0

setup() {
    cd "$BATS_TEST_DIRNAME/../.."
    PATH=${FAIRLEAD_BUILD:?set by scripts/test}/cli:$PATH
    unset "${!SLURM_@}" "${!SBATCH_@}" "${!SALLOC_@}"
}

# estimate WORD...: by the examples, at a time whose prices are known.
estimate() {
    fairlead cost estimate --book conf/cost-examples/prices.csv --nodes conf/cost-examples/nodes.csv \
        --partitions conf/cost-examples/partitions.txt --at "${at:-2026-11-01}" "$@"
}

@test "what a job names, or else its partition, is multiplied, and the sentence says with what" {
    run -0 estimate -- sbatch -N 8 -t 1-0 --wrap=true
    [[ $output == 'At most $1,440.00 (8 nodes, 24 h)' ]]
    run -0 estimate -- sbatch --wrap=true
    [[ $output == 'At most $7.50 (1 node, 1 h)' ]]
    run -0 estimate -- srun -n 400 -t 2:00:00 true
    [[ $output == 'At most $45.00 (3 nodes, 2 h)' ]]
    run -0 estimate -- sbatch -N2-4 --array=1-10%2 -t 30 --wrap=true
    [[ $output == 'At most $150.00 (4 nodes, 30 min, 10 array tasks)' ]]
    run -0 estimate -- salloc -p hpc,spot -t 60
    [[ $output == 'At most $7.50 (1 node, 1 h)' ]]
}

@test "a rise that the book has already counts, where a job of the partition can see it" {
    at=2026-06-30 run -0 estimate -- sbatch -N 1 -t 2-0 --wrap=true
    [[ $output == 'At most $360.00 (1 node, 48 h)' ]]
    at=2026-06-28 run -0 estimate -- sbatch -N 1 -t 2-0 --wrap=true
    [[ $output == 'At most $345.60 (1 node, 48 h)' ]]
}

@test "no job has more nodes than its partition" {
    run -0 estimate -- sbatch -N1-99999 -t 60 --wrap=true
    [[ $output == 'At most $480.00 (64 nodes, 1 h)' ]]
}

@test "prices and nodes are those of the section cost where none are named" {
    printf '%s\n' 'schema: fairlead.config/1' "cost: {prices: $PWD/conf/cost-examples/prices.csv, nodes: $PWD/conf/cost-examples/nodes.csv}" \
        >"$BATS_TEST_TMPDIR/fairlead.yaml"
    run -0 fairlead --config "$BATS_TEST_TMPDIR/fairlead.yaml" cost estimate --partitions conf/cost-examples/partitions.txt --at 2026-11-01 -- sbatch -N 8 -t 1-0 --wrap=true
    [[ $output == 'At most $1,440.00 (8 nodes, 24 h)' ]]
    printf '%s\n' 'schema: fairlead.config/1' >"$BATS_TEST_TMPDIR/fairlead.yaml"
    run -1 fairlead --config "$BATS_TEST_TMPDIR/fairlead.yaml" cost estimate -- sbatch --wrap=true
    [[ $output == *"has no section \`cost\` that names prices and nodes; name them with --book and --nodes [FL-X106]" ]]
}

@test "memory on each node counts for each task, where slurmctld gives memory to jobs" {
    run -0 estimate -- srun -n 8 --mem=384000 -t 60 true
    [[ $output == 'At most $30.00 (4 nodes, 1 h)' ]]
    run -0 estimate -- srun -N 1 -n 8 --mem=384000 -t 60 true
    [[ $output == 'At most $7.50 (1 node, 1 h)' ]]
    printf '#!/bin/bash\nif [[ $* == "show config" ]]; then echo "SelectTypeParameters    = $(<"$0.says")"; else cat "%s"; fi\n' \
        "$PWD/conf/cost-examples/partitions.txt" >"$BATS_TEST_TMPDIR/scontrol"
    chmod 755 "$BATS_TEST_TMPDIR/scontrol"
    printf 'schema: fairlead.config/1\nscontrol: %s/scontrol\n' "$BATS_TEST_TMPDIR" >"$BATS_TEST_TMPDIR/fairlead.yaml"
    asked() {
        echo "$1" >"$BATS_TEST_TMPDIR/scontrol.says"
        fairlead --config "$BATS_TEST_TMPDIR/fairlead.yaml" cost estimate --book conf/cost-examples/prices.csv \
            --nodes conf/cost-examples/nodes.csv --at 2026-11-01 -- srun -n 8 --mem=0 -t 60 true
    }
    run -0 asked CR_CORE_MEMORY
    [[ $output == 'At most $60.00 (8 nodes, 1 h)' ]]
    run -0 asked CR_CPU
    [[ $output == 'At most $7.50 (1 node, 1 h)' ]]
}

@test "it is an upper bound whatever makes more nodes of a job" {
    run -0 estimate -- srun -n 400 --threads-per-core=1 -t 2:00:00 true
    [[ $output == 'At most $75.00 (5 nodes, 2 h)' ]]
    run -0 estimate -- sbatch -w 'hpc-[1-4]' -t 60 --wrap=true
    [[ $output == 'At most $30.00 (4 nodes, 1 h)' ]]
    run -0 estimate -- sbatch -n 10 --spread-job -t 60 --wrap=true
    [[ $output == 'At most $75.00 (10 nodes, 1 h)' ]]
}

@test "a job that nothing limits is assumed to take what --assume-hours says, and that is told" {
    run -0 estimate -- sbatch -p spot --wrap=true
    [[ $output == 'At most $44.99 (1 node, 24 h assumed, for it has no time limit)' ]]
    run -0 estimate --assume-hours 2 -- sbatch -p spot --wrap=true
    [[ $output == 'At most $3.75 (1 node, 2 h assumed'* ]]
    run -0 estimate -- sbatch -t unlimited --wrap=true
    [[ $output == 'At most $360.00 (1 node, 48 h)' ]]
}

@test "the components of a heterogeneous job are added up" {
    run -0 estimate -- sbatch -N 2 -t 60 : -p spot -N 1 -t 30 --wrap=true
    [[ $output == 'At most $15.94 (3 nodes in 2 components, 1 h)' ]]
}

@test "--format json has what the sentence has, exactly" {
    run -0 estimate --format json -- sbatch -p spot -t 60 --wrap=true
    [[ $(jq -r '.schema, .at_most, .currency, .nodes, .minutes, .time_assumed' <<<"$output" | xargs) == \
        "fairlead.cost-estimate/1 1.874500000 USD 1 60 false" ]]
}

@test "what has no price is not free, and wrong words are told" {
    at=2025-01-01 run -1 estimate -- sbatch --wrap=true
    [[ $output == *FL-C103* ]]
    run -1 estimate -- sbatch -p gpu --wrap=true
    [[ $output == *"no partition gpu"*FL-C103* ]]
    run -2 estimate -- sbatch --nodse=2 --wrap=true
    [[ $output == *"did you mean --nodes?"* ]]
    at=yesterday run -2 estimate -- sbatch --wrap=true
    [[ $output == *FL-X301* ]]
    run -2 estimate --assume-hours 0 -- sbatch --wrap=true
    run -1 fairlead cost estimate --book conf/cost-examples/prices.csv --nodes conf/cost-examples/nodes.csv \
        --partitions README.md -- sbatch --wrap=true
    [[ $output == *README.md:1:*FL-C108* ]]
}
