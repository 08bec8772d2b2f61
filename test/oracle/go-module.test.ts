import { describe, expect, test } from '@jest/globals';
import { goModuleOf } from '../../scripts/oracle/go-module.ts';

const KUBEVIRT = `module kubevirt.io/kubevirt

go 1.24.0 // and no toolchain

require (
	github.com/golang/glog v1.2.0
	k8s.io/api v0.34.3 // indirect
	kubevirt.io/api v0.0.0-00010101000000-000000000000
	kubevirt.io/client-go v0.0.0-00010101000000-000000000000
	kubevirt.io/virt-template-api v0.2.0
	kubevirt.io/virt-template-engine v0.2.0
)

require golang.org/x/sys v0.30.0

replace (
	github.com/golang/glog => ./staging/src/github.com/golang/glog
	k8s.io/api => k8s.io/api v0.34.2

	kubevirt.io/api => ./staging/src/kubevirt.io/api
	kubevirt.io/client-go => ./staging/src/kubevirt.io/client-go
)

exclude github.com/some/module v1.0.0

tool github.com/onsi/ginkgo/v2/ginkgo
`;

describe('the go.mod of an oracle', () => {
  const made = goModuleOf(KUBEVIRT, { kubevirt: 'v1.9.0', api: 'v1.9.0', clientGo: 'v1.8.9' }, '../stubs');

  test("has KubeVirt's own requirements and replacements, with published modules for its folders", () => {
    expect(made).toBe(`module headroom/oracle

go 1.24.0

require (
	kubevirt.io/kubevirt v1.9.0
	github.com/golang/glog v1.2.0
	k8s.io/api v0.34.3
	kubevirt.io/api v1.9.0
	kubevirt.io/client-go v1.8.9
	kubevirt.io/virt-template-api v0.2.0
	golang.org/x/sys v0.30.0
)

replace (
	k8s.io/api => k8s.io/api v0.34.2
	kubevirt.io/api => kubevirt.io/api v1.9.0
	kubevirt.io/client-go => kubevirt.io/client-go v1.8.9
	kubevirt.io/virt-template-api => ../stubs/virt-template-api
)

exclude (
	github.com/some/module v1.0.0
)
`);
  });

  test('cannot be made of a file that names no version of Go', () => {
    expect(() => goModuleOf('module x', { kubevirt: 'v1.9.0', api: 'v1.9.0', clientGo: 'v1.9.0' }, '.')).toThrow('Go');
  });
});
