#!/bin/sh
# Installs what the tests need: container clients, PostgreSQL, nginx and libfaketime from Debian,
# the Python environment in .tools/venv, the Go tools, the Go SDK's scenario and an S3 server in .tools/bin.
# Says nothing and changes nothing when all of it is in place.
# `tests/install.sh --with-minio` adds a second S3 server, which takes minutes to build.
set -eu

tests=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
tools=$(dirname -- "$tests")/.tools
python=${PYTHON:-python3}

say() { printf 'tests/install.sh: %s\n' "$*" >&2; }
fail() { say "$@"; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }
can_apt() { [ "$(id -u)" = 0 ] && has apt-get; }

# Unchanged inputs leave their checksum in a stamp file; the work is then done.
checksum() { cat -- "$@" | sha256sum | cut -d ' ' -f 1; }
is_stamped() { [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]; }

# A library, by which tests move a server's clock.
has_faketime() { ls /usr/lib/*/faketime/libfaketimeMT.so.1 >/dev/null 2>&1; }
# Debian keeps the programs of each PostgreSQL version in a folder of its own, off the PATH.
has_postgres() { ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; }

# Prints "PROGRAM PACKAGE" for each program that is missing.
missing_programs() {
    while read -r program package; do
        has "$program" || echo "$program $package"
    done <<LIST
skopeo skopeo
podman podman
buildah buildah
containerd containerd
crun crun
curl curl
openssl openssl
dpkg-deb dpkg
setpriv util-linux
nginx nginx
strace strace
valgrind valgrind
LIST
    has_postgres || echo "initdb postgresql"
    has_faketime || echo "libfaketime libfaketime"
    [ -f /etc/ssl/certs/ca-certificates.crt ] || echo "CA-certificates ca-certificates"
    "$python" -c 'import ensurepip, venv' 2>/dev/null || echo "$python-with-venv python3-venv"
}

# The image builder takes its packages from apt's lists.
has_package_lists() { apt-cache show busybox-static >/dev/null 2>&1; }

install_packages() { apt-get install -y -qq --no-install-recommends "$@" >&2; }

# Packages of servers start them, and PostgreSQL's makes a cluster: the tests want the programs alone.
# A policy (invoke-rc.d(8)) and a setting (pg_createcluster(1)) that are there already are not touched.
policy=/usr/sbin/policy-rc.d
no_cluster=/etc/postgresql-common/createcluster.d/no-main-cluster.conf
without_services() {
    made=
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod 755 "$policy"
        made=$policy
    fi
    if [ ! -e "${no_cluster%/*/*}" ]; then
        mkdir -p "${no_cluster%/*}"
        echo 'create_main_cluster = false' >"$no_cluster"
        made="$made $no_cluster"
    fi
    # shellcheck disable=SC2086 # one word a file
    [ -z "$made" ] || trap 'rm -f $made' EXIT
    trap 'exit 130' INT TERM
    "$@"
    # shellcheck disable=SC2086
    [ -z "$made" ] || rm -f $made
}

install_programs() {
    missing=$(missing_programs)
    if [ -z "$missing" ] && has_package_lists; then return; fi
    if ! can_apt; then
        if [ -n "$missing" ]; then
            say "these programs are missing (PROGRAM PACKAGE):"
            printf '%s\n' "$missing" | sed 's/^/    /' >&2
        else
            say "apt has no package lists; the tests build their images from Debian packages"
        fi
        fail "they can only be installed by root on Debian: run this as root, or install them first"
    fi
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    if [ -n "$missing" ]; then
        packages=$(printf '%s\n' "$missing" | cut -d ' ' -f 2)
        say "installing" $packages
        # shellcheck disable=SC2086 # one word a package
        without_services install_packages $packages
    fi
    left=$(missing_programs)
    [ -z "$left" ] || fail "still missing after apt-get install:" $left
}

check_languages() {
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        fail "$python is older than Python 3.11; name a newer one in PYTHON"
    has go || fail "Go is missing (https://go.dev/doc/install); crane, helm and others are built with it"
}

install_python_packages() {
    wanted=$(checksum "$tests/requirements.txt")
    if is_stamped "$tools/venv/.requirements" "$wanted"; then return; fi
    say "installing the Python packages of tests/requirements.txt"
    rm -rf "$tools/venv"
    "$python" -m venv "$tools/venv"
    # tccli and the SDK are huge; compiling all of their modules takes longer than installing them.
    "$tools/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
        --use-pep517 --no-compile --require-hashes --requirement "$tests/requirements.txt"
    echo "$wanted" >"$tools/venv/.requirements"
}

# Builds the tools of one module: tests/tools, a folder in it, or a program of our own.
install_go_tools() {
    module=$tests/$1
    stamp=$tools/bin/.go-$(echo "$1" | tr / -)
    wanted=$(checksum "$module/go.mod" "$module/go.sum" $(find "$module" -maxdepth 1 -name '*.go' | sort))
    if is_stamped "$stamp" "$wanted"; then return; fi
    say "building the Go tools of tests/$1 (the first time takes some minutes)"
    mkdir -p "$tools/bin"
    # Without C and without debug symbols: less to compile, a third less to link and keep.
    (cd "$module" && GOBIN="$tools/bin" CGO_ENABLED=0 GOFLAGS=-mod=readonly go install -ldflags='-s -w' tool)
    echo "$wanted" >"$stamp"
}

install_programs
check_languages
install_python_packages
install_go_tools tools
install_go_tools tools/versitygw
install_go_tools sdk_go
if [ "${1:-}" = --with-minio ]; then install_go_tools tools/minio; fi
