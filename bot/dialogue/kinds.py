"""Kinds of question, grouped by what they are about."""

from __future__ import annotations

from bot.guidance.model import RECOGNISED_ONLY

ABOUT_A_DRUG = (
    "ask_dose",
    "ask_monitoring",
    "ask_evidence",
    "compare_drugs",
    "ask_contraindication",
    "ask_drug_risk",
    "ask_drug_info",
)
"""Questions that are about a drug; without one they are about those just spoken of."""
ABOUT_THE_CASE = (
    "ask_alternatives",
    "report_side_effect",
    "ask_side_effect_management",
    "ask_pregnancy",
    "ask_ild_treatment",
    "ask_treatment_failure",
)
ATTRIBUTES = ("ask_dose", "ask_monitoring", "ask_evidence", "ask_drug_risk", "ask_contraindication", "ask_pregnancy")
"""What can be asked of one drug and then of the next: "and azathioprine?" after a dose is a dose."""
A_GUESS = 0.45
"""Below this score of its first choice the classifier only guesses."""
NOT_OF_A_DRUG = ("ask_alternatives", "provide_patient_info", "correct_info", "affirm", "ask_clarification")
OF_A_SIDE_EFFECT = ("report_side_effect", "ask_side_effect_management")
IS_IT_SAFE = ("ask_drug_risk", "ask_contraindication", "ask_pregnancy")
ALSO_NAMED = ("ask_dose", "ask_monitoring", "ask_evidence", "ask_drug_risk", "ask_pregnancy")
"""Attributes that cues.yml knows by their mere names, under ``also:``."""
MOST_DRUGS = 4
SURE_OF_IT = 0.7
"""Below this confidence a bare pointer ("and the third") asks what was asked before, whatever it sounds like."""
REPLACED = frozenset(("mycophenolate_mofetil", "mycophenolate_sodium"))
NEVER_TRIED = frozenset(("mycophenolate_mofetil", "corticosteroid", *RECOGNISED_ONLY))
"""Drugs of which it says nothing that they were had: the one to be replaced, and what is given for something else."""
NO_ALTERNATIVE = NEVER_TRIED | REPLACED
"""Drugs that are no alternative to mycophenolate."""
