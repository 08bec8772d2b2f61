import type { Container } from '../objects/kubernetes.ts';
import type { RenderRequest } from './render-request.ts';
import { supportResources, withRequestsAtLimits } from './support-resources.ts';
import { isDedicatedOrGuaranteed, isPresent } from './vmi-facts.ts';

const DEFAULTS = { limits: { cpu: '15m', memory: '60M' }, requests: { cpu: '5m', memory: '35M' } };

/** The sidecar that copies the serial console into the pod's log: what Harvester's scale-up leaves out. */
export function renderConsoleLog(request: RenderRequest): Container[] {
  if (!isConsoleLogged(request)) return [];
  const { vmi, release, configuration } = request;
  const resources = supportResources('guest-console-log', DEFAULTS, configuration);
  const container = {
    name: 'guest-console-log',
    resources: isDedicatedOrGuaranteed(vmi, release.overhead) ? withRequestsAtLimits(resources) : resources,
  };
  return [release.pod.consoleLog === 'container' ? container : { ...container, restartPolicy: 'Always' }];
}

function isConsoleLogged({ vmi, configuration }: RenderRequest): boolean {
  const { autoattachSerialConsole, logSerialConsole } = vmi.spec.domain.devices;
  if (autoattachSerialConsole === false) return false;
  return logSerialConsole ?? !isPresent(configuration.virtualMachineOptions?.disableSerialConsoleLog);
}
