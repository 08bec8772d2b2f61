#!/usr/bin/env bash
# Prints the plain manifests of the chart: `scripts/render-deploy.sh > deploy/headroom.yaml`.
set -euo pipefail
cd "$(dirname "$0")/.."

cat <<'NAMESPACE'
# Rendered from charts/headroom by scripts/render-deploy.sh; edit the chart, not this.
# The image is one that you build from the Dockerfile: put its name below, then `kubectl apply -f deploy/headroom.yaml`.
---
apiVersion: v1
kind: Namespace
metadata:
  name: headroom-system
  labels:
    pod-security.kubernetes.io/enforce: restricted
NAMESPACE
.cache/bin/helm template headroom charts/headroom --namespace headroom-system --skip-tests
