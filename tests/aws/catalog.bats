#!/usr/bin/env bats
# `fairlead catalog` against an EC2 and an instance metadata service that check what they receive.
bats_require_minimum_version 1.5.0

setup() {
    repo=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    fairlead=${FAIRLEAD_STAGE:?set by scripts/test}/run/cluster/prefix/bin/fairlead
    cd "$BATS_TEST_TMPDIR"
    # The catalog is read where it is installed.
    catalog=/run/cluster/prefix/share/fairlead/instance-types.csv
    printf '%s\n' 'schema: fairlead.config/1' >plain.yaml
    unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN
}

teardown() {
    local pid
    for pid in ${fakes-}; do
        kill "$pid"
        wait "$pid" || :
    done
}

# installed CMD...: with the staged files at their place, in a mount namespace of its own.
installed() {
    unshare --mount --propagation private sh -euc '
        mount -t tmpfs -o mode=755 fairlead /run
        mkdir -p /run/cluster
        cp -r "$1" /run/cluster/prefix
        shift
        exec "$@"' sh "$FAIRLEAD_STAGE/run/cluster/prefix" "$@"
}

# started NAME [OPTION...]: a fake of that name with its port in NAME.port.
started() {
    local name=$1
    shift
    mkfifo "$name.stop"
    "$repo/tests/fakes/$name" "$name.port" "$@" <>"$name.stop" 3>&- &
    fakes+=" $!"
    until [[ -s $name.port ]]; do kill -0 "$!"; sleep 0.02; done
}

# aws STATE: both fakes, and a configuration that names them in aws.yaml.
aws() {
    printf '%s' "$1" >state.json
    started ec2 --state state.json --calls calls
    started imds
    cat >aws.yaml <<END
schema: fairlead.config/1
testing:
  aws_endpoint: http://127.0.0.1:$(cat ec2.port)
  imds_endpoint: http://127.0.0.1:$(cat imds.port)
END
}

hpc7a='{"vcpus": 192, "cores": 192, "threads": 1, "memory_gib": 768, "efa": 4, "cards": [150, 150],
    "arch": "x86_64"}'
new='{"vcpus": 8, "cores": 4, "threads": 2, "memory_gib": 16, "efa": 1, "cards": [null], "gpus": 2,
    "arch": "arm64"}'

@test "catalog show prints what is known of a type" {
    run -0 installed "$fairlead" --config "$PWD/plain.yaml" catalog show hpc7a.96xlarge
    [[ ${lines[0]} == "instance type     hpc7a.96xlarge" ]]
    [[ ${lines[1]} == "EFA interfaces    2 at most, on 2 network cards" ]]
    [[ ${lines[2]} == "network           300 Gbps" ]]
    run -0 installed "$fairlead" --config "$PWD/plain.yaml" catalog show p5.48xlarge --format json
    [[ $(python3 -c 'import json, sys; t = json.load(sys.stdin); print(t["efa_interfaces"], t["gpus"])' \
        <<<"$output") == "32 8" ]]
}

@test "catalog show of an unknown type names its family, or the nearest" {
    run -1 --separate-stderr installed "$fairlead" --config "$PWD/plain.yaml" catalog show hpc7a.metal
    # shellcheck disable=SC2154 # set by run
    [[ $stderr == *"of its family: hpc7a.12xlarge, hpc7a.24xlarge, hpc7a.48xlarge, hpc7a.96xlarge" ]]
    run -1 --separate-stderr installed "$fairlead" --config "$PWD/plain.yaml" catalog show hcp7a.96xlarge
    [[ $stderr == *"did you mean 'hpc7a.96xlarge'?" ]]
    run -2 installed "$fairlead" --config "$PWD/plain.yaml" catalog show
}

@test "catalog show and list have the rows of the site" {
    printf 'hpc7a.96xlarge,192,192,1,4,768,1,2,300,,x86_64\n' >site.csv
    printf 'schema: fairlead.config/1\ncatalog: %s\n' "$PWD/site.csv" >site.yaml
    run -0 installed "$fairlead" --config "$PWD/site.yaml" catalog show hpc7a.96xlarge
    [[ ${lines[1]} == "EFA interfaces    1 at most, on 2 network cards" ]]
    run -0 installed "$fairlead" --config "$PWD/site.yaml" catalog list
    ((${#lines[@]} == 298))
    [[ $output == *"hpc7a.96xlarge           192 cores   1 EFA  0 GPUs"* ]]
    run -0 installed "$fairlead" --config "$PWD/site.yaml" catalog list --format json
    [[ $(python3 -c 'import json, sys; print(len(json.load(sys.stdin)))' <<<"$output") == 298 ]]
}

@test "bash completes the types of the catalog" {
    # shellcheck disable=SC2016 # for the shell inside
    run -0 installed env PATH="${fairlead%/*}:$PATH" FAIRLEAD_CONFIG="$PWD/plain.yaml" bash -euc '
        source "$1"
        COMP_WORDS=(fairlead catalog show hpc8) COMP_CWORD=3
        _fairlead
        echo "${COMPREPLY[*]}"' bash "$repo/packaging/completion/fairlead"
    [[ $output == hpc8a.96xlarge ]]
}

@test "catalog refresh takes over what EC2 says, keeps the rest and tells the differences" {
    aws '{"types": {"hpc7a.96xlarge": '"$hpc7a"', "zz.new": '"$new"'}, "page": 1}'
    run -0 installed "$fairlead" --config "$PWD/aws.yaml" catalog refresh --output "$PWD/new.csv"
    [[ ${lines[0]} == "hpc7a.96xlarge: efa_interfaces 4, was 2" ]]
    [[ ${lines[1]} == "zz.new: new" ]]
    [[ ${lines[2]} == "$PWD/new.csv: 299 types, 2 with differences, 297 not offered in us-east-2 and kept" ]]
    diff calls <(printf 'DescribeInstanceTypes 200\nDescribeInstanceTypes 200\n')
    diff <(grep -v '^#' "$FAIRLEAD_STAGE$catalog" | sed 's/^\(hpc7a.96xlarge,.*,768,\)2,/\14,/'
        echo 'zz.new,8,4,2,,16,1,1,,2,arm64') <(grep -v '^#' new.csv)
    [[ $(stat -c %a new.csv) == 644 ]]
}

@test "a refreshed catalog is one that is read" {
    aws '{"types": {"zz.new": '"$new"'}}'
    installed sh -euc '"$1" --config "$2" catalog refresh >/dev/null; "$1" --config "$2" catalog show zz.new' \
        sh "$fairlead" "$PWD/aws.yaml" >shown
    grep -q '^instance type     zz.new$' shown
}

@test "catalog refresh leaves the file alone where EC2 does not answer as it should" {
    echo old >out.csv
    for fault in '{"fault": "error", "status": 403, "code": "UnauthorizedOperation"}' \
        '{"fault": "garbage"}' '{"fault": "half-xml"}' '{"fault": "redirect", "location": "/"}'; do
        fakes=
        rm -f -- *.stop *.port
        aws '{"types": {"zz.new": '"$new"'}, "faults": ['"$fault"']}'
        run -1 installed "$fairlead" --config "$PWD/aws.yaml" catalog refresh --output "$PWD/out.csv"
        [[ $output == *"[FL-X206]" || $output == *"[FL-X208]" ]]
        [[ $(cat out.csv) == old ]]
        teardown
    done
    fakes=
}

@test "no secret is in what is printed, whatever the server repeats" {
    aws '{"faults": [{"fault": "echo"}]}'
    run -1 installed "$fairlead" --config "$PWD/aws.yaml" catalog refresh --output "$PWD/out.csv"
    [[ $output == *"SignatureDoesNotMatch"*"[FL-X206]" ]]
    [[ $output != *"fake-session-token"* && $output != *"fake/secret"* ]]
    export AWS_ACCESS_KEY_ID=AKIAOWN AWS_SECRET_ACCESS_KEY=own/secret+key AWS_SESSION_TOKEN=own-token
    run -1 installed "$fairlead" --config "$PWD/aws.yaml" catalog refresh --output "$PWD/out.csv"
    [[ $output != *"own/secret"* && $output != *"own-token"* ]]
}

@test "without a role and without keys there are no credentials" {
    aws '{}'
    printf '{"paths": {"/latest/meta-data/iam/security-credentials/fairlead-node": null}}' >imds.json
    kill "${fakes##* }"
    fakes=${fakes% *}
    rm imds.stop imds.port
    started imds --data imds.json
    sed -i "s#imds_endpoint: .*#imds_endpoint: http://127.0.0.1:$(cat imds.port)#" aws.yaml
    run -1 installed "$fairlead" --config "$PWD/aws.yaml" catalog refresh --output "$PWD/out.csv"
    [[ $output == *"the instance no role [FL-X205]" ]]
    [[ ! -e calls ]]
}
