"""Writes src/core/nickname/generated/look-alikes.ts: full case folding and the confusables of Unicode TS 39.

Needs Debian's python3-icu, which carries both tables:  python3 apps/server/scripts/look-alikes.py
Code points that NFKC changes, and those no nickname can have, are left out: they never reach the tables.
"""

import json
import pathlib
import unicodedata

import icu

ANY = 0  # one skeleton for all scripts
checker = icu.SpoofChecker()
out = pathlib.Path(__file__).parent.parent / "src/core/nickname/generated/look-alikes.ts"
never = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def composed(char):
    return unicodedata.normalize("NFD", char) != char  # its parts have their own lines


folds, skeletons = [], []
for code in range(0x21, 0x110000):
    char = chr(code)
    if unicodedata.category(char) in never or not unicodedata.is_normalized("NFKC", char):
        continue
    folded = icu.CaseMap.fold(char)
    if folded != char:
        folds.append(char + folded)
    skeleton = checker.getSkeleton(ANY, char)
    if skeleton != unicodedata.normalize("NFD", char) and not composed(char):
        skeletons.append(char + skeleton)


def table(name, about, rows):
    return f"/** {about} Lines of a code point and what it becomes. */\nexport const {name} = {json.dumps(chr(10).join(rows), ensure_ascii=False)};\n"


out.write_text(
    f"// Made by scripts/look-alikes.py from Unicode {icu.UNICODE_VERSION} data (Unicode License v3). Do not edit.\n"
    + table("FOLDS", "Full case folding (CaseFolding.txt, C and F).", folds)
    + table("SKELETONS", "Prototypes of look-alikes (confusables.txt of UTS 39).", skeletons),
    encoding="utf-8",
)
