// Prints golden.jsonl: what resource.Quantity makes of random texts, and of random pairs of them. go run . SEED CASES
package main

import (
	"encoding/json"
	"math/rand"
	"os"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
)

type line struct {
	A         string `json:"a"`
	B         string `json:"b,omitempty"`
	Refused   bool   `json:"refused,omitempty"`
	Canonical string `json:"canonical,omitempty"`
	Format    string `json:"format,omitempty"`
	// The exact amount as a plain decimal.
	Dec     string `json:"dec,omitempty"`
	Sum     string `json:"sum,omitempty"`
	Less    string `json:"difference,omitempty"`
	Compare int    `json:"compare,omitempty"`
}

var suffixes = []string{"", "", "", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei", "K", "mi", "Kii", "e", "E", "i"}

const odd = " .-+eEi01,x_\t\x00"

func digits(r *rand.Rand, most int) string {
	var b strings.Builder
	for n := r.Intn(most + 1); n > 0; n-- {
		b.WriteByte(byte("00000123456789999"[r.Intn(17)]))
	}
	return b.String()
}

func text(r *rand.Rand) string {
	most := []int{1, 3, 6, 12, 20, 40, 240}[r.Intn(7)]
	s := []string{"", "", "", "-", "+"}[r.Intn(5)] + digits(r, most)
	if r.Intn(2) == 0 {
		s += "." + digits(r, most)
	}
	switch r.Intn(4) {
	case 0:
		s += []string{"e", "E"}[r.Intn(2)] + []string{"", "-", "+"}[r.Intn(3)] + strconv.Itoa(r.Intn([]int{10, 25, 401}[r.Intn(3)]))
	default:
		s += suffixes[r.Intn(len(suffixes))]
	}
	if r.Intn(12) == 0 {
		at := r.Intn(len(s) + 1)
		s = s[:at] + string(odd[r.Intn(len(odd))]) + s[at:]
	}
	return s
}

// tooFar says whether an exponent is beyond what headroom takes; the original computes it for minutes.
func tooFar(s string) bool {
	at := strings.LastIndexAny(s, "eE")
	if at < 0 {
		return false
	}
	power, err := strconv.Atoi(s[at+1:])
	return err == nil && (power > 400 || power < -400)
}

func main() {
	seed, cases := int64(1), 4000
	if len(os.Args) > 2 {
		seed, _ = strconv.ParseInt(os.Args[1], 10, 64)
		cases, _ = strconv.Atoi(os.Args[2])
	}
	r := rand.New(rand.NewSource(seed))
	out := json.NewEncoder(os.Stdout)
	var before *resource.Quantity
	var beforeText string
	for n := 0; n < cases; n++ {
		s := text(r)
		if tooFar(s) || len(s) > 500 {
			continue
		}
		q, err := resource.ParseQuantity(s)
		if err != nil {
			out.Encode(line{A: s, Refused: true})
			continue
		}
		// String would give back the text that was read.
		number, suffix := q.CanonicalizeBytes(make([]byte, 0, 64))
		l := line{A: s, Canonical: string(number) + string(suffix), Format: string(q.Format)}
		exact := q.DeepCopy()
		l.Dec = exact.AsDec().String()
		if before != nil {
			sum, less := q.DeepCopy(), q.DeepCopy()
			sum.Add(*before)
			less.Sub(*before)
			l.B, l.Sum, l.Less, l.Compare = beforeText, sum.String(), less.String(), q.Cmp(*before)
		}
		out.Encode(l)
		kept := q.DeepCopy()
		before, beforeText = &kept, s
	}
}
