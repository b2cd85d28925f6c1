"""The loader refuses a table that does not hold together, and says file, line and remedy.

Each case takes the small sound table below, spoils one thing, and names what must be said about it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.guidance.loader import TableError, load_table

ROW = """\
- id: {id}
  topic: dose
  drugs: [tacrolimus]
  options: [tacrolimus]
  aspects: [start_dose]
  when: {{pregnancy: [pregnant]}}
  text:
    clinician: "Start at {{dose}} twice daily."
    patient: "Start with {{dose}} two times a day."
  citations: []
  numbers:
    dose: {{low: 1, high: 3, unit: mg}}
  sources: [S1]
  reviewed_by: null
  reviewed_on: null
"""
SOUND = {
    "claims.yml": ROW.format(id="C05")
    + '  check: {verdict: agrees, note: {clinician: "Others agree.", patient: "Others say so too."}}\n',
    "beyond.yml": ROW.format(id="X-dose-start"),
    "sources.yml": "- {id: S1, authors: A, title: T, publisher: P, year: 2020, urls: [], kind: cohort, seen: read}\n",
    "references.yml": "- {number: 1, label: L, status: unresolved, url: null, note: {clinician: N., patient: N.}}\n",
    "review.yml": "{article_status: pending, article_updated: '2025-07-29', table_version: '1', table_review: none, "
    "notice: {clinician: N., patient: N.}}\n",
    "red_flags.yml": "- {id: RF-x, level: emergency, trigger: t, text: {clinician: A., patient: B.}, drugs: [], "
    "sources: [S1]}\n",
    "aspects.yml": "- {id: start_dose, label: {clinician: a, patient: b}, names: [start], topics: [dose], "
    "rows: [C05]}\n",
    "silences.yml": "- {id: S-x, kinds: [ask_dose], drugs: [tacrolimus], aspects: [start_dose], when: {}, "
    "text: {clinician: a, patient: b}, then: [X-dose-start]}\n",
    "glossary.yml": "- {id: hr, names: [HR], text: {clinician: A., patient: B.}, judgement: true}\n",
    "side_effects.yml": "- {id: hepatic, label: {clinician: a, patient: b}, names: [liver], article_silent: true, "
    "claims: [C05], red_flags: [RF-x], facts: []}\n",
    "drugs/tacrolimus.yml": "id: tacrolimus\nlabel: {clinician: tacrolimus, patient: tacrolimus}\n"
    "names: {generic: [tacrolimus]}\ngroup: in_article\ndrug_class: calcineurin inhibitor\nmembers: []\nfacts: []\n"
    "no_source: []\n",
}


def write(folder: Path, files: dict[str, str]) -> Path:
    (folder / "drugs").mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def refusal(folder: Path, name: str, old: str, new: str) -> str:
    """What the loader says about the sound table with one piece of one file replaced."""
    assert old in SOUND[name], f"the sound {name} does not hold {old!r}"
    write(folder, {**SOUND, name: SOUND[name].replace(old, new, 1)})
    with pytest.raises(TableError) as caught:
        load_table(folder)
    return str(caught.value)


def test_the_sound_table_loads(tmp_path: Path) -> None:
    table = load_table(write(tmp_path / "t", SOUND))
    assert table.rows["C05"].text["clinician"] == "Start at 1-3 mg twice daily."
    assert table.rows["X-dose-start"].support == "beyond_article"
    assert table.aspects["start_dose"].rows == ("C05", "X-dose-start")


CASES = {
    # name: (file, old, new, line, what is said, how to mend it)
    "unknown key": ("claims.yml", "topic:", "topik:", 2, "unknown key 'topik'", "use one of"),
    "unknown topic": ("claims.yml", "topic: dose", "topic: dosis", 2, "'topic' is 'dosis'", "use one of"),
    "missing topic": ("claims.yml", "  topic: dose\n", "", 1, "'topic' is missing", "write a text"),
    "dangling drug": ("claims.yml", "[tacrolimus]", "[tacrolimuss]", 1, "unknown drug 'tacrolimuss'", "add that drug"),
    "dangling option": (
        "claims.yml", "options: [tacrolimus]", "options: [tac]", 4, "unknown option 'tac'", "correct the name"
    ),
    "dangling aspect": ("claims.yml", "[start_dose]", "[begin]", 1, "unknown aspect 'begin'", "add that aspect"),
    "dangling source": ("claims.yml", "[S1]", "[S2]", 1, "unknown source 'S2'", "add that source"),
    "dangling reference": ("claims.yml", "citations: []", "citations: [9]", 1, "unknown reference '9'", "correct"),
    "unknown slot": ("claims.yml", "{pregnancy: [pregnant]}", "{gravid: [yes]}", 6, "gravid", "write {slot"),
    "unknown slot value": ("claims.yml", "[pregnant]", "[gravid]", 6, "'gravid' is unknown", "write {slot"),
    "missing register": (
        "claims.yml", '    patient: "Start with {dose} two times a day."\n', "", 7, "no patient text", "both registers"
    ),
    "missing text": ("red_flags.yml", "text: {clinician: A., patient: B.}, ", "", 1, "'text' is missing", "write text"),
    "stray spaces": ("claims.yml", "Start at {", "Start  at {", 7, "stray spaces", "single spaces"),
    "bare number": ("claims.yml", "Start at {dose}", "Start at 2 mg, {dose}", 7, "bare number", "move it to 'numbers'"),
    "undefined placeholder": ("claims.yml", "at {dose}", "at {dosis}", 7, "uses {dosis}", "define it"),
    "number used nowhere": (
        "claims.yml", "unit: mg}", "unit: mg}\n    top: {value: 5, unit: mg}", 11, "'top' is used in no text", "use it"
    ),
    "number without unit": ("claims.yml", ", unit: mg", "", 11, "'dose' has no known unit", "use one of mg"),
    "unknown unit": ("claims.yml", "unit: mg", "unit: grain", 11, "'dose' has no known unit", "use one of mg"),
    "number key misspelt": ("claims.yml", "unit: mg}", "unit: mg, rout: oral}", 11, "unknown key 'rout'", "remove it"),
    "half a range": ("claims.yml", ", high: 3", "", 11, "not a figure or range", "give value, or low and high"),
    "range upside down": ("claims.yml", "low: 1, high: 3", "low: 3, high: 1", 11, "low 3 is above high 1", "check"),
    "above the unit's bounds": ("claims.yml", "high: 3, unit: mg", "high: 30, unit: g", 11, "outside 0.1-10 g", ""),
    "above what the drug is given at": (
        "claims.yml", "low: 1, high: 3, unit: mg", "value: 3, unit: mg/kg", 11, "above 0.3 mg/kg for", "check"
    ),
    "a sister drug's level": (
        "claims.yml", "low: 1, high: 3, unit: mg", "low: 100, high: 150, unit: ng/mL", 11, "above 25 ng/mL", "check"
    ),
    "no provenance": ("beyond.yml", "sources: [S1]", "sources: []", 13, "no provenance", "name the sources"),
    "no provenance of a red flag": ("red_flags.yml", "sources: [S1]", "sources: []", 1, "no provenance", "judgement"),
    "no provenance of a term": ("glossary.yml", ", judgement: true", "", 1, "no provenance", "judgement: true"),
    "article citation on another source's fact": (
        "beyond.yml", "citations: []", "citations: [1]", 10, "belong to article claims", "leave them out"
    ),
    "claim with a foreign id": ("claims.yml", "id: C05", "id: X-05", 1, "does not fit its file", "rename it like C01"),
    "fact with a claim's id": ("beyond.yml", "X-dose-start", "C06", 1, "does not fit its file", "rename it like X-"),
    "unknown verdict": ("claims.yml", "verdict: agrees", "verdict: fine", 16, "'verdict' is 'fine'", "use one of"),
    "half a signature": ("claims.yml", "by: null", "by: Dr A", 14, "go together", "fill both or leave both null"),
    "signature without a day": (
        "claims.yml", "by: null\n  reviewed_on: null", "by: Dr A\n  reviewed_on: May", 15, "'May'", "YYYY-MM-DD"
    ),
    "unknown level": ("red_flags.yml", "emergency", "panic", 1, "'level' is 'panic'", "use one of"),
    "red flag with a foreign id": ("red_flags.yml", "RF-x", "R-x", 1, "does not start with RF-", "rename it"),
    "link on an unconfirmed reference": (
        "references.yml", "url: null", "url: 'https://x.org'", 1, "only a confirmed reference", "remove 'url'"
    ),
    "unknown reference status": ("references.yml", "unresolved", "sure", 1, "'status' is 'sure'", "use one of"),
    "unknown kind of question": ("silences.yml", "ask_dose", "ask_dosis", 1, "unknown intent 'ask_dosis'", "add that"),
    "silence that leads nowhere": ("silences.yml", "X-dose-start", "X-none", 1, "unknown row 'X-none'", "correct"),
    "aspect that leads nowhere": ("aspects.yml", "[C05]", "[C99]", 1, "unknown row 'C99'", "correct the id"),
    "aspect without names": ("aspects.yml", "[start]", "[]", 1, "no names", "write the words people use"),
    "side effect that is none": ("side_effects.yml", "hepatic", "liver", 1, "'id' is 'liver'", "use one of"),
    "side effect with a lost red flag": ("side_effects.yml", "RF-x", "RF-y", 1, "unknown red flag 'RF-y'", "correct"),
    "drug in no group": ("drugs/tacrolimus.yml", "in_article", "ours", 4, "'group' is 'ours'", "use one of"),
    "drug without names": ("drugs/tacrolimus.yml", "{generic: [tacrolimus]}", "{}", 3, "has no names", "write names"),
    "drug with a lost member": ("drugs/tacrolimus.yml", "members: []", "members: [tac]", 1, "unknown drug 'tac'", ""),
    "source of no kind": ("sources.yml", "kind: cohort", "kind: rumour", 1, "'kind' is 'rumour'", "use one of"),
    "key twice": ("claims.yml", "  drugs:", "  topic: dose\n  drugs:", 3, "key 'topic' stands twice", "keep one"),
    "not YAML": ("claims.yml", "[start_dose]", "[start_dose", 6, "did not find expected", "mend the indentation"),
    "not a list": ("aspects.yml", "- {", "{", 1, "not a list", "start each entry with '- id:'"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "line", "what", "mend"), CASES.values(), ids=CASES)
def test_refused(tmp_path: Path, name: str, old: str, new: str, line: int, what: str, mend: str) -> None:
    said = refusal(tmp_path / "t", name, old, new)
    assert any(part.startswith(f"{name}:{line}: ") and what in part and mend in part for part in said.splitlines()), (
        said
    )


@pytest.mark.parametrize("name", ["beyond.yml", "sources.yml", "references.yml", "red_flags.yml", "aspects.yml"])
def test_an_id_that_stands_twice_is_refused(tmp_path: Path, name: str) -> None:
    write(tmp_path / "t", {**SOUND, name: SOUND[name] * 2})
    with pytest.raises(TableError, match=rf"{name}:\d+: the id '.*' stands twice"):
        load_table(tmp_path / "t")


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "t", {**SOUND, "glossary.yml": "# nothing here\n"})
    with pytest.raises(TableError, match=r"glossary.yml:1: the file is empty"):
        load_table(tmp_path / "t")


@pytest.mark.parametrize("name", [name for name in SOUND if "/" not in name])
def test_a_lost_file_is_named(tmp_path: Path, name: str) -> None:
    files = {other: text for other, text in SOUND.items() if other != name}
    with pytest.raises(TableError, match=rf"{name}: cannot be read .*; restore the file"):
        load_table(write(tmp_path / "t", files))


def test_all_problems_are_named_at_once(tmp_path: Path) -> None:
    spoilt = SOUND["claims.yml"].replace("topic: dose", "topic: x").replace("[S1]", "[S9]")
    with pytest.raises(TableError) as caught:
        load_table(write(tmp_path / "t", {**SOUND, "claims.yml": spoilt}))
    assert "'topic' is 'x'" in str(caught.value)
    assert "unknown source 'S9'" in str(caught.value)


def test_digits_inside_a_name_are_no_numbers(tmp_path: Path) -> None:
    named = SOUND["claims.yml"].replace("Start at", "With anti-CD20, IgG4, MDA5 or Jo-1 start at")
    assert load_table(write(tmp_path / "t", {**SOUND, "claims.yml": named})).rows["C05"].text["clinician"].count("CD20")
