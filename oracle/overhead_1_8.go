//go:build !before_1_8

package main

import (
	"k8s.io/apimachinery/pkg/api/resource"
	v1 "kubevirt.io/api/core/v1"

	"kubevirt.io/kubevirt/pkg/hypervisor"
	netresources "kubevirt.io/kubevirt/pkg/network/resources"
	virtconfig "kubevirt.io/kubevirt/pkg/virt-config"
	"kubevirt.io/kubevirt/pkg/virt-controller/services"
)

func memoryOverhead(vmi *v1.VirtualMachineInstance, arch string, ratio *string) resource.Quantity {
	return hypervisor.NewLauncherHypervisorResources(v1.KvmHypervisorName).GetMemoryOverhead(vmi, arch, ratio)
}

// reportedOverhead is what the VMI's status.memory.memoryOverhead will say: that of network bindings is in it.
func reportedOverhead(config *virtconfig.ClusterConfig, vmi *v1.VirtualMachineInstance) *resource.Quantity {
	resources := hypervisor.NewLauncherHypervisorResources(config.GetHypervisor().Name)
	overhead := services.CalculateMemoryOverhead(config, netresources.MemoryCalculator{}, vmi, resources)
	return &overhead
}
