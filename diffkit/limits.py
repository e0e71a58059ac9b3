"""Every limit of diffkit, and why it is there.

None of them bounds what mathematics can be asked; each turns an accident, an attack or an endless wait into one clear message.
"""

# --- the language of expressions -----------------------------------------------------------------------------------------
TEXT = 16_000_000  # characters of a whole text: 100,000 lines of 160 characters, read within a minute
STATEMENT = 100_000  # characters of one statement: more is a slip or junk, and named steps read better
NESTING = 200  # parentheses within parentheses: what other readers of a printed formula can still take
OPERATIONS = 1_000_000  # operations after unrolling every repeat: a few hundred megabytes of Program
DIGITS = 400  # characters of one number: no double needs more than 309 before the point, or 17 significant ones
NAME = 100  # characters of one name: it must fit in a table
# --- the reference -------------------------------------------------------------------------------------------------------
BITS, BITS_OF_A_BOOK = 1 << 16, 1 << 14  # of precision: 20,000 digits for a page of formulas, 5,000 for a book
BITS_OF_GAMMA = 1 << 12  # gamma and its family take a hundred times as long as the others, and minutes at 20,000 digits
BITS_OF_ROUNDING = 1 << 13  # for the sum of first-order rounding errors: sin(1e300) takes 1100
REWRITTEN = 400  # operations of an f for which a stable form is looked for: a second's search
REFERENCE_DIGITS = 100_000  # digits that can be asked for
DERIVATIVE_ORDER = 100  # of a higher derivative
# --- SymPy ---------------------------------------------------------------------------------------------------------------
SYMPY_TREE = 20_000  # nodes of f written out, times the inputs: a product of 100 inputs takes SymPy 5 seconds
SYMPY_DAG = 5_000  # distinct nodes: a sum of 1000 sines takes SymPy 7 seconds, of 2000 minutes
SYMPY_NODES = 1_500_000  # nodes of a derivative written out, by estimate: SymPy takes some seconds to find so many
SYMPY_MEMORY = 3 * 2**29  # bytes that the worker of a swell study may take on top of what it inherits: 1.5 GiB
WORKER_SECONDS = 86_400.0  # that it may be given: a day is as good as no limit
ENGINE_SECONDS = 10.0  # for one engine of a comparison: SymPy may hang where it asks itself whether a formula is real
# --- functions in float64 ------------------------------------------------------------------------------------------------
SWEEP_DIGITS = 100  # of the arithmetic of a sweep: at the smallest steps truncations leave the range of float64
POLYGAMMA_ORDER, POLYGAMMA_LOWEST = 100, -1e4  # order and operand: beyond these mpmath takes minutes, so the answer is nan
REFERENCES = 20_000  # derivatives proved to judge the errors of one function: a minute; with more inputs there are fewer points
COMPILED = 20_000  # nodes of a formula that is compiled as it is written out, to be timed
COUNTED_BITS = 2**31  # of sizes that counting must keep at once: with lengths of paths and texts a gigabyte
DIFFERENTIATED = 100_000  # lines of a derivative that is differentiated once more: a few seconds, and twice as many lines
COUNTED = 4_000_000  # lines times sweeps of forward mode that are written out to be counted: half a minute
# --- families of functions -----------------------------------------------------------------------------------------------
MEMBERS = 1_000  # numbers n of one study: more rows than that no table shows
# --- pictures ------------------------------------------------------------------------------------------------------------
GRAPH_NODES = 80  # of a picture of a computational graph: beyond, repeats collapse, or a table says it better
# --- the gradient check --------------------------------------------------------------------------------------------------
CHECK_ENTRIES = 200  # entries that are all judged one by one, at about 50 evaluations each; more are checked together first
CHECK_SUSPECTS = 32  # wrong entries of a large gradient that are sought one by one: more say no more
CHECK_LINES = 300  # lines of a Program in which a missing share is sought: each use of a value costs a reverse sweep
# --- staged listings -----------------------------------------------------------------------------------------------------
LISTED_LINES = 24  # lines of a loop that a listing writes as a loop: what fits on a slide is written out
LISTED_ITEMS = 12  # numbers of an array that a listing writes out; longer ones are drawn anew from its shape
# --- graded code ---------------------------------------------------------------------------------------------------------
STUDENT_MEMORY = 2 << 30  # bytes that a graded file may take: NumPy's libraries alone reserve several hundred megabytes
STUDENT_SECONDS = 10.0  # that it may run: hand-staged code takes none
CONTRIBUTIONS = 12  # to one derivative, of which sums are sought: 4095 of them
# --- compiled gradients --------------------------------------------------------------------------------------------------
ROLLED_LINES = 400  # lines of a loop that is written as a loop: shorter ones run faster, and read better, written out
LISTED_LINES = 12  # the same for a listing, which is read: four turns of three lines
LISTED_ELEMENTS = 60  # of an array that a listing writes out: larger ones are read from a file
ROLLED_LINES_FAST = 48  # the same for numba, whose compiling takes ten milliseconds a line
PERIOD_LINES, TURNED_LINES = 4096, 256  # lines of a period that is looked for; for which its best beginning is looked for, too
LOOKBACK = 64  # iterations that a loop may look back
ROWS, ROWS_FAST = 300_000, 1000  # of code: Python compiles 30,000 in a second, numba 1000 in five, and then slows down
WATCHED = 20_000  # objects that a compiled function reads from its surroundings: looking at all of them takes a millisecond
VARIANTS = 16  # recordings that one compiled function keeps, the most recent ones
BLOCK = 16_384  # elements of an array that are processed together: several such buffers fit in a cache of 1 MB
BLOCKED_ELEMENTS = 4096  # from this size on buffers are used again and, above BLOCK, arrays processed block by block
SNAPSHOTS = 64  # states that a checkpointed loop keeps: 47,905 steps are then computed at most four times, 814,385 five times
