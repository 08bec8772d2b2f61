// Random pods, LimitRanges and quotas. ../README-kubernetes.md says how this is run.
package main

import (
	"fmt"
	"math/rand"
	"sort"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

var r = rand.New(rand.NewSource(34))
var now = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func one(xs ...string) string      { return xs[r.Intn(len(xs))] }
func chance(p float64) bool        { return r.Float64() < p }
func q(s string) resource.Quantity { return resource.MustParse(s) }

func amount(name string) resource.Quantity {
	switch {
	case name == "cpu":
		return q(one("0", "100m", "250m", "1", "2", "4500m", "62500u", "1e1", "0.5", "10m", "1500u", "3"))
	case name == "memory" || name == "ephemeral-storage":
		return q(one("0", "64Mi", "512Mi", "1Gi", "1536Mi", "2Gi", "4797464313", "60M", "17031576Ki", "1e9", "2.5Gi", "128Mi", "129Mi", "640Mi", "9Pi"))
	case strings.HasPrefix(name, "hugepages-"):
		return q(one("0", "64Mi", "128Mi", "1Gi"))
	default:
		return q(one("0", "1", "2", "3"))
	}
}

var names = []string{"cpu", "memory", "cpu", "memory", "cpu", "memory", "cpu", "memory", "ephemeral-storage", "hugepages-2Mi", "devices.kubevirt.io/kvm", "nvidia.com/gpu",
	"node.kubernetes.io/thing", "Bad.example/x", "requests.example/y", "example.com/a_b.C"}

func list(most int, from []string) corev1.ResourceList {
	l := corev1.ResourceList{}
	for i := r.Intn(most + 1); i > 0; i-- {
		n := from[r.Intn(len(from))]
		l[corev1.ResourceName(n)] = amount(n)
	}
	if len(l) == 0 {
		return nil
	}
	return l
}
func requirements() corev1.ResourceRequirements {
	req := corev1.ResourceRequirements{Limits: list(3, names), Requests: list(3, names)}
	if chance(0.7) { // sane: what cannot be overcommitted has its limit
		for k := range req.Requests {
			if strings.Contains(string(k), "/") || strings.HasPrefix(string(k), "hugepages-") {
				if req.Limits == nil {
					req.Limits = corev1.ResourceList{}
				}
				req.Limits[k] = req.Requests[k].DeepCopy()
			}
		}
	}
	if chance(0.5) { // sane: requests never over limits
		for k, lim := range req.Limits {
			if v, ok := req.Requests[k]; ok && v.Cmp(lim) > 0 {
				req.Requests[k] = lim.DeepCopy()
			}
		}
	}
	return req
}

func randomPod() *corev1.Pod {
	p := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "p", Namespace: "n"}}
	containers := 1 + r.Intn(2)
	for i := 0; i < containers; i++ {
		p.Spec.Containers = append(p.Spec.Containers, corev1.Container{Name: fmt.Sprintf("%s%d", one("c", "a"), i), Image: "i", Resources: requirements()})
	}
	if chance(0.4) {
		for i := r.Intn(3) + 1; i > 0; i-- {
			c := corev1.Container{Name: fmt.Sprintf("%s%d", one("i", "b"), i), Image: "i", Resources: requirements()}
			if chance(0.5) {
				always := corev1.ContainerRestartPolicyAlways
				c.RestartPolicy = &always
			}
			p.Spec.InitContainers = append(p.Spec.InitContainers, c)
		}
	}
	if chance(0.12) { // nothing at all: BestEffort
		for i := range p.Spec.Containers {
			p.Spec.Containers[i].Resources = corev1.ResourceRequirements{}
		}
		p.Spec.InitContainers = nil
	}
	if chance(0.1) { // guaranteed
		p.Spec.InitContainers = nil
		for i := range p.Spec.Containers {
			p.Spec.Containers[i].Resources = corev1.ResourceRequirements{Limits: corev1.ResourceList{"cpu": q("1"), "memory": q(one("1Gi", "512Mi"))}}
		}
	}
	if chance(0.25) {
		p.Spec.Overhead = list(3, []string{"cpu", "memory", "memory", "ephemeral-storage"})
	}
	if chance(0.25) {
		lv := []string{"cpu", "memory", "hugepages-2Mi"}
		p.Spec.Resources = &corev1.ResourceRequirements{Limits: list(3, lv), Requests: list(2, lv)}
	}
	if chance(0.2) {
		d := int64(r.Intn(2) * 60)
		p.Spec.ActiveDeadlineSeconds = &d
	}
	if chance(0.4) {
		p.Spec.PriorityClassName = one("high", "low")
	}
	if chance(0.1) {
		t := corev1.PodAffinityTerm{TopologyKey: "k"}
		switch r.Intn(3) {
		case 0:
			t.Namespaces = []string{"other"}
		case 1:
			t.NamespaceSelector = &metav1.LabelSelector{}
		}
		p.Spec.Affinity = &corev1.Affinity{}
		switch r.Intn(4) {
		case 0:
			p.Spec.Affinity.PodAffinity = &corev1.PodAffinity{RequiredDuringSchedulingIgnoredDuringExecution: []corev1.PodAffinityTerm{t}}
		case 1:
			p.Spec.Affinity.PodAffinity = &corev1.PodAffinity{PreferredDuringSchedulingIgnoredDuringExecution: []corev1.WeightedPodAffinityTerm{{Weight: 1, PodAffinityTerm: t}}}
		case 2:
			p.Spec.Affinity.PodAntiAffinity = &corev1.PodAntiAffinity{RequiredDuringSchedulingIgnoredDuringExecution: []corev1.PodAffinityTerm{t}}
		default:
			p.Spec.Affinity.PodAntiAffinity = &corev1.PodAntiAffinity{PreferredDuringSchedulingIgnoredDuringExecution: []corev1.WeightedPodAffinityTerm{{Weight: 1, PodAffinityTerm: t}}}
		}
	}
	return p
}

func randomLimitRanges() []*corev1.LimitRange {
	var out []*corev1.LimitRange
	if chance(0.4) {
		return out
	}
	bound := []string{"cpu", "memory", "memory", "cpu", "memory", "ephemeral-storage", "hugepages-2Mi", "nvidia.com/gpu"}
	for i := 1 + r.Intn(2); i > 0; i-- {
		lr := &corev1.LimitRange{}
		for j := 1 + r.Intn(2); j > 0; j-- {
			it := corev1.LimitRangeItem{Type: corev1.LimitType(one("Container", "Container", "Pod", "PersistentVolumeClaim"))}
			it.Max = list(1, bound)
			it.Min = list(1, bound)
			if it.Type == "Container" {
				it.Default = list(2, bound)
				it.DefaultRequest = list(2, bound)
			}
			if chance(0.4) {
				it.MaxLimitRequestRatio = corev1.ResourceList{corev1.ResourceName(one("cpu", "memory")): q(one("1", "2", "1500m", "1", "10Pi"))}
			}
			lr.Spec.Limits = append(lr.Spec.Limits, it)
		}
		out = append(out, lr)
	}
	return out
}

func sortedNames(l corev1.ResourceList) []corev1.ResourceName {
	var out []corev1.ResourceName
	for k := range l {
		out = append(out, k)
	}
	sort.Slice(out, func(i, j int) bool { return out[i] < out[j] })
	return out
}

func randomQuota(i int, usage corev1.ResourceList) *corev1.ResourceQuota {
	rq := &corev1.ResourceQuota{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("rq%d", i), Namespace: "n"}}
	if chance(0.35) {
		for j := 1 + r.Intn(2); j > 0; j-- {
			rq.Spec.Scopes = append(rq.Spec.Scopes, corev1.ResourceQuotaScope(one("Terminating", "NotTerminating", "BestEffort", "NotBestEffort", "PriorityClass", "CrossNamespacePodAffinity", "VolumeAttributesClass")))
		}
	}
	if chance(0.3) {
		e := corev1.ScopedResourceSelectorRequirement{ScopeName: corev1.ResourceQuotaScope(one("PriorityClass", "PriorityClass", "PriorityClass", "NotTerminating", "BestEffort", "NotBestEffort", "CrossNamespacePodAffinity", "Terminating")), Operator: "Exists"}
		if e.ScopeName == "PriorityClass" {
			e.Operator = corev1.ScopeSelectorOperator(one("In", "NotIn", "Exists", "DoesNotExist"))
			if e.Operator == "In" || e.Operator == "NotIn" {
				e.Values = []string{"high", "top"}
			}
		}
		rq.Spec.ScopeSelector = &corev1.ScopeSelector{MatchExpressions: []corev1.ScopedResourceSelectorRequirement{e}}
	}
	keys := []string{}
	if chance(0.4) {
		keys = []string{one("services", "limits.nvidia.com/gpu", "requests.absent.example/z", "requests.hugepages-1Gi"), one("requests.cpu", "limits.memory"), one("limits.cpu", "memory")}
	}
	for _, k := range sortedNames(usage) {
		if k == "cpu" || k == "memory" || strings.HasSuffix(string(k), ".cpu") || strings.HasSuffix(string(k), ".memory") {
			if len(keys) == 0 && chance(0.8) {
				continue
			}
		}
		keys = append(keys, string(k))
	}
	sort.Strings(keys)
	r.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
	if len(keys) > 4 {
		keys = keys[:4]
	}
	rq.Status.Hard, rq.Status.Used = corev1.ResourceList{}, corev1.ResourceList{}
	for _, k := range keys {
		n := corev1.ResourceName(k)
		used := q(one("0", "1", "3Gi", "5000Mi", "1500m", "7G", "2e3"))
		hard := used.DeepCopy()
		if u, ok := usage[n]; ok {
			hard.Add(u)
		}
		switch r.Intn(10) {
		case 0:
			hard.Sub(q("1m"))
		case 1:
			hard = q("0")
		case 2:
			hard.Sub(q("1"))
		case 3:
		default:
			hard.Add(q("1Gi"))
		}
		if hard.Sign() < 0 {
			hard = q("0")
		}
		rq.Status.Hard[n] = hard
		if !chance(0.02) {
			rq.Status.Used[n] = used
		}
	}
	return rq
}
