#!/usr/bin/env bats
# What Slurm's daemons load: names, versions, exports, and what is linked.
bats_require_minimum_version 1.5.0

setup() {
    repo=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    objects=${FAIRLEAD_STAGE:?set by scripts/test}/run/cluster/prefix
    front=$objects/lib/slurm/spank_fairlead.so
    step=$objects/lib/fairlead/spank-step.so
    core=$objects/lib/fairlead/spank-core.so
    from_records=$objects/lib/fairlead/spank-recorded.so
    job_submit=$objects/lib/slurm/job_submit_fairlead.so
    prolog=$objects/libexec/fairlead/fairlead-prolog
    epilog=$objects/libexec/fairlead/fairlead-epilog
    load=${FAIRLEAD_BUILD:?set by scripts/test}/tests/abi/load_object
}

# slurm_version: SLURM_VERSION_NUMBER of the headers that were built against.
slurm_version() {
    sed -n 's/^SLURM_INCLUDE_DIR:PATH=//p' "$FAIRLEAD_BUILD/CMakeCache.txt" |
        xargs -I{} sed -n 's/^#define[ \t]*SLURM_VERSION_NUMBER[ \t]*\(0x[0-9a-f]*\).*/\1/p' \
            {}/slurm/slurm_version.h
}

exports() { nm -D --defined-only "$1" | awk '{ print $3 }' | sort; }
mapped() { sed -n 's/^    \([a-z_]*\);$/\1/p' "$1" | sort; }
# linked FILE: short names of the libraries it names itself.
linked() { readelf -d "$1" | sed -n 's/.*(NEEDED).*\[lib\([a-z0-9_+-]*\).*\]/\1/p' | sort | xargs; }

@test "a C program loads the SPANK plugin and reads its name, type and version" {
    run -0 "$load" "$front" plugin
    [[ ${lines[0]} == fairlead && ${lines[1]} == spank && ${lines[2]} == "$(slurm_version)" ]]
}

@test "a C program loads the job_submit plugin and reads its name, type and version" {
    run -0 "$load" "$job_submit" plugin
    [[ ${lines[0]} == "Fairlead job submit plugin" && ${lines[1]} == job_submit/fairlead ]]
    [[ ${lines[2]} == "$(slurm_version)" ]]
}

# stamp_of FOLDER [BEFORE]: what the job_submit plugin of this folder of builds says it is for.
stamp_of() {
    run -0 "$load" "$FAIRLEAD_BUILD/tests/abi/$1/job_submit_fairlead.so" plugin "${@:2}"
    printf '%s\n' "${lines[2]}"
}

# another BIT: the version that was built against, with this bit changed.
another() { printf '0x%06x' $(($(slurm_version) ^ $1)); }

# slurms_own NAME: a plugin under this name, stamped for the Slurm that was built against.
slurms_own() {
    cp "$FAIRLEAD_BUILD/tests/fakes/plugin_same.so" "$BATS_TEST_TMPDIR/$1"
    printf '%s\n' "$BATS_TEST_TMPDIR/$1"
}

@test "job_submit of another X.Y.Z takes the stamp of the Slurm that loads it, and of another X.Y keeps its own" {
    for kind in select_cons_tres auth_munge hash_k12; do
        before=$(slurms_own "$kind.so")
        [[ $(stamp_of other_version "$before") == "$(slurm_version)" ]]
        [[ $(stamp_of other_release "$before") == "$(another 0x100)" ]]
    done
}

@test "job_submit keeps its stamp where no plugin of Slurm's own is there to ask" {
    [[ $(stamp_of other_version) == "$(another 1)" ]]
    [[ $(stamp_of other_version "$(slurms_own job_submit_site.so)") == "$(another 1)" ]]
}

@test "a C program loads both planning parts through their one function" {
    for part in "$core" "$from_records"; do
        run -0 "$load" "$part" core
        [[ $output == "core ABI 5" ]]
    done
}

@test "a child that slurmctld forks and that exits does not hang in the plugin" {
    run -0 env FAIRLEAD_CONFIG=/nonexistent "$load" "$job_submit" fork
    [[ $output == "the child ended" ]]
}

@test "each object exports what its map says and nothing else" {
    diff <(exports "$front") <(mapped "$repo/spank/front.map")
    diff <(exports "$step") <(mapped "$repo/spank/step.map")
    diff <(exports "$core") <(mapped "$repo/spank/core.map")
    diff <(exports "$from_records") <(mapped "$repo/spank/core.map")
    diff <(exports "$job_submit") <(mapped "$repo/jobsubmit/exports.map")
}

@test "the plugins take from Slurm what slurm_symbols.txt lists and nothing else" {
    used=$(nm -D --undefined-only "$front" "$step" "$job_submit" | awk '$1 == "U" { print $2 }' |
        grep -E '^(slurm|spank)_' | sort -u)
    diff <(printf '%s\n' "$used") <(grep -v '^#' "$repo/tests/abi/slurm_symbols.txt")
    run ! grep -E ' U (slurm|spank)_' <(nm -D "$core" "$from_records")
}

@test "the front that every srun loads, the part of a step, and what plans from records, link the C library alone" {
    for object in "$front" "$step" "$from_records"; do
        [[ $(linked "$object" | sed 's/ld-linux-[a-z]*//; s/^ *//; s/ *$//') == c ]]
    done
}

@test "the whole planning part links hwloc, libnuma and yaml-cpp, admission yaml-cpp and RE2, beside the C++ runtime" {
    [[ $(linked "$core") =~ ^c\ gcc_s\ hwloc\ (m\ )?numa\ stdc\+\+\ yaml-cpp$ ]]
    [[ $(linked "$job_submit") =~ ^(absl_[a-z0-9_]+\ )*c\ gcc_s\ (m\ )?re2\ stdc\+\+\ yaml-cpp$ ]]
}

@test "the program that asks libfabric links it and the C++ runtime" {
    [[ $(linked "$objects/libexec/fairlead/fairlead-fabric-probe") =~ ^c\ fabric\ gcc_s\ (m\ )?stdc\+\+$ ]]
}

@test "the program that stages links what speaks to S3, and nothing of Slurm, fabric or topology" {
    run -0 ldd "$objects/libexec/fairlead/fairlead-stage"
    [[ $output =~ libcurl && ! $output =~ lib(slurm|fabric|hwloc|numa|sqlite|soci) ]]
}

@test "nothing that slurmd or slurmctld loads or runs links a network, SQL or Slurm library" {
    for object in "$front" "$step" "$core" "$from_records" "$job_submit" "$prolog" "$epilog"; do
        run -0 ldd "$object"
        [[ ! $output =~ lib(curl|fabric|slurm|mysql|mariadb|sqlite|pq|ssl|crypto|ibverbs) ]]
    done
}

@test "no file of lib outside lib/slurm includes a Slurm header" {
    run ! grep -rlE '#[[:space:]]*include[[:space:]]*[<"]slurm/' "$repo/lib" --exclude-dir=slurm
}

@test "Slurm's version is asked for in the compatibility headers alone" {
    run -0 grep -rlE 'SLURM_VERSION_NUM' "$repo"/{lib,spank,jobsubmit,prolog,cli} --include='*.[ch]pp'
    allowed='^(jobsubmit/compat.hpp|lib/slurm/compat.hpp|spank/abi.hpp)$'
    for file in "${lines[@]}"; do
        [[ ${file#"$repo/"} =~ $allowed ]]
    done
}
