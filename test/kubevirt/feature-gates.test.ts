import { expect, test } from '@jest/globals';
import { isGateOn } from '../../src/kubevirt/feature-gates.ts';
import type { FeatureGate } from '../../src/kubevirt/release-rules.ts';
import { configurationWith, releaseOf } from './objects.ts';

const listed = (gate: FeatureGate) => ({ featureGates: [gate] });
const disabled = (gate: FeatureGate) => ({ disabledFeatureGates: [gate] });

interface Row {
  readonly title: string;
  readonly version: string;
  readonly gate: FeatureGate;
  readonly developerConfiguration: object | null;
  readonly isOn: boolean;
}

const rows: readonly Row[] = [
  { title: 'an alpha gate is off', version: '1.6.0', gate: 'ImageVolume', developerConfiguration: null, isOn: false },
  {
    title: 'a listed gate is on',
    version: '1.6.0',
    gate: 'ImageVolume',
    developerConfiguration: listed('ImageVolume'),
    isOn: true,
  },
  {
    title: 'a gate that the version does not have stays off',
    version: '1.5.0',
    gate: 'ImageVolume',
    developerConfiguration: listed('ImageVolume'),
    isOn: false,
  },
  {
    title: 'a beta gate of 1.8 is off until listed',
    version: '1.8.0',
    gate: 'ExternalNetResourceInjection',
    developerConfiguration: {},
    isOn: false,
  },
  { title: 'a beta gate of 1.9 is on', version: '1.9.0', gate: 'ImageVolume', developerConfiguration: {}, isOn: true },
  {
    title: 'a beta gate of 1.9 can be disabled',
    version: '1.9.0',
    gate: 'ImageVolume',
    developerConfiguration: disabled('ImageVolume'),
    isOn: false,
  },
  {
    title: 'listing wins over disabling',
    version: '1.9.0',
    gate: 'ImageVolume',
    developerConfiguration: { ...listed('ImageVolume'), ...disabled('ImageVolume') },
    isOn: true,
  },
  {
    title: 'a graduated gate cannot be disabled',
    version: '1.5.0',
    gate: 'AutoResourceLimitsGate',
    developerConfiguration: disabled('AutoResourceLimitsGate'),
    isOn: true,
  },
  {
    title: 'automatic limits were behind a gate up to 1.4',
    version: '1.4.1',
    gate: 'AutoResourceLimitsGate',
    developerConfiguration: {},
    isOn: false,
  },
];

test.each(rows)('$title', ({ version, gate, developerConfiguration, isOn }) => {
  expect(isGateOn(gate, releaseOf(version), configurationWith({ developerConfiguration }))).toBe(isOn);
});
