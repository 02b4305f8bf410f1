#!/bin/sh
# Quafka @VERSION@ for @PLATFORM@, with the Java runtime that it needs: one file, which unpacks itself once and runs from there.
#
#   ./quafka broker
#
# Environment: QUAFKA_CACHE (where to unpack; else $XDG_CACHE_HOME/quafka, ~/.cache/quafka, or /var/tmp/quafka-UID where there is no
# home), and what Quafka itself reads. It needs a shell, tar, gzip, sha256sum, mktemp.
set -eu

version=@VERSION@
sha256=@SHA256@
begin=@BEGIN@ # The archive's first byte in this file, from 1.

if [ -n "${QUAFKA_CACHE:-}" ]; then
    cache=$QUAFKA_CACHE
elif [ -n "${XDG_CACHE_HOME:-}" ]; then
    cache=$XDG_CACHE_HOME/quafka
elif [ -n "${HOME:-}" ] && [ -w "$HOME" ]; then
    cache=$HOME/.cache/quafka
else
    cache=/var/tmp/quafka-$(id -u)
fi
home=$cache/$version-$(printf %.16s "$sha256")

say() {
    echo "quafka: $1" >&2
}

fail() {
    say "$1"
    exit 1
}

# Everything happens in a directory beside the final one, which a rename then puts in place: whoever sees the final directory sees
# all of it, and of several that start at once the later ones find the first's.
unpack() {
    mkdir -p "$cache" 2>/dev/null && [ -w "$cache" ] || fail "cannot write to $cache: say in QUAFKA_CACHE where to unpack"
    # In a place where all may write, another's directory could hold another's program.
    [ -O "$cache" ] || [ -n "${QUAFKA_CACHE:-}" ] || fail "$cache belongs to another user: say in QUAFKA_CACHE where to unpack"
    work=$(mktemp -d "$cache/.unpack.XXXXXX") || fail "cannot write to $cache"
    trap 'rm -rf "$work"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    say "unpacking $version, once, into $home"
    actual=$(tail -c "+$begin" "$0" | sha256sum | cut -d ' ' -f 1)
    [ "$actual" = "$sha256" ] || fail "$0 is damaged: its archive has SHA-256 $actual, expected $sha256"
    tail -c "+$begin" "$0" | tar -xzf - -C "$work" || fail "cannot unpack into $cache"
    # On the disk before it has its name, so that a power loss leaves no half of it under that name.
    sync -f "$work" 2>/dev/null || sync
    mv -T "$work/quafka" "$home" 2>/dev/null || [ -x "$home/bin/quafka" ] || fail "cannot put $home in place"
    rm -rf "$work"
    trap - EXIT INT TERM
    remove_others
}

# Of other versions, removes what no process runs from; and what was left by unpackers that were killed.
remove_others() {
    command -v flock >/dev/null || return 0
    for other in "$cache"/*/; do
        other=${other%/}
        [ "$other" != "$home" ] && [ -f "$other/in-use" ] || continue
        (
            exec 8<"$other/in-use"
            flock -n -x 8 || exit 0
            gone=$(mktemp -d "$cache/.unpack.XXXXXX")
            mv "$other" "$gone" && rm -rf "$gone"
        ) || :
    done
    find "$cache" -maxdepth 1 -name '.unpack.*' -mtime +1 -exec rm -rf {} + 2>/dev/null || :
}

# Descriptor 9 says as long as the program runs that this version is in use.
hold() {
    [ -x "$home/bin/quafka" ] || return 1
    { exec 9<"$home/in-use"; } 2>/dev/null || return 1
    ! command -v flock >/dev/null || flock -s 9
    # It may have been removed while we waited.
    [ -x "$home/bin/quafka" ]
}

[ -x "$home/bin/quafka" ] || unpack
hold || { unpack && hold; } || fail "$home is removed again and again: by whom?"
exec "$home/bin/quafka" "$@"
