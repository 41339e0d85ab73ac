#!/usr/bin/env bats
# The documents say what the programs do.
bats_require_minimum_version 1.5.0

setup() {
    cd "$BATS_TEST_DIRNAME/../.."
    PATH=${FAIRLEAD_BUILD:?set by scripts/test}/cli:$PATH
}

# troubleshooting: what docs/troubleshooting.md must hold below its introduction.
troubleshooting() {
    local code
    for code in $(fairlead explain | awk '{ print $1 }'); do
        printf '\n## '
        fairlead explain "$code"
    done
}

@test "docs/troubleshooting.md has every error code, in the words of fairlead explain" {
    diff <(sed -n '/^## /,$p' docs/troubleshooting.md) <(troubleshooting | tail -n +2)
}

@test "every code that a program, a document or a test names exists" {
    known=$(fairlead explain | awk '{ print $1 }')
    used=$(grep -rhoE 'FL-[A-Z][0-9]+' README.md docs conf lib spank jobsubmit prolog cli tests/live | sort -u)
    for code in $used; do
        grep -qx "$code" <<<"$known"
    done
}

@test "every code is used by the code" {
    for code in $(fairlead explain | awk '{ print $1 }'); do
        grep -rqE "Code::${code#FL-}\b|$code" lib spank jobsubmit prolog cli --include='*.cpp' \
            --exclude=codes.cpp
    done
}

@test "no document installs fairlead-slurmctld, and with it slurmctld, on every machine" {
    run -1 grep -nF './fairlead*' README.md docs/*.md
}

@test "the ready policy allows what the table of permissions asks of EC2 and of the price list" {
    policy=$(sed -n '/^## What Fairlead asks of AWS/,/^## /{/^```json/,/^```$/{/^```/!p}}' docs/admin-guide.md)
    allowed=$(jq -r '.Statement[].Action[]' <<<"$policy" | sort)
    asked=$(sed -n '/^## 4. Which IAM permissions/,/^## 5/p' docs/install.md | grep -oE '`(ec2|pricing):[A-Za-z]+`' | tr -d '`' | sort -u)
    [[ $(wc -l <<<"$asked") -ge 5 ]]
    diff <(printf '%s\n' "$asked") <(printf '%s\n' "$allowed")
}

documents() { printf '%s\n' README.md docs/*.md; }

@test "each block of commands in the documents is run, or says why not; those run here print what is shown" {
    # shellcheck disable=SC2046
    run -0 python3 tests/docs/console.py $(documents)
}

@test "a block without a mark, with an unknown one or with a command that its test does not run is told" {
    cd "$BATS_TEST_TMPDIR"
    mkdir tests
    echo '# fairlead pin plan' >tests/a.bats
    fence='```'
    printf '%s\n' "Text" '' '    fairlead version' '' "${fence}tset" a "$fence" "$fence" b "$fence" "${fence}sh not-run: " c "$fence" \
        "${fence}text" '$ fairlead version' "$fence" "${fence}sh run-by tests/a.bats" 'fairlead pin plan --x' 'fairlead node scan' "$fence" \
        "${fence}sh run-by tests/b.bats" d "$fence" "${fence}sh not-run: why" e "$fence" "${fence}console" '$ echo f' g "$fence" >page.md
    run -1 python3 "$BATS_TEST_DIRNAME/console.py" page.md
    [[ $(grep -c '^not ok' <<<"$output") == 8 && $(grep -c '^ok' <<<"$output") == 2 ]]
    [[ $output == *"page.md:3: "*"without a mark"*"no test looks for 'tset'"*"is no reason"*"does not run 'node scan'"*"there is no tests/b.bats"* ]]
}

@test "the documents name no command and no option of fairlead that it does not have" {
    run -0 python3 tests/docs/named.py README.md docs/*.md
    ((${lines[-1]% commands} > 200))
    printf '`fairlead pin\nplna` `fairlead cost report x | y --foo` `fairlead cost report --htm x`\n' >"$BATS_TEST_TMPDIR/page.md"
    run -1 python3 tests/docs/named.py "$BATS_TEST_TMPDIR/page.md"
    [[ ${#lines[@]} == 3 && $output == *"pin plna: plna"*"--htm x: --htm"* ]]
}

@test "every recipe stands in docs/policy-cookbook.md as it is in its file" {
    for recipe in conf/policy-examples/*.yaml; do
        rules=$(sed '1,/^policy:/d' "$recipe")
        [[ $(<docs/policy-cookbook.md) == *"$rules"* ]] || { echo "$recipe"; false; }
    done
}

@test "fairlead policy test passes the cases of the recipes, and tells what fails" {
    run -0 fairlead policy test conf/policy-examples/tests/*.yaml
    [[ ${lines[-1]} == 1..[0-9]* ]]
    run ! grep '^not ok' <<<"$output"
    sed 's|\.\./|'"$PWD"'/conf/policy-examples/|; s/refuse: gpus-have-a-type/accept: true/' \
        conf/policy-examples/tests/gpu.yaml >"$BATS_TEST_TMPDIR/gpu.yaml"
    run -1 --separate-stderr fairlead policy test "$BATS_TEST_TMPDIR/gpu.yaml"
    [[ $output == *"not ok 2 - GPUs have a type"*"gpu.yaml:7:5: refused: name the type"*"expected it to be accepted"* ]]
    run -1 --separate-stderr fairlead policy test --format json "$BATS_TEST_TMPDIR/gpu.yaml"
    [[ $(jq '[.cases[].passes] | map(select(. == false)) | length' <<<"$output") == 1 ]]
}

@test "fairlead policy explain says who asked, what each rule did, and by its status whether the job is taken" {
    gpu=conf/policy-examples/gpu.yaml
    run -0 fairlead policy explain --rules "$gpu" -- sbatch --gpus=a100:1 --wrap=true
    [[ $output == *"$gpu:11:5: gpus-go-to-their-partition"*"partition: (unset) -> gpu"*accepted ]]
    run -1 fairlead policy explain --rules "$gpu" -- sbatch -p gpu --wrap=true
    [[ $output == *"refused: partition gpu is for jobs with GPUs"* ]]
    run -2 fairlead policy explain --rules "$gpu" -- sbatch --prtition=gpu --wrap=true
    [[ $output == *"did you mean --partition?"* ]]
    run -2 fairlead policy explain --rules "$gpu" --user no-such-user -- sbatch --wrap=true
    run -1 fairlead policy explain --rules "$gpu" -- scontrol update JobId=1 Partition=gpu
    [[ $output == *"cannot be decided"*FL-A203* ]]
    run -1 --separate-stderr fairlead policy explain --rules "$gpu" --format json -- sbatch -G 1 --wrap=true
    [[ $(jq -r '.accepted, .jobs[0].rules[0].name, .jobs[0].job.partition' <<<"$output" | xargs) == "false gpus-have-a-type gpu" ]]
}

@test "fairlead config check reads the rules too" {
    printf 'schema: fairlead.config/1\npolicy:\n  - name: a\n    when: {partition: x}\n    rejct: no\n' \
        >"$BATS_TEST_TMPDIR/fairlead.yaml"
    run -1 fairlead config check "$BATS_TEST_TMPDIR/fairlead.yaml"
    [[ $output == *"fairlead.yaml:5:5: unknown key 'rejct'"* ]]
    sed -i "s/rejct: no/reject: '{partitoin}'/" "$BATS_TEST_TMPDIR/fairlead.yaml"
    run -1 fairlead config check "$BATS_TEST_TMPDIR/fairlead.yaml"
    [[ $output == *"FL-A214"* ]]
    sed -i 's/partitoin/partition/' "$BATS_TEST_TMPDIR/fairlead.yaml"
    run fairlead config check "$BATS_TEST_TMPDIR/fairlead.yaml" # its status is of the installed catalog
    [[ $output == *"policy: 1 rules"* && $output != *FL-A* ]]
}

@test "a plan as JSON is what its schema says, for every recorded machine and policy" {
    for topology in tests/fixtures/topologies/*.xml; do
        for policy in auto gpu nic numa l3 compact spread none; do
            fairlead pin plan --topology "$topology" --ntasks 7 --gpus all --pin "by:$policy" \
                --format json >"$BATS_TEST_TMPDIR/plan.json"
            run -0 python3 -m jsonschema -i "$BATS_TEST_TMPDIR/plan.json" docs/schema/fairlead.pin-1.json
        done
    done
}

# of_schema NAME: the output is what the schema says.
of_schema() {
    printf '%s\n' "$output" >"$BATS_TEST_TMPDIR/$1.json"
    run -0 python3 -m jsonschema -i "$BATS_TEST_TMPDIR/$1.json" "docs/schema/fairlead.$1-1.json"
}

@test "what the policy commands print as JSON is what its schemas say" {
    gpu=conf/policy-examples/gpu.yaml
    for job in "sbatch -G 1 --wrap=true" "sbatch -p gpu --wrap=true" "scontrol update JobId=1 Partition=gpu"; do
        # shellcheck disable=SC2086
        run --separate-stderr fairlead policy explain --rules "$gpu" --format json -- $job
        of_schema policy-explain
    done
    for recipe in conf/policy-examples/*.yaml; do
        run --separate-stderr fairlead policy check --format json "$recipe"
        of_schema policy-check
    done
    for cases in conf/policy-examples/tests/*.yaml; do
        run --separate-stderr fairlead policy test --format json "$cases"
        of_schema policy-test-result
    done
    printf 'schema: fairlead.config/1\nstate_dir: %s\n' "$BATS_TEST_TMPDIR" >"$BATS_TEST_TMPDIR/fairlead.yaml"
    run -0 --separate-stderr fairlead --config "$BATS_TEST_TMPDIR/fairlead.yaml" policy status --format json
    of_schema policy-status
}

@test "policy check names the files of policy.d that look like rules and are not read" {
    mkdir "$BATS_TEST_TMPDIR/policy.d"
    printf 'schema: fairlead.config/1\n' >"$BATS_TEST_TMPDIR/fairlead.yaml"
    touch "$BATS_TEST_TMPDIR"/policy.d/{10-gpu.yml,notes.txt}
    run -0 --separate-stderr fairlead --config "$BATS_TEST_TMPDIR/fairlead.yaml" policy check
    [[ $output == "0 rules, fine" && $stderr == *"policy.d/10-gpu.yml is not read; rules are in files *.yaml" ]]
}

# grammar_words: words and values of the grammar, as its help lists them.
grammar_words() {
    fairlead pin plan --help | sed '1,/^ARGS are/d' | awk -F '   *' '
        { sub(/\[.*\]/, "", $2); n = split($2, words, / *[|] */)
          for (i = 1; i <= n; i++) { sub(/:.*/, "", words[i]); print words[i] } }
        $2 ~ /:/ && $3 ~ /[|]/ { n = split($3, values, / *[|] */)
          for (i = 1; i <= n; i++) { sub(/[ :+].*/, "", values[i]); key = $2; sub(/:.*/, "", key)
            if (values[i] !~ /NAME/) print key ":" values[i] } }' | grep .
}

@test "docs/pinning.md explains every word and value of the grammar" {
    [[ $(grammar_words | wc -l) -ge 35 ]]
    for word in $(grammar_words); do
        grep -qF -e "\`$word\`" -e "\`$word:" -e "\`$word[" docs/pinning.md || { echo "missing: $word"; false; }
    done
}

@test "the picture in docs/pinning.md is what the command above it prints" {
    command=$(sed -nE 's/^\$ (fairlead pin plan .* --format svg) >.*/\1/p' docs/pinning.md)
    # shellcheck disable=SC2086
    diff <($command) docs/images/pin-hpc7a.svg
}

# What jobs cost depends on how long they took.
without_amounts() { sed -E '/^bio,/s/[0-9]+\.[0-9]{9}/N/g'; }

@test "the README shows what scripts/demo prints" {
    (($(nproc) >= 2)) || skip "the README was made with two CPUs"
    run -0 --separate-stderr scripts/demo
    diff <(sed -n '/^```demo$/,/^```$/{//!p}' README.md | without_amounts) <(printf '%s\n' "$output" | sed 1d | without_amounts)
    [[ $output == *"bio,ben,6,0.0"[0-9]*",4000.000000000,3999.9"* ]] # what ran for seconds cost something
}

@test "scripts/demo leaves no process and no mount behind, also when interrupted" {
    before=$(cat /proc/mounts)
    status=0
    setsid scripts/demo >"$BATS_TEST_TMPDIR/out" 2>&1 &
    demo=$!
    for ((i = 0; i < 1200; i++)); do
        ! grep -q 'hpc7a.96xlarge' "$BATS_TEST_TMPDIR/out" || break
        kill -0 "$demo"
        sleep 0.1
    done
    cluster=$(<build/demo/cluster/state/head)
    kill -0 "${cluster%% *}"
    kill -TERM -- "-$demo"
    wait "$demo" || status=$?
    [[ $status -eq 143 ]]
    run ! kill -0 "${cluster%% *}"
    [[ ! -e build/demo/cluster ]]
    diff <(printf '%s\n' "$before") /proc/mounts
}

# below [WORD...]: the words that can follow a command.
below() { fairlead "$@" --help | sed -n '/^Subcommands:/,$s/^  \([a-z][a-z-]*\) .*/\1/p'; }

# commands [WORD...]: each command that can be run, those of a group in place of the group.
commands() {
    local word words
    words=$(below "$@")
    [[ -n $words ]] || echo "$*"
    for word in $words; do commands "$@" "$word"; done
}

# undescribed: entries of a help on standard input with no words behind them, nor in the line below.
undescribed() {
    sed -n '/^\(Positionals\|Options\|Subcommands\):/,/^$/p' | awk '
        bare != "" && !/^          / { print bare }
        { bare = /^  [^ ]/ && !/[^ ]  +[^ ]/ ? $0 : "" }'
}

@test "every command and option of fairlead has a help text" {
    [[ $(printf 'Options:\n  --bare\n  --more TEXT\n%30swords\n  -n,--no TEXT\n\n' '' | undescribed | xargs) == "--bare -n,--no TEXT" ]]
    (($(commands | wc -l) >= 40))
    for command in "" $(commands | cut -d " " -f 1 | sort -u) $(commands | tr ' ' +); do
        # shellcheck disable=SC2086
        run -0 fairlead ${command//+/ } --help
        [[ $output == *"--help"* ]]
        [[ -z $(undescribed <<<"$output") ]] || { echo "fairlead ${command//+/ }: $(undescribed <<<"$output")"; false; }
    done
}

# entries: arguments and options, as a help on standard input has them in its first column.
entries() { sed -nE '/^(Positionals|Options):/,/^$/s/^  ([^ ]([^ ]| [^ ])*).*/\1/p' | grep -v '^-h,'; }

# pages: the manual pages that are installed. typed: one of them without the letters of roff.
pages() { find "$FAIRLEAD_STAGE/run/cluster/prefix/share/man" -type f; }
page() { find "$FAIRLEAD_STAGE/run/cluster/prefix/share/man" -name "$1.[1-8]"; }
typed() { sed -E 's/\\(:|&|f[BIR])//g; s/\\-/-/g; s/\\\(aq/'"'"'/g; s/\\\(ga/`/g; s/\\\(ha/^/g; s/\\\(ti/~/g; s/\\e/\\/g' "$1"; }

@test "every program and every file that an admin writes has a manual page" {
    prefix=$FAIRLEAD_STAGE/run/cluster/prefix
    programs=$(basename -a "$prefix"/bin/* "$prefix"/libexec/fairlead/*)
    files=$(basename -a conf/*.yaml conf/instance-types.csv conf/cost-examples/*.yaml conf/cost-examples/{prices,nodes,instances}.csv)
    [[ $(wc -w <<<"$programs $files") -ge 14 ]]
    for name in $programs $files policy options; do
        [[ -n $(page "$name")$(page "fairlead-$name") ]] || { echo "no page: $name"; false; }
    done
    (($(pages | wc -l) == 16))
}

@test "fairlead(1) has every command with its arguments and options, and no other" {
    typed "$(page fairlead)" >"$BATS_TEST_TMPDIR/page"
    diff <(sed -n 's/^\.SS fairlead \([a-z -]*[a-z]\).*/\1/p' "$BATS_TEST_TMPDIR/page") <(commands)
    for command in $(commands | tr ' ' +); do
        entries=$(fairlead ${command//+/ } --help | entries) || true
        chapter=$(awk -v head=".SS fairlead ${command//+/ }" 'index($0, ".S") == 1 { on = $0 == head || index($0, head " ") == 1 } on' "$BATS_TEST_TMPDIR/page")
        [[ -n $chapter ]]
        while read -r entry; do
            [[ -z $entry ]] || grep -qxF -e "$entry" <<<"$chapter" || { echo "fairlead ${command//+/ }: $entry"; false; }
        done <<<"$entries"
    done
}

@test "fairlead-options(7) has every option of srun, and the plugin's words" {
    typed "$(page fairlead-options)" >"$BATS_TEST_TMPDIR/page"
    for option in $(sed -nE 's/^    \{"([a-z-]+)".*/\1/p' spank/option_table.cpp); do
        grep -qE -e "^--$option(=|\[)" "$BATS_TEST_TMPDIR/page"
    done
    for word in $(grammar_words); do
        grep -qF -e "${word%%:*}" "$BATS_TEST_TMPDIR/page"
    done
}

@test "roff has nothing to say of a manual page, and none names a file of the sources" {
    for page in $(pages); do
        run -0 groff -man -Tutf8 -K utf8 -ww -z -rLL=78n "$page"
        [[ -z $output ]] || { echo "$page"; false; }
        run ! grep -E '\.[ch]pp' "$page"
    done
}

# completed WORD...: what bash would offer for the last word.
completed() {
    # shellcheck source=packaging/completion/fairlead
    source packaging/completion/fairlead
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
    _fairlead
    printf '%s\n' "${COMPREPLY[@]}"
}

@test "bash completes commands, options, formats and codes" {
    [[ $(completed fairlead p | xargs) == "pin policy prices pause" ]]
    [[ $(completed fairlead pin p) == plan ]]
    [[ $(completed fairlead pin plan --nt) == --ntasks ]]
    [[ $(completed fairlead pin plan --format j) == json ]]
    [[ $(completed fairlead pin plan --format r) == rankfile ]]
    [[ -z $(completed fairlead node scan --format r) ]]
    [[ $(completed fairlead explain FL-E20 | head -n 1) == FL-E201 ]]
    [[ $(completed fairlead policy e) == explain ]]
    [[ -z $(completed fairlead job explain FL-E20) ]]
    [[ $(completed fairlead policy test conf/policy-examples/tests/gp) == *gpu.yaml ]]
    [[ $(completed fairlead policy explain --us) == --user ]]
    [[ $(completed fairlead stage export --s) == --succeeded ]]
}
