#!/usr/bin/env bash
# The chart renders, refuses wrong values in words, and deploy/headroom.yaml is what it renders.
set -uo pipefail
cd "$(dirname "$0")/.."

failures=0
fail() {
  echo "FAILED: $1"
  failures=$((failures + 1))
}

bash scripts/install-helm.sh || { echo 'helm could not be built'; exit 1; }
helm=.cache/bin/helm

"$helm" lint --strict charts/headroom --values deploy/values.yaml || fail 'helm lint'

rendered=$(mktemp)
trap 'rm -f "$rendered"' EXIT
if bash scripts/render-deploy.sh >"$rendered"; then
  diff -u deploy/headroom.yaml "$rendered" || fail 'deploy/headroom.yaml is stale: scripts/render-deploy.sh > deploy/headroom.yaml'
else
  fail 'helm template'
fi

# refuses WORDS HELM-ARGUMENTS...: rendering fails, and the message holds the words.
refuses() {
  local words=$1 message
  shift
  if message=$("$helm" template headroom charts/headroom "$@" 2>&1); then
    fail "accepted: $*"
  elif [[ $message != *"$words"* ]]; then
    fail "refused without saying \"$words\": $*"$'\n'"$message"
  fi
}
refuses 'snapshot is empty'
refuses 'tls.caBundle is not a PEM certificate' --values deploy/values.yaml --set tls.caBundle=Cg==
refuses 'tls.secretName is empty' --values deploy/values.yaml --set tls.secretName=
refuses 'timeoutSeconds' --values deploy/values.yaml --set webhook.timeoutSeconds=31
refuses 'failurePolicy' --values deploy/values.yaml --set webhook.failurePolicy=ignore
refuses 'replicaCount' --values deploy/values.yaml --set replicaCount=3

version=$(node -p "require('./package.json').version")
grep -qx "version: $version" charts/headroom/Chart.yaml || fail "Chart.yaml: version is not $version of package.json"
grep -qx "appVersion: '$version'" charts/headroom/Chart.yaml || fail "Chart.yaml: appVersion is not '$version'"

[ "$failures" -eq 0 ] && echo 'chart holds'
exit $((failures > 0))
