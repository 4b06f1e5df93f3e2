package onnx

import "fmt"

// inferGemm is Y = alpha*A'*B' + beta*C, where A' and B' may be transposed.
func inferGemm(c *call) error {
	a, b := c.shape(0), c.shape(1)
	if a == nil || b == nil {
		return nil
	}
	if len(a) != 2 || len(b) != 2 {
		return fmt.Errorf("the factors have the shapes %v and %v, but they must be matrices", a, b)
	}
	if c.Int("transA", 0) != 0 {
		a = Shape{a[1], a[0]}
	}
	if c.Int("transB", 0) != 0 {
		b = Shape{b[1], b[0]}
	}
	if a[1].Known() && b[0].Known() && a[1] != b[0] {
		return fmt.Errorf("the product of %v and %v (after transposition) does not exist: %v is not %v", a, b, a[1], b[0])
	}
	y := Shape{a[0], b[1]}
	c.out[0].Shape = y
	bias := c.shape(2)
	sum, err := Broadcast(y, bias)
	if err != nil {
		return err
	}
	if sum != nil {
		if _, ok := merge(y, sum); !ok { // the bias stretches, the product does not
			return fmt.Errorf("input C has the shape %v, but the product has %v", bias, y)
		}
	}
	return nil
}

// inferMatMul is numpy's matmul: the last two dimensions are matrices, those
// before broadcast, and a vector is a row on the left and a column on the right.
func inferMatMul(c *call) error {
	a, b := c.shape(0), c.shape(1)
	if a == nil || b == nil {
		return nil
	}
	if len(a) == 0 || len(b) == 0 {
		return fmt.Errorf("a factor is a scalar")
	}
	row, column := len(a) == 1, len(b) == 1
	if row {
		a = Shape{Size(1), a[0]}
	}
	if column {
		b = Shape{b[0], Size(1)}
	}
	batchA, batchB := a[:len(a)-2], b[:len(b)-2]
	a, b = a[len(a)-2:], b[len(b)-2:]
	if a[1].Known() && b[0].Known() && a[1] != b[0] {
		return fmt.Errorf("the product of %v and %v does not exist: %v is not %v", c.shape(0), c.shape(1), a[1], b[0])
	}
	y, err := Broadcast(batchA, batchB)
	if err != nil {
		return err
	}
	if !row {
		y = append(y, a[0])
	}
	if !column {
		y = append(y, b[1])
	}
	c.out[0].Shape = y
	return nil
}
