/** Commands that no test can run as they stand, why, and what runs the same thing otherwise. */
export interface NotRun {
  readonly commands: readonly string[];
  readonly why: string;
  /** Files that do what can be done of it. */
  readonly instead: readonly string[];
}

export const NOT_RUN: readonly NotRun[] = [
  {
    commands: [
      'docker build -t registry.example/headroom:0.1.0 .',
      'docker build --build-arg REVISION="$(git rev-parse HEAD)" -t registry.example/headroom:0.1.0 .',
      'docker build --build-arg NODE_DIGEST=@sha256:…',
      'docker push registry.example/headroom:0.1.0',
      'docker save registry.example/headroom:0.1.0',
    ],
    why: 'building takes a base image from a registry, and the rest needs the image',
    instead: ['scripts/check-image.sh'],
  },
  {
    commands: ['kubectl -n headroom-system port-forward deployment/headroom 8080'],
    why: 'the way to a pod leads through the kubelet, and there is none',
    instead: ['test/server/admin-app-status.test.ts', 'test/browser/status.browser.ts'],
  },
  {
    commands: ['kubectl krew install --manifest=dist/krew/headroom.yaml --archive=dist/krew/headroom.tar.gz'],
    why: 'krew is not installed where the checks run',
    instead: ['scripts/check-krew.sh'],
  },
  {
    commands: [
      'cd "$(go env GOMODCACHE)/kubevirt.io"',
      "diff -ruN -x '*_test.go' kubevirt@v1.9.0/pkg/hypervisor kubevirt@v1.10.0/pkg/hypervisor",
      'diff -u api@v1.9.0/core/v1/schema.go api@v1.10.0/core/v1/schema.go',
      'diff -u api@v1.9.0/core/v1/types.go api@v1.10.0/core/v1/types.go',
      'git diff v1.9.0 v1.10.0 -- pkg/util/resourcequota pkg/controller/master/migration pkg/controller/master/resourcequota ' +
        'pkg/controller/master/setting pkg/settings pkg/util/setting.go pkg/util/constants.go ' +
        'pkg/webhook/resources/virtualmachine pkg/api/vm/handler.go go.mod deploy/charts/harvester/values.yaml',
    ],
    why: 'one of the two releases of KubeVirt or Harvester that are compared is not out',
    instead: ['scripts/oracle.ts'],
  },
  {
    commands: [
      'go mod init quantities',
      'go mod edit -require=k8s.io/apimachinery@v0.34.2',
      'go mod tidy',
      'go run . 1 1500 | gzip -9n > golden.jsonl.gz',
    ],
    why: 'the golden file is made once, with Kubernetes as a module, and kept',
    instead: ['test/fuzz/quantities.fuzz.ts'],
  },
  {
    commands: [
      'go mod init vectors',
      'go mod edit -require=k8s.io/kubernetes@v1.34.2',
      'go mod download k8s.io/kubernetes@v1.34.2',
      `for part in $(awk '$1 ~ /^k8s.io\\// && $2 == "v0.0.0" {print $1}' ` +
        '"$(go env GOMODCACHE)/cache/download/k8s.io/kubernetes/@v/v1.34.2.mod"); do',
      'go mod edit -replace="$part=$part@v0.34.2"',
      'done',
      'go run . > kubernetes-quota.jsonl',
      'go run . SEED CASES',
    ],
    why: 'the file is made once, with all of Kubernetes as a module, and kept',
    instead: ['test/kubernetes/server-answers.test.ts'],
  },
  {
    commands: ['npm sbom'],
    why: 'check:sbom runs it, with options that its output needs',
    instead: ['scripts/check-sbom.ts'],
  },
  {
    commands: ['npm audit signatures'],
    why: 'named as what is not checked: it needs a registry that serves signatures',
    instead: ['scripts/check-audit.sh'],
  },
];
