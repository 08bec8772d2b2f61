#!/usr/bin/env bash
# Prints the plain manifests of the chart: `scripts/render-deploy.sh > deploy/headroom.yaml`.
set -euo pipefail
cd "$(dirname "$0")/.."

echo '# Rendered from charts/headroom with deploy/values.yaml by scripts/render-deploy.sh; edit those, not this.'
.cache/bin/helm template headroom charts/headroom --namespace headroom-system --values deploy/values.yaml
