#!/bin/sh
# Installs the peers into .tools/bin: Debian's docker-registry, and distribution as a Go program.
# nginx, the Python environment and the shared stores' servers come with tests/install.sh; run that first.
# Says nothing and changes nothing when all of it is in place.
set -eu

bench=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
tools=$(dirname -- "$bench")/.tools
distribution=github.com/distribution/distribution/v3/cmd/registry@v3.1.2

say() { printf 'bench/install.sh: %s\n' "$*" >&2; }
fail() { say "$@"; exit 1; }
is_stamped() { [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]; }

# Only the program is taken from the package: installed, it would be a service that starts.
install_docker_registry() {
    if [ -x "$tools/bin/docker-registry" ]; then return; fi
    say "fetching Debian's docker-registry"
    apt-cache show docker-registry >/dev/null 2>&1 || fail "apt has no docker-registry; run apt-get update"
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
    chmod 755 "$folder"
    (cd "$folder" && apt-get download -qq docker-registry >&2 && dpkg-deb -x docker-registry_*.deb .)
    install -m 755 "$folder/usr/bin/docker-registry" "$tools/bin/docker-registry"
}

install_distribution() {
    stamp=$tools/bin/.go-distribution
    if is_stamped "$stamp" "$distribution"; then return; fi
    say "building $distribution (the first time takes some minutes)"
    folder=$(mktemp -d)
    GOBIN="$folder" CGO_ENABLED=0 go install -ldflags='-s -w' "$distribution"
    mv "$folder/registry" "$tools/bin/distribution"
    rmdir "$folder"
    echo "$distribution" >"$stamp"
}

mkdir -p "$tools/bin"
install_docker_registry
install_distribution
