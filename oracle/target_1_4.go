//go:build !before_1_4

package main

import (
	k8sv1 "k8s.io/api/core/v1"
	v1 "kubevirt.io/api/core/v1"
	"kubevirt.io/client-go/kubecli"
	networkclient "kubevirt.io/client-go/networkattachmentdefinitionclient"
	"kubevirt.io/client-go/networkattachmentdefinitionclient/fake"
)

// fakeClient answers for networks; the renderer asks a client for nothing else.
type fakeClient struct {
	kubecli.KubevirtClient
	network *fake.Clientset
}

func (f *fakeClient) NetworkClient() networkclient.Interface { return f.network }

func newFakeClient() *fakeClient { return &fakeClient{network: fake.NewSimpleClientset()} }

type templateService interface {
	RenderLaunchManifest(*v1.VirtualMachineInstance) (*k8sv1.Pod, error)
	RenderMigrationManifest(*v1.VirtualMachineInstance, *v1.VirtualMachineInstanceMigration, *k8sv1.Pod) (*k8sv1.Pod, error)
}

func renderTarget(
	service templateService, vmi *v1.VirtualMachineInstance, migration *v1.VirtualMachineInstanceMigration, source *k8sv1.Pod,
) (*k8sv1.Pod, error) {
	migration.Status.MigrationState = &v1.VirtualMachineInstanceMigrationState{TargetPersistentStatePVCName: stateClaim(vmi)}
	return service.RenderMigrationManifest(vmi, migration, source)
}
