package main

import (
	"encoding/json"

	k8sv1 "k8s.io/api/core/v1"
	v1 "kubevirt.io/api/core/v1"
)

// pod is as much of a pod as vectors hold. It is read from the pod's JSON, so that one type serves all versions of
// Kubernetes' own: those before 1.28 know no restartPolicy of a container.
type pod struct {
	Containers     []container              `json:"containers"`
	InitContainers []container              `json:"initContainers"`
	Overhead       map[string]string        `json:"overhead,omitempty"`
	ResourceClaims []k8sv1.PodResourceClaim `json:"resourceClaims,omitempty"`
}

type container struct {
	Name          string    `json:"name"`
	RestartPolicy string    `json:"restartPolicy,omitempty"`
	Resources     resources `json:"resources"`
}

type resources struct {
	Limits   map[string]string     `json:"limits,omitempty"`
	Requests map[string]string     `json:"requests,omitempty"`
	Claims   []k8sv1.ResourceClaim `json:"claims,omitempty"`
}

func podOf(rendered *k8sv1.Pod) *pod {
	projected := pod{Containers: []container{}, InitContainers: []container{}}
	reread(rendered.Spec, &projected)
	return &projected
}

// asStored writes the quantities canonically, as the API server holds what virt-controller, a typed client, has created.
func asStored(vmi *v1.VirtualMachineInstance) *v1.VirtualMachineInstance {
	var stored v1.VirtualMachineInstance
	reread(vmi, &stored)
	return &stored
}

func reread(from, to any) {
	text, err := json.Marshal(from)
	if err == nil {
		err = json.Unmarshal(text, to)
	}
	if err != nil {
		panic(err)
	}
}
