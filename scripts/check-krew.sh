#!/usr/bin/env bash
# What a release hands to krew: a manifest that krew takes, an archive that comes out the same twice, and in it a program
# that kubectl runs as its plugin and completes. krew itself is not at hand; what it does with an archive is done here.
set -euo pipefail
cd "$(dirname "$0")/.."

npm run -s build
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The address is one that nobody has (RFC 2606).
release() {
  node scripts/krew.ts --uri https://headroom.example/headroom.tar.gz --out "$1"
}
release "$work/one"
touch dist/headroom.mjs
release "$work/two" >/dev/null
cmp "$work/one/headroom.tar.gz" "$work/two/headroom.tar.gz"
if node scripts/krew.ts --uri http://headroom.example/headroom.zip.exe --out "$work/bad" 2>/dev/null; then
  echo 'a manifest that krew would refuse was written'
  exit 1
fi

# krew unpacks the archive and links `bin`, under the plugin's name, into a folder of the PATH.
mkdir -p "$work/store" "$work/bin"
tar -xzf "$work/one/headroom.tar.gz" -C "$work/store"
bin=$(sed -n 's/^ *bin: //p' "$work/one/headroom.yaml")
test -x "$work/store/$bin" -a -s "$work/store/LICENSE" -a -s "$work/store/headroom.cdx.json"
ln -s "../store/$bin" "$work/bin/kubectl-headroom"

# expect WORDS COMMAND...: the command's output begins with the words.
expect() {
  local words=$1 printed
  shift
  printed=$("$@" 2>/dev/null)
  [[ $printed == "$words"* ]] || { printf '%s\nexpected "%s" of: %s\n' "$printed" "$words" "$*"; exit 1; }
}

# As the manifest's caveats say.
kubectl=$PWD/.cache/bin/kubectl snapshot=$PWD/examples/quota-test.yaml
export PATH="$work/bin:$PATH"
cd "$work/bin"
"$kubectl" headroom completion kubectl >kubectl_complete-headroom
chmod +x kubectl_complete-headroom
expect 'exec kubectl-headroom __complete -- ' tail -n 1 kubectl_complete-headroom
# Nobody waits here, and the machine may be busy.
sed -i.orig 's/__complete --/__complete --within 30 --/' kubectl_complete-headroom

expect 'Usage: kubectl headroom forecast' "$kubectl" headroom forecast --help
expect 'forecast' "$kubectl" __complete headroom fore
expect 'vm1' "$kubectl" __complete headroom forecast --snapshot "$snapshot" ''
echo 'kubectl runs the plugin and completes it'
