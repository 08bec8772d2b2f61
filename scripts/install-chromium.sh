#!/usr/bin/env bash
# Finds a Chromium for the browser tests, or installs Debian's; prints its path. Another one is named by CHROMIUM_PATH.
set -euo pipefail

find_chromium() {
  local name
  if [ -n "${CHROMIUM_PATH:-}" ]; then
    if [ -x "$CHROMIUM_PATH" ]; then echo "$CHROMIUM_PATH" && return; fi
    echo "CHROMIUM_PATH is $CHROMIUM_PATH, which is no program" >&2
    exit 1
  fi
  for name in chromium chromium-browser; do
    if command -v "$name"; then return; fi
  done
  return 1
}

if find_chromium; then exit 0; fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo 'no chromium here, and only root can install it: apt-get install chromium, or set CHROMIUM_PATH' >&2
    exit 1
  fi
  as_root=(sudo -n)
fi
if ! command -v apt-get >/dev/null; then
  echo 'no chromium here, and no apt-get to install it with: set CHROMIUM_PATH' >&2
  exit 1
fi
echo 'installing chromium' >&2
{
  "${as_root[@]}" timeout 180 apt-get update
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive timeout 600 apt-get install -y --no-install-recommends chromium
} >&2 || {
  echo 'chromium could not be installed by apt-get: see above, or set CHROMIUM_PATH' >&2
  exit 1
}
find_chromium || {
  echo 'apt-get has installed chromium, but there is no program chromium or chromium-browser' >&2
  exit 1
}
