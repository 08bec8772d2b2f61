// Prints ../kubernetes-quota.jsonl: what the functions of Kubernetes themselves make of random pods.
package main

import (
	"encoding/json"
	"math/rand"
	"os"
	"sort"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	utilerrors "k8s.io/apimachinery/pkg/util/errors"
	"k8s.io/apiserver/pkg/admission"
	rqplugin "k8s.io/apiserver/pkg/admission/plugin/resourcequota"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	podutil "k8s.io/kubernetes/pkg/api/pod"
	api "k8s.io/kubernetes/pkg/apis/core"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	k8sv1 "k8s.io/kubernetes/pkg/apis/core/v1"
	"k8s.io/kubernetes/pkg/apis/core/v1/helper/qos"
	"k8s.io/kubernetes/pkg/apis/core/validation"
	core "k8s.io/kubernetes/pkg/quota/v1/evaluator/core"
	"k8s.io/kubernetes/plugin/pkg/admission/limitranger"
	testclock "k8s.io/utils/clock/testing"
)

type res struct {
	Containers     []corev1.ResourceRequirements `json:"containers"`
	InitContainers []corev1.ResourceRequirements `json:"initContainers,omitempty"`
	Overhead       corev1.ResourceList           `json:"overhead,omitempty"`
	Resources      *corev1.ResourceRequirements  `json:"resources,omitempty"`
}

func resources(p *corev1.Pod) res {
	out := res{Resources: p.Spec.Resources, Overhead: p.Spec.Overhead}
	for _, c := range p.Spec.Containers {
		out.Containers = append(out.Containers, c.Resources)
	}
	for _, c := range p.Spec.InitContainers {
		out.InitContainers = append(out.InitContainers, c.Resources)
	}
	return out
}

// through JSON and back: the program then works on what the fixture shows ("1e1" is printed as "10")
func asPrinted[T any](in T) (out T) {
	b, err := json.Marshal(in)
	must(err)
	must(json.Unmarshal(b, &out))
	return out
}
func must(err error) {
	if err != nil {
		panic(err)
	}
}
func words(err error) []string {
	var out []string
	if err == nil {
		return out
	}
	if agg, ok := err.(utilerrors.Aggregate); ok {
		for _, e := range agg.Errors() {
			out = append(out, e.Error())
		}
		return out
	}
	return []string{err.Error()}
}
func uniqueSorted(in []string) []string {
	seen := map[string]bool{}
	out := []string{}
	for _, s := range in {
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	sort.Strings(out)
	return out
}

var ours = []string{"must be less than or equal to", "must be equal to", "Limit must be set", "HugePages require", "must be greater than or equal to aggregate"}

type spec map[string]any

// what a test reads of the pod given, without creationTimestamp, image and so on
func given(p *corev1.Pod) spec {
	b, _ := json.Marshal(p.Spec)
	s := spec{}
	must(json.Unmarshal(b, &s))
	for _, k := range []string{"containers", "initContainers"} {
		if cs, ok := s[k].([]any); ok {
			for _, c := range cs {
				delete(c.(map[string]any), "image")
			}
		}
	}
	return s
}

func main() {
	enc := json.NewEncoder(os.Stdout)
	enc.SetEscapeHTML(false)
	clk := testclock.NewFakeClock(now)
	ev := core.NewPodEvaluator(nil, clk)
	cases := 210
	if len(os.Args) > 2 { // another seed and another number of cases
		seed, _ := strconv.Atoi(os.Args[1])
		r = rand.New(rand.NewSource(int64(seed)))
		cases, _ = strconv.Atoi(os.Args[2])
	}
	for i := 0; i < cases; i++ {
		p := asPrinted(randomPod())
		input := given(p)
		lrs := asPrinted(randomLimitRanges())
		lrInput, _ := json.Marshal(lrs)
		// Every call gets a copy of its own: adding to an amount beyond 64 bits changes a big number that copies share.
		legacyscheme.Scheme.Default(p)
		decoded := resources(p.DeepCopy())
		internal := &api.Pod{}
		must(k8sv1.Convert_v1_Pod_To_core_Pod(p, internal, nil))
		for _, lr := range lrs {
			legacyscheme.Scheme.Default(lr)
			must(limitranger.PodMutateLimitFunc(lr, internal))
		}
		after := &corev1.Pod{}
		must(k8sv1.Convert_core_Pod_To_v1_Pod(internal, after, nil))
		limited := resources(after.DeepCopy())
		invalid := []string{}
		opts := podutil.GetValidationOptionsFromPodSpecAndMeta(&internal.Spec, nil, &internal.ObjectMeta, nil)
		for _, e := range validation.ValidatePodCreate(internal.DeepCopy(), opts) {
			for _, w := range ours {
				if strings.Contains(e.Error(), w) {
					invalid = append(invalid, e.Error())
					break
				}
			}
		}
		bounds := []string{}
		for _, lr := range lrs {
			bounds = append(bounds, words(limitranger.PodValidateLimitFunc(lr, internal.DeepCopy()))...)
		}
		usage, err := core.PodUsageFunc(internal.DeepCopy(), clk)
		must(err)
		var quotas []*corev1.ResourceQuota
		answers := []string{}
		matches := []bool{}
		for j := 0; j < 1+r.Intn(2); j++ {
			rq := asPrinted(randomQuota(j, usage))
			quotas = append(quotas, rq)
			m, err := ev.Matches(rq, internal)
			must(err)
			matches = append(matches, m)
			a := admission.NewAttributesRecord(internal.DeepCopy(), nil, corev1.SchemeGroupVersion.WithKind("Pod"), "n", "p", corev1.SchemeGroupVersion.WithResource("pods"), "", admission.Create, &metav1.CreateOptions{}, false, nil)
			_, err = rqplugin.CheckRequest([]corev1.ResourceQuota{*rq}, a, ev, nil)
			if err != nil {
				answers = append(answers, err.Error())
			} else {
				answers = append(answers, "")
			}
		}
		lrSpecs := []any{}
		must(json.Unmarshal(lrInput, &lrSpecs))
		lrOut := []any{}
		for _, l := range lrSpecs {
			lrOut = append(lrOut, l.(map[string]any)["spec"].(map[string]any)["limits"])
		}
		rqOut := []any{}
		for _, rq := range quotas {
			m := map[string]any{"hard": rq.Status.Hard, "used": rq.Status.Used}
			if len(rq.Spec.Scopes) > 0 {
				m["scopes"] = rq.Spec.Scopes
			}
			if rq.Spec.ScopeSelector != nil {
				m["scopeSelector"] = rq.Spec.ScopeSelector
			}
			rqOut = append(rqOut, m)
		}
		out := map[string]any{"op": "admit", "pod": input, "decoded": decoded, "usage": usage, "qos": qos.ComputePodQOS(after), "quotas": rqOut, "matches": matches, "answers": answers}
		if len(lrs) > 0 {
			out["limitRanges"] = lrOut
			if a, _ := json.Marshal(limited); true {
				if b, _ := json.Marshal(decoded); string(a) != string(b) {
					out["limited"] = limited
					delete(out, "decoded")
				}
			}
			out["invalid"] = uniqueSorted(invalid)
			out["bounds"] = uniqueSorted(bounds)
		} else if len(invalid) > 0 {
			out["invalid"] = uniqueSorted(invalid)
		}
		must(enc.Encode(out))
	}
	for _, phase := range []string{"", "Pending", "Running", "Succeeded", "Failed", "Unknown"} {
		for _, dt := range []int{-999, -61, -60, -59, -31, -30, -29, 0, 30} {
			p := &corev1.Pod{Status: corev1.PodStatus{Phase: corev1.PodPhase(phase)}}
			out := map[string]any{"op": "life", "phase": phase, "now": now.UnixMilli()}
			if dt != -999 {
				t := metav1.NewTime(now.Add(time.Duration(dt) * time.Second))
				p.DeletionTimestamp = &t
				out["deletionTimestamp"] = t.UTC().Format(time.RFC3339)
				if dt != 30 {
					g := int64(30)
					p.DeletionGracePeriodSeconds = &g
					out["deletionGracePeriodSeconds"] = g
				}
			}
			u, err := core.PodUsageFunc(p, clk)
			must(err)
			out["usage"] = u
			must(enc.Encode(out))
		}
	}
}
