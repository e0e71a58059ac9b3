"""The commands, a file each: arguments -> study -> record -> renderer. No arithmetic lives here."""

from diffkit.commands.advise import advise
from diffkit.commands.chapter import chapter
from diffkit.commands.check import check
from diffkit.commands.compare import compare
from diffkit.commands.cost import cost
from diffkit.commands.functions import functions
from diffkit.commands.graph import graph
from diffkit.commands.report import report
from diffkit.commands.reproduce import reproduce
from diffkit.commands.rounding import rounding
from diffkit.commands.staged import staged
from diffkit.commands.sweep import sweep
from diffkit.commands.swell import swell

COMMANDS = (compare, sweep, swell, rounding, graph, check, advise, staged, report, chapter, cost, reproduce, functions)
