package main

import (
	"fmt"
	"os"
	"reflect"
	"runtime/debug"

	k8sv1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	v1 "kubevirt.io/api/core/v1"

	"kubevirt.io/kubevirt/pkg/testutils"
	virtconfig "kubevirt.io/kubevirt/pkg/virt-config"
)

// input is what KubeVirt is given: a VMI, its own configuration, and what of the cluster the service looks up.
type input struct {
	VMI             *v1.VirtualMachineInstance   `json:"vmi"`
	Config          v1.KubeVirtConfiguration     `json:"config"`
	Arch            string                       `json:"arch"`
	NamespaceLabels map[string]string            `json:"namespaceLabels"`
	ResourceQuotas  []*k8sv1.ResourceQuota       `json:"resourceQuotas"`
	NADs            map[string]map[string]string `json:"nads"`
}

// output is what KubeVirt made of it. A target pod that is the same as the source pod is not repeated.
type output struct {
	OverheadBytes         string `json:"overheadBytes"`
	ReportedOverheadBytes string `json:"reportedOverheadBytes,omitempty"`
	Pod                   *pod   `json:"pod,omitempty"`
	Error                 string `json:"error,omitempty"`
	TargetSame            *bool  `json:"targetSame,omitempty"`
	TargetPod             *pod   `json:"targetPod,omitempty"`
	TargetError           string `json:"targetError,omitempty"`
}

func render(given *input) *output {
	complete(given)
	var out output
	quantity := memoryOverhead(given.VMI.DeepCopy(), given.Arch, given.Config.AdditionalGuestMemoryOverheadRatio)
	out.OverheadBytes = fmt.Sprint(quantity.Value())

	config := clusterConfig(given)
	if reported := reportedOverhead(config, given.VMI.DeepCopy()); reported != nil {
		out.ReportedOverheadBytes = fmt.Sprint(reported.Value())
	}
	service := newTemplateService(newCluster(given), config)
	source, err := survived(func() (*k8sv1.Pod, error) { return service.RenderLaunchManifest(given.VMI.DeepCopy()) })
	if err != nil {
		out.Error = err.Error()
		source = &k8sv1.Pod{}
	} else {
		out.Pod = podOf(source)
	}
	target, err := survived(func() (*k8sv1.Pod, error) {
		return renderTarget(service, given.VMI.DeepCopy(), migrationOf(given.VMI), running(source))
	})
	if err != nil {
		out.TargetError = err.Error()
		return &out
	}
	targetPod := podOf(target)
	same := reflect.DeepEqual(targetPod, out.Pod)
	out.TargetSame = &same
	if !same {
		out.TargetPod = targetPod
	}
	return &out
}

// complete fills in what every stored VMI and every KubeVirt CR has; the code called relies on it.
func complete(given *input) {
	if given.VMI.Namespace == "" {
		given.VMI.Namespace = "default"
	}
	if given.VMI.Name == "" {
		given.VMI.Name = "vm"
	}
	if given.VMI.UID == "" {
		given.VMI.UID = "11111111-2222-3333-4444-555555555555"
	}
	if given.Arch == "" {
		given.Arch = "amd64"
	}
	if given.Config.DeveloperConfiguration == nil {
		given.Config.DeveloperConfiguration = &v1.DeveloperConfiguration{}
	}
	given.VMI = asStored(given.VMI)
}

func clusterConfig(given *input) *virtconfig.ClusterConfig {
	kubevirt := &v1.KubeVirt{
		ObjectMeta: metav1.ObjectMeta{Name: "kubevirt", Namespace: "kubevirt"},
		Spec:       v1.KubeVirtSpec{Configuration: given.Config},
		Status:     v1.KubeVirtStatus{DefaultArchitecture: given.Arch, Phase: v1.KubeVirtPhaseDeployed},
	}
	config, _, _ := testutils.NewFakeClusterConfigUsingKVWithCPUArch(kubevirt, given.Arch)
	return config
}

// survived turns a panic of KubeVirt's into the refusal that it is: virt-controller would never make that pod.
func survived(call func() (*k8sv1.Pod, error)) (made *k8sv1.Pod, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			if os.Getenv("ORACLE_DEBUG") != "" {
				fmt.Fprintln(os.Stderr, cause, string(debug.Stack()))
			}
			err = fmt.Errorf("panic: %v", cause)
		}
	}()
	return call()
}
