#!/usr/bin/env bats
# `fairlead cost deliver`: each viewer of groups.yaml gets each report once, and of others' groups nothing.
bats_require_minimum_version 1.5.0

setup() {
    PATH=${FAIRLEAD_BUILD:?set by scripts/test}/cli:$PATH
    cd "$BATS_TEST_TMPDIR"
    here=$BATS_TEST_DIRNAME
    examples=$here/../../conf/cost-examples
    fairlead ledger settle --ledger ledger.db --cluster atlas --tz UTC --book "$examples/prices.csv" \
        --nodes "$examples/nodes.csv" --sacct "$examples/sacct.txt" --seen 2027-01-01 --until 2026-08-01 >/dev/null
    cp "$examples/groups.yaml" .
    # Keeps what it is given, with its arguments; fails for the address in "refused".
    cat >sendmail <<'END2'
#!/usr/bin/python3
import email, os, pathlib, sys
here = pathlib.Path(__file__).parent
message = sys.stdin.buffer.read()
to = email.message_from_bytes(message)["To"]
refused = here / "refused"
if refused.exists() and to in refused.read_text().split():
    sys.exit(f"no such mailbox: {to}")
assert sys.argv[1:] == ["-t", "-i"] and "BATS_TEST_TMPDIR" not in os.environ
box = here / "box"
box.mkdir(exist_ok=True)
(box / f"{len(list(box.iterdir())):03}").write_bytes(message)
if (here / "dies").exists():
    os.kill(os.getppid(), 9)
END2
    chmod 755 sendmail
}

deliver() { fairlead cost deliver month=2026-07 --output-dir out --ledger ledger.db --groups groups.yaml "$@"; }
mailed() { deliver --mail "$PWD/sendmail" "$@"; }
report() { fairlead cost report group month=2026-07 --ledger ledger.db --groups groups.yaml "$@"; }
# who got what, a line each
box() { python3 "$here/mailbox.py" box; }

@test "each group, university and the site has its report in all forms, as fairlead cost report makes it" {
    run -0 deliver
    [[ ${lines[0]} == "group-bio-2026-07-01-2026-08-01: office@north.example due" ]]
    [[ ${lines[1]} == "group-cfd-2026-07-01-2026-08-01: no viewers" ]]
    [[ ${lines[-1]} == "5 of 5 reports of 2026-07 written; 0 sent, 0 sent before, 4 due, 0 failed" ]]
    (($(find out -type f | wc -l) == 20))
    same() { # same NAME [WORDS]
        local file=out/$1-2026-07-01-2026-08-01
        diff "$file.txt" <(report "${@:2}")
        diff "$file.csv" <(report --csv "${@:2}")
        diff "$file.json" <(report --json "${@:2}")
        report --html page.html "${@:2}"
        diff "$file.html" page.html
    }
    same group
    for group in bio cfd; do same "group-$group" "groups=$group"; done
    for university in north south; do same "university-$university" "universities=$university"; done
}

@test "a viewer is sent the report of theirs, the page and the table beside it, and nothing of another's" {
    run -0 mailed --from cost@cluster.example
    [[ $output == *"university-north-2026-07-01-2026-08-01: dean@north.example sent, finance@north.example sent"* ]]
    run -0 box
    [[ $output == "board@cluster.example group-2026-07-01-2026-08-01 Cost of all groups in 2026-07, provisional
dean@north.example university-north-2026-07-01-2026-08-01 Cost of north in 2026-07, provisional
finance@north.example university-north-2026-07-01-2026-08-01 Cost of north in 2026-07, provisional
office@north.example group-bio-2026-07-01-2026-08-01 Cost of bio in 2026-07, provisional" ]]
    python3 "$here/mailbox.py" box out # each part is the file
    python3 - <<'END2'
import email, email.policy, pathlib, re
for path in pathlib.Path("box").iterdir():
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert message["From"] == "cost@cluster.example" and message["Auto-Submitted"] == "auto-generated"
    text = "".join(part.get_content() for part in message.walk() if not part.is_multipart())
    others = re.findall(r"\b(cfd|ben|south|30\.00)\b", text)
    assert bool(others) == (message["To"] == "board@cluster.example"), (message["To"], others)
    assert "bio" in text
END2
}

@test "a closed month says so, and each report is sent once" {
    fairlead cost close 2026-07 --ledger ledger.db --groups groups.yaml --author eva
    run -0 mailed
    [[ ${lines[-1]} == "5 of 5 reports of 2026-07 written; 4 sent, 0 sent before, 0 due, 0 failed" ]]
    run -0 box
    [[ ${lines[0]} == *"Cost of all groups in 2026-07, closed" ]]
    run -0 mailed
    [[ ${lines[-1]} == "5 of 5 reports of 2026-07 written; 0 sent, 4 sent before, 0 due, 0 failed" ]]
    # One who comes later gets it then, and another month is another report.
    sed -i 's/viewers: \[office@north.example\]/viewers: [office@north.example, new@north.example]/' groups.yaml
    run -0 mailed
    [[ ${lines[0]} == *": new@north.example sent, office@north.example sent before" ]]
    run -0 fairlead cost deliver month=2026-06 --output-dir out --ledger ledger.db --groups groups.yaml --mail "$PWD/sendmail"
    [[ ${lines[-1]} == *"; 5 sent, 0 sent before, 0 due, 0 failed" ]]
    (($(find box -type f | wc -l) == 10))
    run -0 fairlead ledger verify --ledger ledger.db
}

@test "a viewer who cannot be reached stops no other, and is tried again" {
    echo "dean@north.example" >refused
    run -1 mailed
    [[ $output == *"fairlead: $PWD/sendmail ended with status 1 for 'Cost of north in 2026-07, provisional' to dean@north.example: no such mailbox: dean@north.example [FL-C404]"* ]]
    [[ $output == *"dean@north.example failed, finance@north.example sent"* ]]
    [[ ${lines[-1]} == "5 of 5 reports of 2026-07 written; 3 sent, 0 sent before, 0 due, 1 failed" ]]
    rm refused
    run -0 mailed
    [[ ${lines[-1]} == "5 of 5 reports of 2026-07 written; 1 sent, 3 sent before, 0 due, 0 failed" ]]
    run -0 box
    [[ $(cut -d' ' -f1 <<<"$output") == $'board@cluster.example\ndean@north.example\nfinance@north.example\noffice@north.example' ]]
}

@test "one that is killed behind a mail sends it again rather than leave anybody out" {
    touch dies
    mailed >/dev/null 2>&1 && false
    rm dies
    run -0 mailed
    [[ ${lines[-1]} == "5 of 5 reports of 2026-07 written; 4 sent, 0 sent before, 0 due, 0 failed" ]]
    run -0 box
    [[ $(cut -d' ' -f1 <<<"$output" | uniq -c | awk '{ print $1, $2 }') == $'1 board@cluster.example\n1 dean@north.example\n1 finance@north.example\n2 office@north.example' ]]
}

@test "a report that cannot be written stops no other, and is not sent" {
    mkdir -p out/group-bio-2026-07-01-2026-08-01.html/in-the-way
    run -1 mailed
    [[ $output == *"[FL-X201]"* && $output == *"group-bio-2026-07-01-2026-08-01: office@north.example failed"* ]]
    [[ ${lines[-1]} == "4 of 5 reports of 2026-07 written; 3 sent, 0 sent before, 0 due, 1 failed" ]]
}

@test "a dry run says who would get what, and changes nothing" {
    before=$(sha256sum ledger.db)
    run -0 mailed --dry-run
    [[ ${lines[-1]} == "0 of 5 reports of 2026-07 written; 0 sent, 0 sent before, 4 due, 0 failed" ]]
    [[ ! -e out && ! -e box && $(sha256sum ledger.db) == "$before" ]]
    mailed >/dev/null
    run -0 mailed --dry-run --json
    [[ $(jq -r '.schema, .month, (.reports[] | "\(.of) \(.name) \(.files) \(.written) \(.viewers | map("\(.address) \(.state)") | join(","))")' <<<"$output") == "fairlead.cost-deliver/1
2026-07
group bio group-bio-2026-07-01-2026-08-01 false office@north.example sent before
group cfd group-cfd-2026-07-01-2026-08-01 false 
university north university-north-2026-07-01-2026-08-01 false dean@north.example sent before,finance@north.example sent before
university south university-south-2026-07-01-2026-08-01 false 
site  group-2026-07-01-2026-08-01 false board@cluster.example sent before" ]]
}

@test "a name is neither a path nor a header" {
    python3 - <<'END2'
text = open("groups.yaml").read()
name = "../b\\u00fc\\r\\nBcc: eve@evil.example\\r\\n\\r\\n" + "\\u00e4" * 20
open("groups.yaml", "w").write(text.replace("  bio:", f'  "{name}":'))
END2
    run -0 mailed
    [[ $output != *"../"* ]]
    (($(find . -name '*.html' | wc -l) == 5 && $(find out -type f | wc -l) == 20))
    python3 - <<'END2'
import email, email.policy, pathlib
for path in pathlib.Path("box").iterdir():
    raw = path.read_bytes()
    assert max(map(len, raw.splitlines())) <= 998 and raw.isascii()
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert message["Bcc"] is None
    if message["To"] == "office@north.example":
        subject = message["Subject"]
        assert "Cost of ../bü??Bcc: eve@evil.example????" + "ä" * 20 + " in 2026-07, provisional" == subject, subject
END2
}

@test "what is no address is named where it stands" {
    for wrong in 'eve' 'a@b@c' 'eve@evil.example, x@y' '|sh@x' '-oQ@x' 'eve@-x' 'a b@c' '"eve@x\nBcc: y"' 'eve@x\r' 'ü@x' 'eve@' '@x' '<eve@x>'; do
        [[ $wrong == \"* ]] || wrong="\"$wrong\""
        printf 'schema: fairlead.groups/1\ngroups:\n  bio: {accounts: [bio], viewers: [%s]}\n' "$wrong" >wrong.yaml
        run -1 fairlead cost groups --groups wrong.yaml
        [[ $output == *"wrong.yaml:3:"*"is no mail address; expected such as ada@north.example [FL-X106]" ]]
    done
    run -2 mailed --from 'eve@x, y@z'
    [[ $output == *"--from is 'eve@x, y@z'; expected a mail address"*"[FL-X301]" ]]
}

@test "what is asked for wrongly is told" {
    run -2 deliver groups=bio
    [[ $output == *"expected month=last, or such as month=2026-06 [FL-C401]" ]]
    run -2 deliver month=June
    [[ $output == *"[FL-C401]" ]]
    run -2 fairlead cost deliver month="$(date -u +%Y-%m)" --output-dir out --ledger ledger.db
    [[ $output == *"it is not over, and a report is sent once"*"[FL-C401]" ]]
    run -2 deliver --mail sendmail
    [[ $output == *"expected an absolute path such as /usr/sbin/sendmail [FL-X301]" ]]
    run -2 fairlead cost deliver --ledger ledger.db
    chmod 777 sendmail
    run -1 mailed
    [[ $output == *"[FL-X110]" && ! -e box && ! -e out ]]
    run -1 fairlead cost deliver --output-dir out --ledger none.db
    [[ $output == *"[FL-C302]" ]]
    mkdir out
    flock out -c 'fairlead cost deliver month=2026-07 --output-dir out --ledger ledger.db --groups groups.yaml' 2>&1 |
        grep -q 'another delivers into out; let it end first \[FL-C404\]'
}
