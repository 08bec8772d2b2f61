#!/usr/bin/env bash
# The same sources and packages give the same files, byte for byte, whoever builds them, when and in which folder.
set -euo pipefail
cd "$(dirname "$0")/.."

mkdir -p .cache
other=$(mktemp -d "$PWD/.cache/reproducible.XXXXXX")
trap 'rm -rf "$other"' EXIT
deeper=$other/another/folder
mkdir -p "$deeper"
cp -r package.json package-lock.json tsconfig.json src scripts "$deeper"
# Links to the same files cost no space, but are files of that folder; a link to the folder would not be.
cp -rl node_modules "$deeper" 2>/dev/null || { rm -rf "$deeper/node_modules" && cp -r node_modules "$deeper"; }
find "$deeper/src" "$deeper/scripts" -type f -exec touch -d 2001-01-01 {} +

npm run -s build
(
  cd "$deeper"
  umask 077
  env -u SOURCE_DATE_EPOCH TZ=Pacific/Auckland LC_ALL=C HOME="$other" NODE_ENV=production PATH="$deeper/node_modules/.bin:$PATH" node scripts/build.ts
)
for file in dist/*; do
  [ -f "$file" ] || continue
  cmp "$file" "$deeper/$file"
  if grep -nF -e "$PWD" -e "$other" "$file"; then
    echo "FAILED: $file names the folder that it was built in"
    exit 1
  fi
done
(cd dist && sha256sum headroom.mjs THIRD-PARTY-LICENSES.txt headroom.cdx.json)
