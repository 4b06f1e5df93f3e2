package onnx

import "testing"

// FuzzSimplify changes names and calls of functions at random. What has a sound structure
// is simplified or refused, quickly, and a model that passes its check passes it again then.
func FuzzSimplify(f *testing.F) {
	f.Add(uint8(3), uint8(1), uint8(0), "F0", "own")
	f.Add(uint8(4), uint8(2), uint8(1), "a", "")
	f.Add(uint8(5), uint8(9), uint8(3), "F1", "own")
	f.Fuzz(func(t *testing.T, n, at, what uint8, name, domain string) {
		m := calls(1 + int(n%6))
		function := m.Functions[int(at)%len(m.Functions)]
		node := function.Nodes[int(at/16)%len(function.Nodes)]
		switch what % 6 {
		case 0:
			node.Op, node.Domain = name, domain
		case 1:
			node.Inputs = append(node.Inputs, name)
		case 2:
			node.Outputs[0] = name
		case 3:
			function.Outputs = append(function.Outputs, name)
		case 4:
			function.Name, function.Domain = name, domain
		case 5:
			function.Inputs[0] = name
		}
		if m.CheckStructure() != nil {
			return
		}
		simple, err := Simplify(m)
		if err != nil {
			return
		}
		if err := simple.CheckStructure(); err != nil && m.Check() == nil {
			t.Fatal(err)
		}
		if _, err := Values(m); err != nil {
			t.Fatal(err)
		}
	})
}
