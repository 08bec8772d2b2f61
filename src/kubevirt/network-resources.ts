import { isGateOn } from './feature-gates.ts';
import type { NetworkAttachments, RenderRefusal, RenderRequest } from './render-request.ts';

const RESOURCE_NAME = 'k8s.v1.cni.cncf.io/resourceName';

/**
 * The device resource of each multus network, as its attachment definition names it (multus.NetworkToResource). With
 * ExternalNetResourceInjection KubeVirt leaves that to a webhook of the network plugin.
 */
export function networkResources(request: RenderRequest): readonly string[] | RenderRefusal {
  const { vmi, networkAttachments, release, configuration } = request;
  if (isGateOn('ExternalNetResourceInjection', release, configuration) || networkAttachments === undefined) return [];
  const namespace = vmi.metadata.namespace ?? '';
  const byNetwork = new Map<string, string>();
  for (const { name, attachment } of multusNetworks(request)) {
    const annotations = findAttachment(networkAttachments, attachment, namespace);
    if (!annotations) return { kind: 'refused', reason: `network attachment definition ${attachment} does not exist` };
    byNetwork.set(name, annotations.get(RESOURCE_NAME) ?? '');
  }
  return [...byNetwork.values()].filter((resource) => resource !== '');
}

function multusNetworks({ vmi }: RenderRequest) {
  return (vmi.spec.networks ?? []).flatMap(({ name, multus }) =>
    multus ? [{ name, attachment: multus.networkName }] : [],
  );
}

function findAttachment(attachments: NetworkAttachments, name: string, vmiNamespace: string) {
  const slash = name.indexOf('/');
  const namespace = slash < 0 ? vmiNamespace : name.slice(0, slash);
  const ownName = name.slice(slash + 1);
  return (
    attachments.get(`${namespace}/${ownName}`) ?? (namespace === vmiNamespace ? attachments.get(ownName) : undefined)
  );
}
