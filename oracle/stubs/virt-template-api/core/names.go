// Package core stands in for a module about VM templates that virt-controller's informers name and no pod depends on.
// Not every module proxy serves it. It holds what KubeVirt needs to compile, and nothing of it is ever called.
package core

const (
	GroupName            = "template.kubevirt.io"
	SingularResourceName = "virtualmachinetemplate"
	PluralResourceName   = "virtualmachinetemplates"
)
