//go:build tools

// Package tools pins the Go programs that the checks run; nothing of headroom itself is Go.
// helm is kept on the Kubernetes line (v0.34) of the control plane it is tried against.
package tools

import _ "helm.sh/helm/v3/cmd/helm"
