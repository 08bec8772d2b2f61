//go:build before_1_8

package main

import (
	"k8s.io/apimachinery/pkg/api/resource"
	v1 "kubevirt.io/api/core/v1"

	virtconfig "kubevirt.io/kubevirt/pkg/virt-config"
	"kubevirt.io/kubevirt/pkg/virt-controller/services"
)

func memoryOverhead(vmi *v1.VirtualMachineInstance, arch string, ratio *string) resource.Quantity {
	return services.GetMemoryOverhead(vmi, arch, ratio)
}

func reportedOverhead(*virtconfig.ClusterConfig, *v1.VirtualMachineInstance) *resource.Quantity {
	return nil
}
