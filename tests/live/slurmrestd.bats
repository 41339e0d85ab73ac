#!/usr/bin/env bats
# Jobs that are posted to slurmrestd meet the rules of the site as all others do.
bats_require_minimum_version 1.5.0
load lib
# shellcheck source=tests/live/site.bash
source "$BATS_TEST_DIRNAME/site.bash"
load policy_site

SOCKET=/run/cluster/shared/rest.socket

setup_file() { ! is_installed || policy_site; }
teardown_file() { ! is_installed || cluster_down; }
is_installed() { command -v slurmrestd >/dev/null; }

# slurmrestd runs as the user whom it serves, and knows its clients by the socket.
setup() {
    is_installed || skip 'this system has no slurmrestd'
    API=$(newest openapi_v)
    local plugin=openapi/$API
    ENVIRONMENT='{"PATH": "/bin"}'
    if [[ -z $API ]]; then # later versions have one plugin, and a parser for each version of the API
        API=$(newest data_parser_v) plugin=openapi/slurmctld ENVIRONMENT='["PATH=/bin"]'
    fi
    as ada slurmrestd -a rest_auth/local -s "$plugin" "unix:$SOCKET" >"$BATS_TEST_TMPDIR/slurmrestd.log" 2>&1 3>&- &
    SERVER=$!
    wait_for 10 as ada curl -sf --unix-socket "$SOCKET" "http://localhost/slurm/$API/ping"
}
teardown() {
    is_installed || return 0
    kill "$SERVER"
    wait "$SERVER" || :
    as root rm -f "$SOCKET"
    [[ -n ${BATS_TEST_COMPLETED-} ]] || cat "$BATS_TEST_TMPDIR/slurmrestd.log"
    cluster_report
}

# newest PREFIX: "v0.0.38", the newest version of which Slurm has such a plugin.
newest() {
    local plugins
    plugins=$(as root scontrol show config | awk '$1 == "PluginDir" { print $3 }')
    find "${plugins##*:}" -name "$1*.so" -printf '%f\n' | sort -V | sed -n "s/^$1\(.*\)\.so$/v\1/;s/_/./g;\$p"
}

# post FIELD...: a held job of ada's, with these fields; prints the answer.
post() {
    local job
    job=$(printf '"%s": "%s", ' "$@")
    as ada curl -sS --unix-socket "$SOCKET" -H 'Content-Type: application/json' "http://localhost/slurm/$API/job/submit" \
        -d "{\"script\": \"#!/bin/sh\ntrue\n\", \"job\": {$job \"hold\": true, \"environment\": $ENVIRONMENT}}"
}

# send PATH JSON: posts it, and prints the answer.
send() {
    as ada curl -sS --unix-socket "$SOCKET" -H 'Content-Type: application/json' "http://localhost/slurm/$API/$1" -d "$2"
}

# common FIELD...: what a held job of ada's says, with these fields.
common() { printf '%s, ' "$@"; printf '"current_working_directory": "/tmp", "hold": true, "environment": %s' "$ENVIRONMENT"; }

# refused SENTENCE: the last answer is an error, and it or a log says why. The plugin's log leaves through a ring.
refused() {
    [[ $output == *'"error_code": 2002'* || $output == *'"error_number": 2002'* ]] || return 1
    printf '%s\n' "$output" >"$BATS_TEST_TMPDIR/answer"
    wait_for 5 said "$1"
}
said() { grep -qF "$1" "$BATS_TEST_TMPDIR"/{answer,slurmrestd.log} "$CLUSTER_DIR/log/slurmctld.log"; }

@test "a job posted to slurmrestd is refused by a rule, and slurmrestd is told why" {
    rules '- {name: account, require: {account: "say who pays: --account=NAME"}}'
    run -0 post current_working_directory /tmp
    [[ $output == *'"error_code": 2002'* || $output == *'"error_number": 2002'* ]]
    [[ $output != *'"job_id": '[1-9]* ]]
    # Slurm 22.05 tells the client the code alone; its log has the sentence.
    { printf '%s\n' "$output"; cat "$BATS_TEST_TMPDIR/slurmrestd.log"; } |
        grep -F 'fairlead: say who pays: --account=NAME (rule account) [FL-A202]'
}

@test "another gets what the rules fill in, and their warnings" {
    rules '- {name: limit, default: {time_limit: 30m}}' '- {name: slow, when: {work_dir: /home*}, warn: "{work_dir} is slow"}'
    run -0 post current_working_directory /home account bio
    [[ $output == *'"job_submit_user_msg": "fairlead: '*'/home is slow"'* ]]
    [[ $output =~ \"job_id\":\ ([1-9][0-9]*) ]]
    run -0 as root scontrol -o show job "${BASH_REMATCH[1]}"
    [[ $output == *" Account=bio "* && $output == *" TimeLimit=00:30:00 "* && $output == *" UserId=ada("* ]]
}

@test "an array and each component of a heterogeneous job are held to the rules" {
    rules '- {name: tasks, when: {array_size: "> 10"}, reject: "{array_size} tasks, 10 at most"}' \
        '- {name: wide, when: {tasks: "> 2", het_component: "1"}, reject: "component {het_component} has {tasks} tasks"}'
    run -0 send job/submit "{\"script\": \"#!/bin/sh\ntrue\n\", \"job\": {$(common '"array": "1-100"')}}"
    refused '100 tasks, 10 at most'
    run -0 send job/submit "{\"script\": \"#!/bin/sh\ntrue\n\", \"job\": {$(common '"array": "1-4"')}}"
    [[ $output =~ \"job_id\":\ ([1-9][0-9]*) ]]
    as root scancel "${BASH_REMATCH[1]}"
    run -0 send job/submit "{\"script\": \"#!/bin/sh\ntrue\n\", \"jobs\": [{$(common '"tasks": 1')}, {$(common '"tasks": 3')}]}"
    refused 'component 1 has 3 tasks'
    run -0 send job/submit "{\"script\": \"#!/bin/sh\ntrue\n\", \"jobs\": [{$(common '"tasks": 1')}, {$(common '"tasks": 2')}]}"
    [[ $output =~ \"job_id\":\ ([1-9][0-9]*) ]]
    as root scancel "${BASH_REMATCH[1]}"
}

@test "an update that is posted is held to the rules" {
    rules '- {name: long, when: {time_limit: "> 2h"}, reject: "2 h at most, not {time_limit}"}'
    id=$(as ada sbatch --parsable --hold -t 60 -o /dev/null --wrap true)
    run -0 send "job/$id" "{\"time_limit\": $(minutes 300)}"
    refused '2 h at most, not 05:00:00'
    run -0 send "job/$id" "{\"time_limit\": $(minutes 30)}"
    run -0 as root scontrol -o show job "$id"
    [[ $output == *" TimeLimit=00:30:00 "* ]]
    as root scancel "$id"
}
# minutes NUMBER: as this version of the API has it.
minutes() { if [[ $API < v0.0.40 ]]; then echo "$1"; else echo "{\"set\": true, \"number\": $1}"; fi; }
