"""Sentences of the computational graph."""

SENTENCES = {
    "graph.headline": "Computational graph of {expression} at {at}",
    "graph.operations": "The graph has {count} operations.",
    "graph.gates": "Gates changed ({gate}): {before} operations as typed, {after} as drawn.",
    "graph.fuse.none": "No written-out {gate} was found, so nothing was fused; it is written 1/(1 + exp(-t)).",
    "graph.unfuse.none": "No {gate} was found, so nothing was written out.",
    "graph.summed": "The output is an array {shape}: adjoints are derivatives of the sum of its elements.",
    "graph.together": "Tangents are those of moving all elements of {name} alike.",
    "graph.undefined": (
        "The function has no value there: {text} is the first result that is not a number. What is computed from it is none "
        "either, and neither are derivatives there."
    ),
    "graph.norms": "Of an array the norm is shown, the root of the sum of the squares of its elements.",
    "graph.caption": "The nodes of the computational graph at {at}; a dash says that nothing was computed there.",
    "graph.repeats": "{count} times more",
    "graph.repeats.varied": "{count} times more, with other constants",
    "graph.key.beside.one": "beside a node:",
    "graph.key.beside": "beside a node, from top to bottom:",
    "graph.key.value.upright": "value above",
    "graph.key.value.turned": "value",
    "graph.key.tangent.upright": "tangent (derivative by {name}) above",
    "graph.key.tangent.turned": "tangent (derivative by {name})",
    "graph.key.adjoint.upright": "adjoint (derivative of the output) below",
    "graph.key.adjoint.turned": "adjoint (derivative of the output)",
    "graph.key.error.upright": "largest contribution of rounding below",
    "graph.key.error.turned": "largest contribution of rounding",
    "graph.varied": "with other constants",
    "graph.key.twice": "double line: read several times",
    "graph.key.norm": "\u2016 \u2016 norm of an array",
    "graph.key.local": "local derivative on the edge",
    "figure.graph": "The computational graph of {expression} at {at}, drawn from the inputs to the output",
    "figure.graph.value": "the value of every node",
    "figure.graph.tangent": "its derivative by {name}, which forward mode computes along with it",
    "figure.graph.adjoint": "the derivative of the output by it, which reverse mode computes in the opposite order",
    "figure.graph.error": "the largest contribution of its rounding to the error of the output",
    "figure.graph.local": "on every edge the local derivative, the factor by which reverse mode hands the derivative back",
    "figure.graph.norm": "of an array the norm of each of these",
    "alt.graph": "Graph of {count} nodes: {nodes}.",
    "heading.graph": "The computational graph",
    "prose.graph": (
        "Every operation is a node and reads the nodes at the other end of its edges. Values flow with the arrows; the "
        "derivative of the output flows against them: each node hands its own to every operand, times the local derivative "
        "on the edge, and what arrives over several edges is added up."
    ),
    "prose.graph.large": "It has {count} nodes, too many for a picture, so they are listed.",
}
