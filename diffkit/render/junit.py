"""A gradient check as JUnit XML, which continuous integration reads: one test case an entry."""

import xml.etree.ElementTree as ET

from diffkit.messages import say
from diffkit.results import Check, Entry
from diffkit.tables import clip, short

SUITE = "diffkit check"


def junit(check: Check) -> bytes:
    """Return the XML file: a failure for every entry that is wrong or undecided, and for a gradient that fails as a whole.

    Only pass and kink are successes, as in the exit status.
    """
    cases = [_case(check, entry.name, entry.verdict, _message(entry)) for entry in check.entries]
    silent = not check.passed and not any(case.find("failure") is not None for case in cases)
    if silent or check.count > len(check.entries):
        cases.append(_case(check, say("junit.whole"), check.verdict, check.sentence()))
    failures = str(sum(case.find("failure") is not None for case in cases))
    counts = {"tests": str(len(cases)), "failures": failures, "errors": "0", "skipped": "0"}
    suites = ET.Element("testsuites", counts)
    suite = ET.SubElement(suites, "testsuite", {"name": SUITE, **counts})
    suite.extend(cases)
    ET.SubElement(suite, "system-out").text = legal(str(check))
    ET.indent(suites)
    return bytes(ET.tostring(suites, encoding="utf-8", xml_declaration=True)) + b"\n"


def _case(check: Check, name: str, verdict: str, message: str) -> ET.Element:
    case = ET.Element("testcase", {"classname": legal(clip(check.expression)), "name": legal(name)})
    if verdict not in Check.PASSED:
        ET.SubElement(case, "failure", {"type": verdict, "message": legal(message)})
    return case


def _message(entry: Entry) -> str:
    fields = {"yours": repr(entry.yours), "numerical": entry.shown(), "error": short(entry.relative_error)}
    return " ".join(filter(None, (say("junit.entry", verdict=entry.verdict, **fields), entry.cause, entry.reason)))


def legal(text: str) -> str:
    """Return text that XML may hold: no control characters."""
    return "".join(c if c.isprintable() or c == "\n" else "?" for c in text)
