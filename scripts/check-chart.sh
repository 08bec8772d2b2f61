#!/usr/bin/env bash
# The chart renders in every mode to objects that hold to the rules, refuses wrong values in words, and deploy/headroom.yaml
# is what it renders.
set -uo pipefail
cd "$(dirname "$0")/.."

failures=0
fail() {
  echo "FAILED: $1"
  failures=$((failures + 1))
}

bash scripts/install-tools.sh helm || { echo 'helm could not be built'; exit 1; }
helm=.cache/bin/helm
chart=charts/headroom

# Lint takes the namespace to be `default`, where the self-test cannot be: install in a namespace of its own.
"$helm" lint --strict "$chart" --namespace headroom-system || fail 'helm lint'
for mode in 'mode=cert-manager' 'mode=secret,certificates.secretName=mine,certificates.caBundle=-----BEGIN CERTIFICATE-----'; do
  "$helm" lint --strict --quiet "$chart" --namespace headroom-system --set "certificates.$mode" || fail "helm lint, $mode"
done

node scripts/check-manifests.ts || fail 'the rendered objects'

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
  if message=$("$helm" template headroom "$chart" --namespace headroom-system "$@" 2>&1); then
    fail "accepted: $*"
  elif [[ $message != *"$words"* ]]; then
    fail "refused without saying \"$words\": $*"$'\n'"$message"
  fi
}
# What the schema says begins with the place.
refuses "additional properties 'replicaCount' not allowed" --set replicaCount=3
refuses "at '/webhook': additional properties 'timeout' not allowed" --set webhook.timeout=3
refuses "at '/certificates/issuerRef': additional properties 'group' not allowed" --set certificates.issuerRef.group=x
refuses "at '/resources/limits': additional properties 'hugepages' not allowed" --set resources.limits.hugepages=1
refuses "at '/webhook/timeoutSeconds': maximum: got 31, want 30" --set webhook.timeoutSeconds=31
refuses "at '/webhook/timeoutSeconds': minimum: got 1, want 2" --set webhook.timeoutSeconds=1
refuses "at '/webhook/timeoutSeconds': got string, want integer" --set-string webhook.timeoutSeconds=5
refuses "at '/webhook/failurePolicy': value must be one of 'Ignore', 'Fail'" --set webhook.failurePolicy=ignore
refuses "at '/policies/user': value must be one of 'deny', 'warn', 'off'" --set policies.user=refuse
refuses "at '/policies/platform': value must be one of 'deny', 'warn', 'off'" --set policies.platform=true
refuses "at '/certificates/mode': value must be one of 'self-managed', 'cert-manager', 'secret'" --set certificates.mode=none
refuses "at '/certificates/secretName'" --set certificates.mode=secret --set certificates.secretName=My_Secret
refuses "at '/replicas': minimum: got 0, want 1" --set replicas=0
refuses "at '/logLevel': value must be one of 'trace', 'debug'" --set logLevel=verbose
refuses "at '/image/digest': 'latest' does not match pattern" --set image.digest=latest
refuses "at '/image/tag': 'a b' does not match pattern" --set 'image.tag=a b'
refuses "at '/image/repository': '' does not match pattern" --set image.repository=
refuses "at '/image/pullPolicy': value must be one of" --set image.pullPolicy=Sometimes
refuses "at '/resources/requests/memory': '128MB' does not match pattern" --set resources.requests.memory=128MB
refuses "at '/excludedNamespaces/0': 'Not_A_Name' does not match pattern" --set 'excludedNamespaces={Not_A_Name}'
refuses "at '/networkPolicy/enabled': got string, want boolean" --set-string networkPolicy.enabled=yes
refuses "at '/networkPolicy/apiServerCIDRs/0': '10.0.0.1' does not match pattern" --set 'networkPolicy.apiServerCIDRs={10.0.0.1}'
refuses "at '/clientCertificates/names/0'" --set-json 'clientCertificates.names=["a,b"]'
refuses "at '/monitoring/interval': '30' does not match pattern" --set-string monitoring.interval=30
refuses "at '/monitoring/rules/runbookURL': 'docs/runbook.md' does not match pattern" --set monitoring.rules.runbookURL=docs/runbook.md
refuses "at '/monitoring/dashboard/namespace'" --set monitoring.dashboard.namespace=
refuses "at '/monitoring/labels/release': got boolean, want string" --set monitoring.labels.release=true
refuses "at '/monitoring': additional properties 'serviceMonitor' not allowed" --set monitoring.serviceMonitor.enabled=true
# What the chart itself says is a list of sentences.
refuses 'clientCertificates.ca is not a PEM certificate' --set clientCertificates.ca=ca.crt
refuses 'clientCertificates.names belongs to clientCertificates.ca' --set 'clientCertificates.names={a}'
refuses 'certificates.secretName is empty: in mode secret' --set certificates.mode=secret
refuses 'certificates.caBundle is not a PEM certificate' --set certificates.mode=secret --set certificates.caBundle=Cg==
refuses 'belong to certificates.mode secret, which is self-managed' --set certificates.secretName=mine
refuses 'certificates.issuerRef belongs to certificates.mode cert-manager' --set certificates.issuerRef.name=corporate
refuses 'chart requires kubeVersion: >=1.24.0-0' --kube-version 1.23.17

[ "$failures" -eq 0 ] && echo 'chart holds'
exit $((failures > 0))
