"""Every limit of the language of expressions, and why it is there.

None of them bounds what mathematics can be asked; each turns an accident or an attack into one clear message.
"""

TEXT = 16_000_000  # characters of a whole text: 100,000 lines of 160 characters, read within a minute
STATEMENT = 100_000  # characters of one statement: more is a slip or junk, and named steps read better
NESTING = 200  # parentheses within parentheses: what other readers of a printed formula can still take
OPERATIONS = 1_000_000  # operations after unrolling every repeat: a few hundred megabytes of Program
DIGITS = 400  # characters of one number: no double needs more than 309 before the point, or 17 significant ones
NAME = 100  # characters of one name: it must fit in a table
