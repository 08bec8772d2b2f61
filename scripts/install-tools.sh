#!/usr/bin/env bash
# Builds programs that tools/go.mod and tools/kubevirt/go.mod pin into .cache/bin: `scripts/install-tools.sh helm kubectl
# etcd virt-controller …`, helm without a name. Nothing is done for one that is there. With empty caches helm alone takes
# three minutes, the two of KubeVirt five, all of them twenty. etcd, kube-apiserver and kubectl of KUBEBUILDER_ASSETS are
# used instead where that is set, whatever their version.
set -euo pipefail
cd "$(dirname "$0")/../tools"
bin=../.cache/bin
mkdir -p "$bin"

# version MODULE: the one that go.mod builds; of a module that is replaced, the replacement's.
version() {
  go list -m -f '{{with .Replace}}{{.Version}}{{else}}{{.Version}}{{end}}' "$1"
}
kubernetes=$(version k8s.io/kubernetes)
helm=$(version helm.sh/helm/v3)
etcd=$(version go.etcd.io/etcd/server/v3)
kubevirt=$(cd kubevirt && version kubevirt.io/kubevirt)

# installed PROGRAM: the version of the one in .cache/bin, as it says itself; nothing where there is none.
installed() {
  case $1 in
    helm) "$bin/helm" version --template '{{.Version}}' ;;
    kubectl) "$bin/kubectl" version --client | sed -n 's/^Client Version: //p' ;;
    etcd) "$bin/etcd" --version | sed -n 's/^etcd Version: /v/p' ;;
    # They do not say it themselves; the compiler has noted it in them.
    kubevirt-crds | virt-controller) go version -m "$bin/$1" | awk '$2 == "kubevirt.io/kubevirt" { print $3 }' ;;
    *) "$bin/$1" --version | sed -n 's/^Kubernetes //p' ;;
  esac 2>/dev/null || true
}

# As their own Makefiles do. Without it, helm takes charts to be for Kubernetes 1.20 and a server says that it is v0.0.0.
minor_of() {
  cut -d. -f2 <<<"$1"
}
client_minor=$(minor_of "$(version k8s.io/client-go)")
component=k8s.io/component-base/version
chartutil=helm.sh/helm/v3/pkg/chartutil
rules=helm.sh/helm/v3/pkg/lint/rules
flags="-s -w
  -X $component.gitVersion=$kubernetes -X $component.gitMajor=1 -X $component.gitMinor=$(minor_of "$kubernetes")
  -X helm.sh/helm/v3/internal/version.version=$helm
  -X $chartutil.k8sVersionMajor=1 -X $chartutil.k8sVersionMinor=$client_minor
  -X $rules.k8sVersionMajor=1 -X $rules.k8sVersionMinor=$client_minor"

# build OUTPUT PACKAGE...: a folder takes several programs, each called as its package.
build() {
  local output=$1
  shift
  CGO_ENABLED=0 go build -mod=readonly -buildvcs=false -trimpath -ldflags "${flags//$'\n'/ }" -o "$output" "$@"
}

packages=()
kubevirt_packages=()
for program in "${@:-helm}"; do
  case $program in
    etcd) expected=$etcd package= ;;
    helm) expected=$helm package=helm.sh/helm/v3/cmd/helm ;;
    kube-apiserver | kube-controller-manager | kubectl) expected=$kubernetes package=k8s.io/kubernetes/cmd/$program ;;
    kubevirt-crds) expected=$kubevirt package=./kubevirt-crds ;;
    virt-controller) expected=$kubevirt package=kubevirt.io/kubevirt/cmd/virt-controller ;;
    *)
      echo "$program: expected etcd, helm, kube-apiserver, kube-controller-manager, kubectl, kubevirt-crds or virt-controller" >&2
      exit 1
      ;;
  esac
  given=${KUBEBUILDER_ASSETS:+$KUBEBUILDER_ASSETS/$program}
  if [[ $program =~ ^(etcd|kube-apiserver|kubectl)$ && -x $given ]]; then
    [ "$given" -ef "$bin/$program" ] || ln -sfn "$(realpath "$given")" "$bin/$program"
    continue
  fi
  # What a link points at is not ours to build over.
  if [ -L "$bin/$program" ]; then rm "$bin/$program"; fi
  if [ "$(installed "$program")" = "$expected" ]; then continue; fi
  case $program in
    # The package's own name would be `server`.
    etcd) build "$bin/etcd" go.etcd.io/etcd/server/v3 ;;
    kubevirt-crds | virt-controller) kubevirt_packages+=("$package") ;;
    *) packages+=("$package") ;;
  esac
done
# At once, for the three of Kubernetes share most of their code.
if [ "${#packages[@]}" -gt 0 ]; then build "$bin/" "${packages[@]}"; fi
if [ "${#kubevirt_packages[@]}" -gt 0 ]; then (cd kubevirt && build "../$bin/" "${kubevirt_packages[@]}"); fi
