# shellcheck shell=bash
# What is on a machine, to tell what a package has left.

# files_below ROOT: its files with their contents, and who may do what with them; all but the package manager's
# own notes and what is there for tests.
files_below() {
    local folder out=()
    for folder in var/lib/dpkg var/lib/apt var/cache var/log run/systemd proc dev sys tmp fairlead; do
        out+=(-path "./$folder" -prune -o)
    done
    (cd "$1" && {
        find . "${out[@]}" -printf '%p %y %m %U:%G %l\n'
        find . "${out[@]}" -type f -print0 | xargs -0 sha256sum
    } | LC_ALL=C sort)
}
