#!/usr/bin/env bash
# Runs the Docker backend's tests on another version of the engine, as Debian has it, without installing it:
#
#   scripts/docker-engine.sh trixie <folder> [vitest arguments]     Engine 26
#   scripts/docker-engine.sh sid <folder> [vitest arguments]        Engine 28 or newer
#
# The engine is fetched into the folder once. docker.io, busybox-static and iptables of this machine must be installed: runc
# is this machine's. Run it as root; see packages/backend-docker/test/fixtures/private-engine.ts.
set -euo pipefail
suite=$1
folder=$(realpath -m "$2")
shift 2

if [ ! -x "$folder/$suite/usr/sbin/dockerd" ]; then
  lists=$folder/apt
  mkdir -p "$lists/lists/partial" "$lists/cache/archives/partial" "$folder/$suite"
  echo "deb http://deb.debian.org/debian $suite main" >"$lists/sources.list"
  apt=(-o "Dir::Etc::sourcelist=$lists/sources.list" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$lists/lists"
    -o "Dir::Cache=$lists/cache" -o APT::Sandbox::User=root)
  apt-get "${apt[@]}" update -qq
  cd "$folder/$suite"
  apt-get "${apt[@]}" download -qq "docker.io/$suite" "containerd/$suite" "tini-static/$suite" "docker-cli/$suite" || true
  for package in *.deb; do dpkg-deb -x "$package" .; done
  rm -f -- *.deb usr/sbin/runc usr/bin/runc
  cd - >/dev/null
fi
"$folder/$suite/usr/sbin/dockerd" --version
cd "$(dirname "$0")/.."
FETTLE_TEST_ENGINE=$folder/$suite exec node_modules/.bin/vitest run --project integration packages/backend-docker "$@"
