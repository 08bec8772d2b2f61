#!/usr/bin/env bash
# The bundle is whole: it runs where there is no package beside it, as it does in the image.
set -euo pipefail
cd "$(dirname "$0")/.."

npm run -s build
# All of it is read and held in memory by each process.
most=3000000
size=$(wc -c <dist/headroom.mjs)
[ "$size" -le "$most" ] || { echo "dist/headroom.mjs has $size bytes, expected at most $most"; exit 1; }
version=$(node -p "require('./package.json').version")
snapshot=$PWD/examples/quota-test.yaml
empty=$(mktemp -d)
trap 'rm -rf "$empty"' EXIT
cp dist/headroom.mjs "$empty"
cd "$empty"

# expect WORDS TEXT
expect() {
  [[ $2 == *"$1"* ]] || { printf 'expected "%s" in\n%s\n' "$1" "$2"; exit 1; }
}

printed=$(node headroom.mjs version)
echo "$printed"
expect "$version" "$printed"

# The Kubernetes client: nothing listens on port 1.
cat >kubeconfig <<'KUBECONFIG'
apiVersion: v1
kind: Config
clusters: [{ name: c, cluster: { server: 'https://127.0.0.1:1' } }]
users: [{ name: u, user: { token: t } }]
contexts: [{ name: x, context: { cluster: c, user: u } }]
current-context: x
KUBECONFIG
printed=$(node headroom.mjs self-test --kubeconfig kubeconfig 2>&1) && { echo 'the self-test passed without a cluster'; exit 1; }
echo "$printed"
expect ECONNREFUSED "$printed"

# The web server, the certificates and the forecast.
node headroom.mjs serve --snapshot "$snapshot" --port 0 --admin-port 0 --drain 0 >log 2>&1 &
server=$!
for _ in $(seq 100); do
  if grep -q '"listening"' log || ! kill -0 "$server" 2>/dev/null; then break; fi
  sleep 0.1
done
kill "$server" || true
wait "$server" || { cat log; echo 'the server did not end with 0'; exit 1; }
expect '"listening"' "$(cat log)"
expect '"closed"' "$(cat log)"
echo 'serves, and ends when told to'
