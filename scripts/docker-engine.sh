#!/usr/bin/env bash
# Runs the Docker backend's tests on a real engine of another version or make, without installing it:
#
#   scripts/docker-engine.sh trixie [vitest arguments]   Engine 26, as Debian 13 has it
#   scripts/docker-engine.sh sid [vitest arguments]      Engine 28 or newer, as Debian's next release has it
#   scripts/docker-engine.sh FOLDER [vitest arguments]   any other: a folder with usr/sbin/dockerd and what belongs to it
#   scripts/docker-engine.sh podman [vitest arguments]   this machine's Podman: the backend's contract
#
# With DOCKER_MIN_API_VERSION=1.44 Engine 28 speaks no older API than Engine 29 does.
# Engines are fetched once, into ~/.cache/fettle-engines. Run it as root; this machine's docker.io (for runc), busybox-static and
# iptables must be installed. How the engine is started: packages/backend-docker/test/fixtures/private-engine.ts.
set -euo pipefail
engine=$1
shift
cd "$(dirname "$0")/.."
tests=packages/backend-docker

case $engine in
  podman)
    podman --version
    export FETTLE_TEST_ENGINE=podman
    tests=packages/backend-docker/test/integration/contract.test.ts
    ;;
  trixie | sid)
    folder=${XDG_CACHE_HOME:-$HOME/.cache}/fettle-engines
    if [ ! -x "$folder/$engine/usr/sbin/dockerd" ]; then
      mkdir -p "$folder/apt/$engine/lists/partial" "$folder/apt/$engine/cache/archives/partial" "$folder/$engine"
      echo "deb http://deb.debian.org/debian $engine main" >"$folder/apt/$engine/sources.list"
      apt=(-o "Dir::Etc::sourcelist=$folder/apt/$engine/sources.list" -o Dir::Etc::sourceparts=- -o APT::Sandbox::User=root
        -o "Dir::State::lists=$folder/apt/$engine/lists" -o "Dir::Cache=$folder/apt/$engine/cache")
      apt-get "${apt[@]}" update -qq
      (
        cd "$folder/$engine"
        apt-get "${apt[@]}" download -qq "docker.io/$engine" "containerd/$engine" "docker-cli/$engine"
        for package in *.deb; do dpkg-deb -x "$package" .; done
        # Theirs needs a newer C library than this machine may have.
        rm -f -- *.deb usr/sbin/runc usr/bin/runc
      )
    fi
    "$folder/$engine/usr/sbin/dockerd" --version
    export FETTLE_TEST_ENGINE=$folder/$engine
    ;;
  *)
    "$engine/usr/sbin/dockerd" --version
    FETTLE_TEST_ENGINE=$(realpath "$engine")
    export FETTLE_TEST_ENGINE
    ;;
esac
exec node_modules/.bin/vitest run --project integration "$tests" "$@"
