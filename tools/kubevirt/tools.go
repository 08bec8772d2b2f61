//go:build tools

// Package kubevirt pins, by go.mod, the KubeVirt whose virt-controller acts in the end-to-end tests. Its `replace`
// directives are KubeVirt's own; where those name a folder of its repository, here stands the version that is published.
package kubevirt

import _ "kubevirt.io/kubevirt/cmd/virt-controller"
