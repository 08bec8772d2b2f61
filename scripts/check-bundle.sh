#!/usr/bin/env bash
# The bundle is whole: it runs where there is no package beside it, as it does in the image.
set -euo pipefail
cd "$(dirname "$0")/.."

npm run -s build
version=$(node -p "require('./package.json').version")
empty=$(mktemp -d)
trap 'rm -rf "$empty"' EXIT
cp dist/headroom.mjs "$empty"
printed=$(cd "$empty" && node headroom.mjs version)
echo "$printed"
[[ $printed == *"$version"* ]] || { echo "expected version $version"; exit 1; }
