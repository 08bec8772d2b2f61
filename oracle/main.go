// The oracle lets KubeVirt's own code answer: it reads vectors without an output on stdin, a line of JSON each, and prints
// them with the output that the KubeVirt of go.mod gives. docs/new-version.md says how it is built and used.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"kubevirt.io/client-go/log"
)

// vector is a line of a vector file.
type vector struct {
	Kubevirt string          `json:"kubevirt"`
	Name     string          `json:"name"`
	Input    json.RawMessage `json:"input"`
	Output   *output         `json:"output"`
}

func main() {
	log.Log.SetIOWriter(io.Discard)
	if err := answer(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "oracle:", err)
		os.Exit(1)
	}
}

func answer(from io.Reader, to io.Writer) error {
	lines := json.NewDecoder(bufio.NewReader(from))
	answers := bufio.NewWriter(to)
	for {
		var asked vector
		if err := lines.Decode(&asked); errors.Is(err, io.EOF) {
			return answers.Flush()
		} else if err != nil {
			return err
		}
		var given input
		if err := json.Unmarshal(asked.Input, &given); err != nil {
			return fmt.Errorf("%s: %w", asked.Name, err)
		}
		asked.Output = render(&given)
		line, err := json.Marshal(asked)
		if err != nil {
			return err
		}
		if _, err := answers.Write(append(line, '\n')); err != nil {
			return err
		}
	}
}
