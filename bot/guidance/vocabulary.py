"""The closed vocabulary of the table that is not part of a case: topics, verdicts, levels, options.

Rows that use another name are refused by the loader. Facts of a case, drugs and intents stand in `model`.
"""

from __future__ import annotations

from typing import Final

REGISTERS: Final = ("clinician", "patient")

TOPICS: Final = (
    "place",
    "info",
    "dose",
    "monitoring",
    "evidence",
    "risk",
    "contraindication",
    "interaction",
    "pregnancy",
    "lactation",
    "fertility",
    "renal_hepatic",
    "management",
    "ild",
    "failure",
    "status",
    "screening",
)

VERDICTS: Final = ("agrees", "partly_agrees", "differs", "not_found")

LEVELS: Final = ("emergency", "same_day", "contact_team")

REFERENCE_STATUSES: Final = ("confirmed", "conjecture", "unresolved")

SOURCE_KINDS: Final = ("article", "cohort", "guideline", "label", "review", "trial")

DRUG_GROUPS: Final = ("in_article", "beyond_article", "recognised_only")

OPTION_IDS: Final = (
    "continue_mmf",
    "split_mmf_dose",
    "ec_mps",
    "mmf_temporary_reduction",
    "mmf_reduction_with_counts",
    "tacrolimus",
    "cyclosporine",
    "azathioprine",
    "rituximab",
    "cyclophosphamide",
    "interferon_gamma",
    "steroid_plus_cni",
    "steroid_plus_rituximab",
    "nintedanib_adjunct",
    "referral_trials",
)
