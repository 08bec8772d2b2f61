//go:build before_1_8 && !before_1_5

package main

import (
	v1 "kubevirt.io/api/core/v1"

	"kubevirt.io/kubevirt/pkg/hooks"
	"kubevirt.io/kubevirt/pkg/network/netbinding"
	virtconfig "kubevirt.io/kubevirt/pkg/virt-config"
	"kubevirt.io/kubevirt/pkg/virt-controller/services"
)

func newTemplateService(given cluster, config *virtconfig.ClusterConfig) templateService {
	return services.NewTemplateService(
		"registry.example/virt-launcher", 240, "/var/run/kubevirt", "/var/run/kubevirt-ephemeral-disks",
		"/var/run/kubevirt/container-disks", v1.HotplugDiskDir, "", given.claims, given.client, config, 107,
		"registry.example/virt-exportserver", given.quotas, given.namespaces,
		services.WithSidecarCreator(func(vmi *v1.VirtualMachineInstance, _ *v1.KubeVirtConfiguration) (hooks.HookSidecarList, error) {
			return hooks.UnmarshalHookSidecarList(vmi)
		}),
		services.WithSidecarCreator(netbinding.NetBindingPluginSidecarList),
		services.WithNetBindingPluginMemoryCalculator(netbinding.MemoryCalculator{}),
	)
}
