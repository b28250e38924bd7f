// Package annualcost finds the annual cost of a credit from its cash flows: the annual percentage
// rate of the European Union (TAE), the full cost of credit of Russia (PSK), and the internal rate
// of return.
//
// All three are the root of one equation, Σ amount / ((1 + e·i)(1 + i)^t) = 0; they differ in how
// dates become the exponents t and the fractions e. The root is sought inside a bracket with
// 256-bit arithmetic, no machine floating point, and is returned only when the present value has
// been seen to change its sign around it.
package annualcost
