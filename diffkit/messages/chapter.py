"""Sentences of the chapter."""

SENTENCES = {
    "chapter.headline": "The chapter on automatic differentiation, recomputed",
    "chapter.caption": "The numbers of the chapter, each to its last digit.",
    "chapter.lead": (
        "Every example of the chapter, in its order, computed again: numeric differentiation, symbolic differentiation, "
        "computational graphs with forward and reverse mode, staged backpropagation, gradients of matrices. Where the chapter "
        "slips, a note says so."
    ),
    "chapter.example.orders": "fitted order of accuracy",
    "chapter.example.tree": "(a + b)(b + 1)",
    "chapter.example.composite": "(x + y)z",
    "chapter.example.neuron": "sigmoid neuron",
    "chapter.example.exercise": "staged exercise",
    "chapter.note": "Note: {text}",
    "chapter.heading.overview": "What this is",
    "chapter.by_tape": "by the tape",
    "chapter.heading.numeric": "Numeric differentiation: four quotients and their orders",
    "chapter.heading.cost": "Numeric differentiation: n times the cost",
    "chapter.heading.check": "Numeric differentiation: a gradient check",
    "chapter.heading.symbolic": "Symbolic differentiation: if and while",
    "chapter.heading.graph": "The computational graph",
    "chapter.heading.local": "Derivatives on the edges",
    "chapter.heading.forward": "Forward mode",
    "chapter.heading.reverse": "Reverse mode",
    "chapter.heading.rules": "Basic operations: addition, multiplication, max",
    "chapter.heading.composite": "The chain rule: (x + y)z",
    "chapter.heading.sigmoid": "The sigmoid neuron: gates small and large",
    "chapter.heading.exercise": "The staged exercise",
    "chapter.heading.matrix": "Gradients of matrices",
    "chapter.heading.numbers": "All numbers",
    "chapter.redo": "With the same versions of the libraries every number comes out again, digit for digit.",
    "chapter.numeric": (
        "The limit in the definition of the derivative is replaced by a small step h. The chapter gives the four quotients "
        "the errors O(h), O(h), O(h^2) and O(h^4). Measured on {expression} at {at}, the error falls with the slopes {slopes}."
    ),
    "chapter.slope": "{slope} ({scheme})",
    "chapter.rounding": (
        "The numerical instability is the left side of the figure: the rounding error of f is divided by h. No step makes a "
        "difference quotient exact; the best predicted steps leave {digits} correct digits."
    ),
    "chapter.digits": "{digits} ({scheme})",
    "chapter.figure.orders": (
        "Error against h for the four quotients of the chapter, and for the complex step, which has no rounding branch."
    ),
    "chapter.cost": (
        "A neuron with n weights is one evaluation of {operations} operations for n = {n}. One-sided differences then need "
        "n + 1 evaluations, central ones 2n, Richardson's extrapolation 4n, forward mode n sweeps, reverse mode one: counted by "
        "asking at how many different points each scheme evaluates f. The gradient by reverse mode takes {ratio} times the "
        "operations of f at n = {n}, the one by one-sided differences {times} times."
    ),
    "chapter.cost.caption": (
        "Operations for the gradient of a sigmoid neuron with n weights; evaluations of f, or sweeps, in parentheses. "
        "The operations of difference quotients are those of their evaluations."
    ),
    "chapter.figure.costs": "Operations for the gradient of a sigmoid neuron with n weights, on logarithmic axes.",
    "alt.chapter.costs": "Diagram with logarithmic axes of operations against n. At n = {n}: {work}.",
    "chapter.work": "{name} {work}",
    "chapter.slip.cost": (
        "the chapter says that n inputs take n evaluations; one-sided differences take n + 1, central differences 2n and "
        "Richardson's extrapolation 4n."
    ),
    "chapter.check": (
        "The chapter calls a gradient right if |a - n|/max(|a|, |n|) is below 1e-7, where n is a central difference at h "
        "= 1e-5. As it says itself, this is no proof: a fixed tolerance fails both ways. Beside it stands the verdict by "
        "the Taylor remainder, which knows the rounding noise of f and tries many steps."
    ),
    "chapter.check.caption": "Five gradients judged by the chapter's rule and by the Taylor remainder.",
    "chapter.case.right": "the staged exercise, right",
    "chapter.case.slip": "x*x with = for +=, wrong",
    "chapter.case.steep": "steep, right",
    "chapter.case.offset": "a large constant, right",
    "chapter.case.small": "5e-8 too large, wrong",
    "chapter.if": (
        "A branch inside a formula is no obstacle: it becomes a piecewise function, and each piece is differentiated. "
        "The derivative of {expression} is {derivative}, in closed form."
    ),
    "chapter.while": (
        "A loop that runs until a value is small enough has no formula: the number of turns depends on the value. SymPy, handed "
        "a symbol, has to decide the condition and cannot; it answers {reason}. The tape does not ask for all values: it "
        "records the operations that are carried out at this one, and differentiates them. The derivative so found is that "
        "of the computed value, here as exact as the square root itself."
    ),
    "chapter.while.listing": "The square root by Newton's method, until it is good to 1e-12",
    "chapter.while.caption": "The operations recorded at three points, the derivative by the tape, and 1/(2 sqrt(a)).",
    "chapter.slip.closed": (
        "the chapter doubts that every derivative has a closed form, and counts integration by parts among the tools. Both "
        "belong to integration: a formula of elementary functions always has an elementary derivative. What is true is that "
        "the closed form may be far larger than the function."
    ),
    "chapter.graph": (
        "The formula is taken apart into operations with one name each: {expression}. Inputs are the leaves, every other node "
        "is an operation, an edge leads from what is read to what reads it. The chapter calls the result e, which is the "
        "number 2.718... here, so it is f."
    ),
    "chapter.values": "The forward sweep computes the nodes in order: at {at} first c and d, at last f = {value}.",
    "chapter.local": (
        "Each edge carries the derivative of the node it leads to by the node it comes from: 1 for the sums, and for the "
        "product the other factor."
    ),
    "chapter.forward": (
        "One forward sweep computes the derivative of every node by one input, here b: the inputs are seeded with 0 and 1, and "
        "every node adds up what its operands hand on, edge times derivative. It ends with df/db = {value}. The derivative of "
        "a by b, which is 0, is computed in vain, and a takes another sweep."
    ),
    "chapter.reverse": (
        "The reverse sweep starts at the output with 1 and goes against the arrows: every node hands its derivative on, times "
        "the edge, and what arrives over several edges is added up. One sweep gives all: {gradient}."
    ),
    "chapter.modes.caption": (
        "Forward and reverse mode on this graph: sweeps, products of edge and derivative, and those with a factor 0."
    ),
    "chapter.tree.graph": "The computational graph of (a + b)(b + 1), drawn upwards from the inputs.",
    "chapter.tree.values": "The same with values, from the forward sweep.",
    "chapter.tree.local": "The same with the local derivative on every edge.",
    "chapter.tree.forward": "Forward mode by b: beside every node its derivative by b; the grey 0 is wasted work.",
    "chapter.tree.reverse": "Reverse mode: beside every node its value and the derivative of f by it.",
    "chapter.rules": (
        "A sum hands the derivative on, a product hands it on times the other factor, max hands it to the larger operand. "
        "The last column is measured: how fast the operation grows if both operands grow alike, which the derivatives must "
        "add up to."
    ),
    "chapter.rules.caption": "The basic operations: derivatives here and by the chapter's rule, and growth along (1, 1).",
    "chapter.slip.max": (
        "the chapter's rule gives 1 and 1 where the operands of max are equal. Along (1, 1) max grows by 1, not by 2, so "
        "this is no subgradient; here the winners share, 1/2 each, which is one."
    ),
    "chapter.composite": "With q = x + y the function is f = q*z. The values at {at}, the local derivatives and the gradient:",
    "chapter.figure.composite": "The graph of (x + y)z: value above, derivative of f below, local derivative on the edge.",
    "chapter.figure.exercise": (
        "The graph of the staged exercise: value above, derivative of f below, local derivative on the edge; x and y receive "
        "the sum of what arrives over their edges."
    ),
    "chapter.slip.composite": (
        "the line for df/dx ends with z*1 = (x + y); it is z, which is {value} here, as the chapter's code has it."
    ),
    "chapter.neuron": (
        "The function 1/(1 + exp(-(w0*x0 + w1*x1 + w2))) as small gates: products, sums, a change of sign, exp, and 1/x. The "
        "last four can be one gate, the sigmoid: {before} operations become {after}, if that gate counts as one."
    ),
    "chapter.neuron.four": "The neuron in small gates.",
    "chapter.neuron.one": "The same with the sigmoid as one gate.",
    "chapter.neuron.listing": "In small gates; the listing runs as it stands",
    "chapter.neuron.listing.fused": "With the sigmoid as one gate: dot, f, ddot, and from it dx and dw, as in the chapter",
    "chapter.gates": (
        "Its derivative is s(1 - s): one subtraction and one product if the forward sweep has kept s, against four "
        "operations for the four gates, so {four} operations in all become {fused}. But 1 - s cancels where s is near 1; "
        "the product has a relative error of {error} at t = {t}. diffkit therefore computes the sigmoid from q = exp(-|t|),"
        " and its derivative as q/(1 + q)^2, which stays right. That takes two operations backward, too, but an absolute "
        "value, a comparison and a choice more forward: {stable} in all. It does not save operations; it saves digits."
    ),
    "chapter.gates.caption": (
        "Operations of one sigmoid and its derivative, forward, backward and together, and the relative error of the "
        "derivative at t = {t}."
    ),
    "chapter.gate.four": "four gates",
    "chapter.gate.fused": "one gate, s(1 - s)",
    "chapter.gate.stable": "one gate, q/(1 + q)^2",
    "chapter.slip.reciprocal": (
        "among the basic functions the chapter lists the derivative where it means 1/x, the reciprocal (two words that look "
        "alike in Chinese)."
    ),
    "chapter.exercise": (
        "The numbers in parentheses are those of the chapter. x is read by (2), (3) and (4), so its derivative is set once and "
        "added to twice; y is read by (1) and (4)."
    ),
    "chapter.exercise.result": "f = {value}, {gradient}.",
    "chapter.matrix": (
        "A layer D = W X with W of shape {w} and X of shape {x}. Shapes alone tell where the transposes go: dW must have "
        "the shape of W, and dD X^T is the only product of dD and X that has it. The tape differentiates the loss sum(dD "
        "* (W X)) of random matrices; every entry of its two gradients is compared with the product, and with the complex"
        " step:"
    ),
    "chapter.matrix.caption": (
        "Shapes of the products; the largest difference of an entry of the tape's gradient from the product, and from the"
        " complex step."
    ),
    "chapter.matrix.listing": "The same in NumPy",
    "chapter.slip.matrix": (
        "under the sum over D the chapter notes that k must be 0; it must be i, as in the line above it. And where it "
        "says that the sum of W_is x_sl over s is x_jl, the derivative of that sum by W_ij is meant."
    ),
    "header.example": "example",
    "header.function": "function",
    "header.gradient": "gradient",
    "header.error": "error",
    "header.mode": "mode",
    "header.sweeps": "sweeps",
    "header.products": "products",
    "header.wasted": "with a 0",
    "header.operation": "operation",
    "header.chapter": "by the chapter",
    "header.here": "here",
    "header.along": "along (1, 1)",
    "header.form": "form",
    "header.forward": "forward sweep",
    "header.reverse": "reverse sweep",
    "header.product": "product",
    "header.shapes": "shapes",
    "header.together": "together",
    "header.difference": "tape against product",
    "header.step": "tape against complex step",
    "header.remainder": "by the remainder",
    "header.recorded": "operations recorded",
    "header.slope": "derivative by the tape",
    "header.operations": "operations",
    "header.operations-of-f": "operations of f",
    "axis.operations": "operations",
    "axis.weights": "number n of weights",
    "mode.forward": "forward mode",
    "mode.reverse": "reverse mode",
}
