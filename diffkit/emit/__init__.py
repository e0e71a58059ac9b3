"""The compiler of the tape: a recording and its reverse sweep, written as Python.

`compiled` holds the recordings of one function and finds the one for a point; `code` compiles and calls what was written for
numbers, `array_code` for arrays.  Numbers: `lower` (elements of arrays as numbers), `facts` (what each line must be known by),
`periods` and `layout` (loops found again), `sheet` (expressions), `gifts` (contributions to adjoints), `writer`, `loops`,
`reverse_loops` and `page` (rows of Python), `numba_code`.  Arrays: `array_graph`, `array_reverse` (both sweeps in one graph),
`array_plan` (what is computed together, block by block), `array_writer`, `array_sweep`, `array_text`.
"""
