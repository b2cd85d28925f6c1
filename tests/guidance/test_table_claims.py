"""Every claim of the article is a row, with the article's own citations and the outcome of the independent check."""

from __future__ import annotations

import pytest

from bot.guidance.loader import load_table

TABLE = load_table()
CLAIMS = [f"C{number:02d}" for number in range(1, 46)] + ["M1", "M2"]
CITATIONS = {
    "C01": (1,), "C02": (1,), "C03": (1,), "C04": (1,), "C08": (1,), "C09": (1,), "C13": (2,), "C14": (2,),
    "C15": (1, 2), "C16": (2,), "C18": (2,), "C20": (2,), "C22": (1,), "C26": (3,), "C27": (1,), "C32": (4,),
    "C33": (1, 4), "C34": (1,), "C43": (1,),
}  # fmt: skip
VERDICTS = {
    "agrees": "C07 C09 C14 C15 C21 C23 C24 C32 C36 C37 C39 C40 C42",
    "partly_agrees": "C01 C02 C03 C04 C05 C06 C10 C12 C13 C16 C19 C20 C27 C29 C30 C33 C34 C35 C41 C43",
    "differs": "C11 C18 C22",
    "not_found": "C08 C25 C26 C28",
}
UNCHECKED = {"M1", "M2", "C17", "C31", "C38", "C44", "C45"}
# What the clinician's text of a claim must hold, whatever its wording.
SAID = {
    "C01": ["calcineurin inhibitor", "tacrolimus", "cyclosporine", "ciclosporin"],
    "C05": ["1-3 mg twice daily", "trough"],
    "C06": ["2.5-5 mg/kg/day", "divided"],
    "C07": ["blood pressure", "renal function", "drug levels"],
    "C10": ["2-3 mg/kg/day", "100-200 mg"],
    "C12": ["TPMT"],
    "C14": ["HR 0.263", "95% CI", "0.094-0.732", "2 years"],
    "C15": ["375 mg/m2 weekly x4", "1000 mg on days 0 and 14", "6 months"],
    "C19": ["IV pulses", "500-750 mg/m2 monthly", "6-12 months"],
    "C23": ["subcutaneous", "three times weekly"],
    "C26": ["split the daily dose", "3-4 smaller doses", "twice daily"],
    "C27": ["enteric-coated mycophenolate sodium", "EC-MPS", "Myfortic"],
    "C28": ["temporary dose reduction", "gradual re-escalation"],
    "C29": ["dose reduction", "close blood count checks"],
    "C30": ["persistent", "switch to another agent"],
    "C35": ["MMF", "cyclophosphamide", "contraindicated in pregnancy"],
    "C39": ["FVC", "DLCO", "3-6 months"],
    "C40": ["CT", "baseline"],
    "C41": ["CK", "aldolase", "inflammatory markers"],
    "C43": ["specialised centre", "clinical trials"],
}


def test_every_claim_is_there_and_no_other() -> None:
    assert sorted(row.id for row in TABLE.rows.values() if row.support != "beyond_article") == sorted(CLAIMS)


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_claim_shows_the_articles_own_citations_and_no_others(claim: str) -> None:
    row = TABLE.rows[claim]
    assert row.citations == CITATIONS.get(claim, ())
    assert row.support == ("article_cited" if claim in CITATIONS else "article_uncited")


@pytest.mark.parametrize(("claim", "verdict"), [(c, v) for v, claims in VERDICTS.items() for c in claims.split()])
def test_the_check_has_the_outcome_of_the_dossier(claim: str, verdict: str) -> None:
    check = TABLE.rows[claim].check
    assert check is not None
    assert check.verdict == verdict


def test_what_cannot_be_checked_has_no_verdict() -> None:
    assert {row.id for row in TABLE.rows.values() if row.id in CLAIMS and row.check is None} == UNCHECKED


@pytest.mark.parametrize(("claim", "terms"), SAID.items())
def test_a_claim_holds_its_terms_and_figures(claim: str, terms: list[str]) -> None:
    text = TABLE.rows[claim].text["clinician"].lower()
    assert [term for term in terms if term.lower() not in text] == []


@pytest.mark.parametrize("claim", [c for c in SAID if TABLE.rows[c].numbers])
def test_the_patients_text_keeps_the_figures_of_the_claim(claim: str) -> None:
    row = TABLE.rows[claim]
    shown = [n for n in row.numbers.values() if n.figures() in row.text["clinician"]]
    assert [n.figures() for n in shown if n.figures() not in row.text["patient"]] == []


def test_only_reference_two_is_confirmed_and_has_a_link() -> None:
    status = {number: reference.status for number, reference in TABLE.references.items()}
    assert status == {1: "conjecture", 2: "confirmed", 3: "unresolved", 4: "unresolved"}
    assert {number for number, reference in TABLE.references.items() if reference.url} == {2}
    assert "10.3899/jrheum.190505" in (TABLE.references[2].url or "")


def test_all_sources_of_the_evidence_are_kept() -> None:
    assert len(TABLE.sources) == 119
    assert all(source.seen for source in TABLE.sources.values())


@pytest.mark.parametrize("claim", ["C17", "C31", "C38"])
def test_what_the_article_leaves_out_is_said_and_leads_to_what_fills_the_gap(claim: str) -> None:
    row = TABLE.rows[claim]
    assert row.see
    assert all(TABLE.rows[other].support == "beyond_article" for other in row.see)


def test_every_side_effect_category_of_a_case_is_there() -> None:
    assert set(TABLE.side_effects) == {
        "gastrointestinal", "hematologic", "infection", "hepatic", "teratogenicity", "other"
    }  # fmt: skip
    assert {e.id for e in TABLE.side_effects.values() if e.article_silent} == {"infection", "hepatic", "other"}
    assert all(effect.facts for effect in TABLE.side_effects.values())


@pytest.mark.parametrize(
    ("rows", "term"),
    [
        (["C22"], "independent sources do not support"),  # U1
        (["D-mycophenolate_mofetil-neutropenia"], "1.3"),  # U2
        (["D-azathioprine-nudt15"], "NUDT15"),  # U3
        (["D-azathioprine-allopurinol"], "allopurinol"),  # U3
        (["D-azathioprine-febuxostat"], "febuxostat"),  # U3
        (["X-rp-ild-first-line"], "Cyclophosphamide need not wait"),  # U4
        (["D-rituximab-hepatitis-b"], "hepatitis B"),  # U5
        (["D-tacrolimus-trough"], "ng/mL"),  # U6
        (["D-cyclosporine-max-dose"], "4 mg/kg/day"),  # U7
        (["X-acr-intolerance"], "no single switch agent"),  # U9
        (["D-nintedanib-place"], "against"),  # U10
        (["D-mycophenolate_mofetil-washout"], "6 weeks"),  # U11
        (["X-screen-pjp", "X-screen-tb", "X-screen-hbv", "X-live-vaccines"], ""),  # U12
        (["X-ers-eular"], "newer than the article"),  # U13
    ],
)
def test_findings_that_change_the_answer_are_rows(rows: list[str], term: str) -> None:
    assert all(term.lower() in TABLE.rows[row].text["clinician"].lower() for row in rows)
