package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// sample generates z = mean + sigma eps with sigma = e^(logVar/2), and twice the KL
// divergences, mean^2 + (sigma^2 - 1) - logVar.
func (set isa) sample(c *constants) {
	TEXT("sample"+set.name, NOSPLIT, "func(z *float32, kl *float64, mean, logVar, eps *float32, halves int)")
	Pragma("noescape")
	Doc(fmt.Sprintf("sample%s sets z = mean + e^(logVar/2) eps and kl = twice the KL divergences, in halves of vectors of %d numbers.", set.name, set.lanes))
	z, kl, mean, logVar, eps, halves := load("z"), load("kl"), load("mean"), load("logVar"), load("eps"), load("halves")
	Label("again")
	mu, lv, sigma, t := set.vec(), set.vec(), set.vec(), set.vec()
	VCVTPS2PD(at(mean, 0), mu)
	excess := set.vec()
	set.widths(c, logVar, lv, sigma, excess)
	VCVTPS2PD(at(eps, 0), t)
	VFMADD213PD(mu, sigma, t)
	set.narrow(t, t)
	VMOVUPS(set.half(t), at(z, 0))

	VSUBPD(lv, excess, excess)
	VFMADD231PD(mu, mu, excess)
	VMOVUPD(excess, at(kl, 0))
	set.nextHalf(z, mean, logVar, eps)
	set.next(kl)
	DECQ(halves)
	JNZ(LabelRef("again"))
	VZEROUPPER()
	RET()
}

// sampleGradient generates the gradient of sample's two results.
func (set isa) sampleGradient(c *constants) {
	TEXT("sampleGradient"+set.name, NOSPLIT, "func(dmean, dlogVar, dz, mean, logVar, eps *float32, scale *float64, halves int)")
	Pragma("noescape")
	Doc(fmt.Sprintf("sampleGradient%s sets dmean = dz + scale mean and dlogVar = (dz sigma eps + scale (sigma^2 - 1))/2, in halves of vectors of %d numbers.", set.name, set.lanes))
	dmean, dlogVar, dz := load("dmean"), load("dlogVar"), load("dz")
	mean, logVar, eps, scales, halves := load("mean"), load("logVar"), load("eps"), load("scale"), load("halves")
	Label("again")
	dzv, lv, sigma, excess, scale, t := set.vec(), set.vec(), set.vec(), set.vec(), set.vec(), set.vec()
	VMOVUPD(at(scales, 0), scale)
	set.widths(c, logVar, lv, sigma, excess)
	VCVTPS2PD(at(dz, 0), dzv)
	VCVTPS2PD(at(mean, 0), t)
	VFMADD213PD(dzv, scale, t)
	set.narrow(t, t)
	VMOVUPS(set.half(t), at(dmean, 0))

	VCVTPS2PD(at(eps, 0), t)
	VMULPD(sigma, t, t)
	VMULPD(dzv, t, t)
	VFMADD231PD(scale, excess, t)
	VMULPD(c.double(0.5), t, t)
	set.narrow(t, t)
	VMOVUPS(set.half(t), at(dlogVar, 0))
	set.nextHalf(dmean, dlogVar, dz, mean, logVar, eps)
	set.next(scales)
	DECQ(halves)
	JNZ(LabelRef("again"))
	VZEROUPPER()
	RET()
}

// widths generates the standard deviations sigma = e^(lv/2) of the logarithms of
// variances lv, and the variances less 1, which is (sigma-1)(sigma+1).
func (set isa) widths(c *constants, logVar reg.GPVirtual, lv, sigma, excess reg.VecVirtual) {
	VCVTPS2PD(at(logVar, 0), lv)
	t := set.vec()
	VMULPD(c.double(0.5), lv, t)
	set.exp64(c, t, sigma, excess)
	VADDPD(c.double(1), sigma, t)
	VMULPD(t, excess, excess)
}
