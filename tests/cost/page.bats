#!/usr/bin/env bats
# A report as a page: what a browser shows of it is what the report says.
bats_require_minimum_version 1.5.0

setup() {
    PATH=${FAIRLEAD_BUILD:?set by scripts/test}/cli:$PATH
    cd "$BATS_TEST_TMPDIR"
    here=$BATS_TEST_DIRNAME
}

# settled ROWS SEED: a ledger of a random dump.
settled() {
    python3 "$here/report.py" make "$1" "$2" .
    fairlead ledger settle --ledger ledger.db --cluster atlas --tz UTC --book book.csv --nodes nodes.csv \
        --sacct dump.txt --seen 2027-01-01 --wckeys >/dev/null
}

# compared KIND WORD...: the page in a browser against the JSON.
compared() {
    fairlead cost report "$@" --ledger ledger.db --groups groups.yaml --html page.html
    fairlead cost report "$@" --ledger ledger.db --groups groups.yaml --json >report.json
    timeout 120 chromium-headless-shell --no-sandbox --disable-gpu --user-data-dir="$PWD/profile" --dump-dom \
        "file://$PWD/page.html" >dom.html 2>browser.log 3>&-
    python3 "$here/chart_values.py" dom.html report.json
}

@test "charts and facts in a browser are those of the report" {
    settled 800 21
    run -0 compared group start=2026-07-01 end=2026-08-01
    [[ $output == "4 figures, 3 sections" ]]
    run -0 compared group start=2026-07-01 end=2026-08-01 groups=bio
    run -0 compared user start=2026-05-01 end=2026-09-01
    fairlead cost close 2026-06 --ledger ledger.db --groups groups.yaml
    run -0 compared grant month=2026-06
}

@test "a page needs nothing from elsewhere and runs nothing" {
    settled 300 22
    sed -i "s/pi-of-bio/'<script>alert(1)<\/script>'/" groups.yaml
    run -0 compared group start=2026-05-01 end=2026-09-01
    run ! grep -E '<script|http://|https://|url\(|@import' page.html
    grep -q "&lt;script&gt;alert(1)&lt;/script&gt;" page.html
    grep -q "default-src 'none'" page.html
}
