# A Debian of its own in $ROOT, which a test may change as it likes.
# shellcheck source=tests/packages/files.bash
source "${BASH_SOURCE[0]%/*}/files.bash"

# new_root: as it is after debootstrap; services of packages do not start in it.
new_root() {
    cp -a "$(. /etc/os-release && "$REPO/scripts/debian-root" "$VERSION_CODENAME")" "$ROOT"
    rm -rf "$ROOT/fairlead"
    printf '#!/bin/sh\nexit 101\n' >"$ROOT/usr/sbin/policy-rc.d"
    chmod 0755 "$ROOT/usr/sbin/policy-rc.d"
}

# in_root CMD...: in that Debian, with mounts that end with the command.
in_root() {
    # shellcheck disable=SC2016 # expanded inside
    unshare --mount --propagation private /bin/sh -euc '
        root=$1
        shift
        mount --bind "$root" "$root"
        mount -t proc proc "$root/proc"
        mount --rbind /dev "$root/dev"
        mount --rbind /sys "$root/sys"
        mount --bind /etc/resolv.conf "$root/etc/resolv.conf" 2>/dev/null || :
        cd "$root"
        exec chroot "$root" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
            DEBIAN_FRONTEND=noninteractive http_proxy="${http_proxy-}" https_proxy="${https_proxy-}" "$@"
    ' sh "$ROOT" "$@"
}
apt_get() { in_root apt-get -y -qq --no-install-recommends -o Dpkg::Use-Pty=0 "$@"; }

files() { files_below "$ROOT"; }
install_packages() { in_root sh -c 'apt-get install -y -qq --no-install-recommends /packages/*.deb'; }
