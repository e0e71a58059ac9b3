"""Bring diffkit/locale/*.po up to date with the English sentences: new ones untranslated, changed ones fuzzy, others gone.

python scripts/update_languages.py
"""

import polib

from diffkit.messages import LANGUAGES, LOCALE, SENTENCES

HEADER = {"Project-Id-Version": "diffkit", "MIME-Version": "1.0", "Content-Type": "text/plain; charset=UTF-8"}


def updated(old: polib.POFile, language: str) -> polib.POFile:
    """Return a catalogue with every English sentence, in their order, and the translations that are known."""
    known = {entry.msgctxt: entry for entry in old}
    new = polib.POFile(wrapwidth=120)
    new.metadata = HEADER | {"Language": language}
    for key, sentence in SENTENCES.items():
        entry = known.get(key)
        stale = entry is not None and (entry.msgid != sentence or entry.fuzzy) and bool(entry.msgstr)
        flags = ["fuzzy"] if stale else []
        new.append(polib.POEntry(msgctxt=key, msgid=sentence, msgstr=entry.msgstr if entry else "", flags=flags))
    return new


def main() -> None:
    """Write every catalogue again and say what is left to translate."""
    for language, name in LANGUAGES.items():
        if language == "en":
            continue
        path = LOCALE / f"{language}.po"
        catalogue = updated(polib.pofile(str(path)) if path.exists() else polib.POFile(), name)
        catalogue.save(str(path))
        left = [entry.msgctxt for entry in catalogue if entry.fuzzy or not entry.msgstr]
        print(f"{path.name}: {len(catalogue)} sentences, {len(left)} to translate {' '.join(left)}")


if __name__ == "__main__":
    main()
