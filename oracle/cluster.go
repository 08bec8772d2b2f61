package main

import (
	"strings"

	networkv1 "github.com/k8snetworkplumbingwg/network-attachment-definition-client/pkg/apis/k8s.cni.cncf.io/v1"
	k8sv1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/tools/cache"
	v1 "kubevirt.io/api/core/v1"
)

// cluster is what the renderer looks up: claims, quotas, the namespace, and networks by a client.
type cluster struct {
	claims     cache.Indexer
	quotas     cache.Store
	namespaces cache.Store
	client     *fakeClient
}

func newCluster(given *input) cluster {
	made := cluster{
		claims:     cache.NewIndexer(cache.DeletionHandlingMetaNamespaceKeyFunc, cache.Indexers{}),
		quotas:     cache.NewStore(cache.DeletionHandlingMetaNamespaceKeyFunc),
		namespaces: cache.NewStore(cache.DeletionHandlingMetaNamespaceKeyFunc),
		client:     newFakeClient(),
	}
	namespace := given.VMI.Namespace
	for _, name := range claimNames(given.VMI) {
		must(made.claims.Add(claim(namespace, name, nil)))
	}
	must(made.claims.Add(claim(namespace, stateClaim(given.VMI), map[string]string{"persistent-state-for": given.VMI.Name})))
	for _, quota := range given.ResourceQuotas {
		must(made.quotas.Add(quota))
	}
	must(made.namespaces.Add(&k8sv1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace, Labels: given.NamespaceLabels}}))
	for name, annotations := range given.NADs {
		made.addNetwork(name, namespace, annotations)
	}
	return made
}

// addNetwork takes the name as a VMI writes it: with its namespace, or of the VMI's own.
func (c cluster) addNetwork(name, namespace string, annotations map[string]string) {
	if before, after, found := strings.Cut(name, "/"); found {
		namespace, name = before, after
	}
	kind := schema.GroupVersionResource{Group: "k8s.cni.cncf.io", Version: "v1", Resource: "network-attachment-definitions"}
	must(c.client.network.Tracker().Create(kind, &networkv1.NetworkAttachmentDefinition{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: namespace, Annotations: annotations},
	}, namespace))
}

func claimNames(vmi *v1.VirtualMachineInstance) []string {
	var names []string
	for _, volume := range vmi.Spec.Volumes {
		switch {
		case volume.PersistentVolumeClaim != nil:
			names = append(names, volume.PersistentVolumeClaim.ClaimName)
		case volume.DataVolume != nil:
			names = append(names, volume.DataVolume.Name)
		case volume.Ephemeral != nil && volume.Ephemeral.PersistentVolumeClaim != nil:
			names = append(names, volume.Ephemeral.PersistentVolumeClaim.ClaimName)
		case volume.MemoryDump != nil:
			names = append(names, volume.MemoryDump.ClaimName)
		}
	}
	return names
}

func claim(namespace, name string, labels map[string]string) *k8sv1.PersistentVolumeClaim {
	mode := k8sv1.PersistentVolumeFilesystem
	access := []k8sv1.PersistentVolumeAccessMode{k8sv1.ReadWriteMany}
	return &k8sv1.PersistentVolumeClaim{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: namespace, Labels: labels},
		Spec:       k8sv1.PersistentVolumeClaimSpec{VolumeMode: &mode, AccessModes: access},
		Status:     k8sv1.PersistentVolumeClaimStatus{AccessModes: access},
	}
}

// stateClaim holds the TPM's and EFI's state of a VM that keeps it.
func stateClaim(vmi *v1.VirtualMachineInstance) string {
	return "persistent-state-for-" + vmi.Name
}

func migrationOf(vmi *v1.VirtualMachineInstance) *v1.VirtualMachineInstanceMigration {
	return &v1.VirtualMachineInstanceMigration{
		ObjectMeta: metav1.ObjectMeta{Name: "migration", Namespace: vmi.Namespace, UID: "22222222-2222-3333-4444-555555555555"},
		Spec:       v1.VirtualMachineInstanceMigrationSpec{VMIName: vmi.Name},
	}
}

// running gives a rendered pod the image digests of one that runs; a target pod with container disks needs them.
func running(rendered *k8sv1.Pod) *k8sv1.Pod {
	const image = "registry.example/disk@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	source := rendered.DeepCopy()
	for _, each := range source.Spec.Containers {
		source.Status.ContainerStatuses = append(source.Status.ContainerStatuses, k8sv1.ContainerStatus{Name: each.Name, ImageID: image})
	}
	for _, each := range source.Spec.InitContainers {
		source.Status.InitContainerStatuses = append(source.Status.InitContainerStatuses, k8sv1.ContainerStatus{Name: each.Name, ImageID: image})
	}
	return source
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
