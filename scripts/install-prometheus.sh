#!/usr/bin/env bash
# Finds prometheus and promtool for the tests of what is measured, or unpacks Debian's into .cache/prometheus, where nothing
# of it is started or registered; prints the folder that holds both. Another one is named by PROMETHEUS_BIN.
set -euo pipefail
cd "$(dirname "$0")/.."
cache=.cache/prometheus

# holds_both FOLDER
holds_both() {
  [ -x "$1/prometheus" ] && [ -x "$1/promtool" ]
}

find_prometheus() {
  if [ -n "${PROMETHEUS_BIN:-}" ]; then
    if holds_both "$PROMETHEUS_BIN"; then realpath "$PROMETHEUS_BIN" && return; fi
    echo "PROMETHEUS_BIN is $PROMETHEUS_BIN, where prometheus and promtool are not both" >&2
    exit 1
  fi
  local on_path
  on_path=$(dirname "$(command -v prometheus || echo none/none)")
  if holds_both "$on_path"; then realpath "$on_path" && return; fi
  if holds_both "$cache/usr/bin"; then realpath "$cache/usr/bin" && return; fi
  return 1
}

if find_prometheus; then exit 0; fi

if ! command -v apt-get >/dev/null || ! command -v dpkg-deb >/dev/null; then
  echo 'no prometheus here, and no apt-get to have it from: set PROMETHEUS_BIN' >&2
  exit 1
fi

# Unpacked beside its place and moved there at the end: whoever comes meanwhile finds all of it, or nothing.
mkdir -p .cache
unpacking=$(mktemp -d .cache/prometheus.XXXXXX)
trap 'rm -rf "$unpacking"' EXIT
download() {
  (cd "$unpacking" && timeout 300 apt-get download prometheus)
}
update() {
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then return 1; fi
    as_root=(sudo -n)
  fi
  timeout 180 "${as_root[@]}" apt-get update
}
echo 'unpacking prometheus into .cache/prometheus' >&2
{
  # Without lists, or with old ones, the package is not found.
  download || { update && download; }
} >&2 || {
  echo 'prometheus could not be had by apt-get download: see above, or set PROMETHEUS_BIN' >&2
  exit 1
}
dpkg-deb -x "$unpacking"/prometheus_*.deb "$unpacking"
rm "$unpacking"/prometheus_*.deb
chmod 755 "$unpacking"
# Another one may have come to the same meanwhile.
if ! holds_both "$cache/usr/bin"; then
  rm -rf "$cache"
  mv -T "$unpacking" "$cache"
fi
find_prometheus || {
  echo 'the package prometheus has not both of prometheus and promtool' >&2
  exit 1
}
