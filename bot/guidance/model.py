"""The patient case and the question: what the engine is asked, checked before anything is answered.

The names are the public vocabulary of the contract (``tests/contract/taxonomy.yml``); a test holds them to it.
``drugs_excluded`` alone is more than the contract has: drugs that are ruled out by word, without the fact behind it.
An unset fact is unknown. It is never read as "no".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

SIDE_EFFECTS = ("gastrointestinal", "hematologic", "infection", "hepatic", "teratogenicity", "other")
SEVERITIES = ("mild", "moderate", "severe")
RESPONSES = ("good", "poor")
ILD_SEVERITIES = ("none", "mild", "moderate", "severe", "present_unspecified")
ILD_COURSES = ("stable", "progressive", "progressive_fibrotic", "rapidly_progressive", "refractory")
PREGNANCIES = ("pregnant", "planning", "breastfeeding", "not_pregnant")
AUDIENCES = ("patient", "clinician")
CONTRAINDICATIONS = (
    "tpmt_deficiency",
    "tpmt_intermediate",
    "tpmt_unknown",
    "nudt15_deficiency",
    "renal_impairment",
    "uncontrolled_hypertension",
    "liver_disease",
    "active_infection",
    "hepatitis_b",
    "cytopenia",
    "malignancy",
    "bladder_cancer_history",
    "fertility_wanted",
    "prior_aza_myelotoxicity",
    "mmf_allergy",
    "allopurinol",
    "febuxostat",
    "cyp3a4_inhibitor",
    "other",
)
IN_ARTICLE = (
    "mycophenolate_mofetil",
    "mycophenolate_sodium",
    "calcineurin_inhibitor",
    "tacrolimus",
    "cyclosporine",
    "azathioprine",
    "rituximab",
    "cyclophosphamide",
    "interferon_gamma",
    "nintedanib",
    "corticosteroid",
)
BEYOND_ARTICLE = ("ivig", "jak_inhibitor", "tofacitinib", "methotrexate", "pirfenidone", "plasma_exchange")
RECOGNISED_ONLY = (
    "hydroxychloroquine",
    "abatacept",
    "belimumab",
    "loperamide",
    "allopurinol",
    "febuxostat",
    "ibuprofen",
)
DRUGS = (*IN_ARTICLE, *BEYOND_ARTICLE, *RECOGNISED_ONLY)
INTENTS = (
    "ask_alternatives",
    "report_side_effect",
    "ask_side_effect_management",
    "ask_dose",
    "ask_monitoring",
    "ask_evidence",
    "compare_drugs",
    "ask_contraindication",
    "ask_drug_risk",
    "ask_pregnancy",
    "ask_ild_treatment",
    "ask_treatment_failure",
    "ask_drug_info",
    "provide_patient_info",
    "correct_info",
    "ask_citation",
    "ask_review_status",
    "set_audience",
    "emergency",
    "out_of_scope",
    "greet",
    "goodbye",
    "thank",
    "affirm",
    "deny",
    "bot_challenge",
    "restart",
    "give_feedback",
    "ask_capabilities",
    "ask_clarification",
)

WEIGHT_KG = (20.0, 300.0)
"""Adults and adolescents; anything outside is a slip of the keyboard, not a patient."""
HEIGHT_CM = (100.0, 250.0)

ONE_OF: Mapping[str, tuple[str, ...]] = {
    "side_effect_severity": SEVERITIES,
    "mmf_response": RESPONSES,
    "ild_severity": ILD_SEVERITIES,
    "ild_course": ILD_COURSES,
    "pregnancy": PREGNANCIES,
    "audience": AUDIENCES,
}
SOME_OF: Mapping[str, tuple[str, ...]] = {
    "side_effect": SIDE_EFFECTS,
    "drugs_tried": DRUGS,
    "contraindications": CONTRAINDICATIONS,
    "drugs_excluded": DRUGS,
}
LISTS_OF_DRUGS = ("drugs_tried", "drugs_excluded")
BEYOND_THE_CONTRACT = ("drugs_excluded",)
TRUE_OR_FALSE = ("side_effect_persistent", "low_dlco")
BETWEEN: Mapping[str, tuple[float, float]] = {"weight_kg": WEIGHT_KG, "height_cm": HEIGHT_CM}


class InvalidInputError(ValueError):
    """A case or a question that cannot be read. ``problems`` says what is wrong, one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Case:
    """What is known of one patient. ``None`` and an empty tuple mean unknown; weight in kg, height in cm."""

    side_effect: tuple[str, ...] = ()
    side_effect_severity: str | None = None
    side_effect_persistent: bool | None = None
    mmf_response: str | None = None
    ild_severity: str | None = None
    ild_course: str | None = None
    low_dlco: bool | None = None
    pregnancy: str | None = None
    drugs_tried: tuple[str, ...] = ()
    contraindications: tuple[str, ...] = ()
    weight_kg: float | None = None
    height_cm: float | None = None
    audience: str | None = None
    drugs_excluded: tuple[str, ...] = ()

    @classmethod
    def from_mapping(cls, data: Mapping[str, Any]) -> Case:
        """The case that a JSON object describes; missing keys are unknown.

        Lists lose duplicates and take the order of the vocabulary, so that the order in which facts arrive never
        matters. Raises InvalidInputError naming every problem at once.
        """
        if not isinstance(data, Mapping):
            raise InvalidInputError([f"a case is a mapping of facts, not {type(data).__name__}"])
        values: dict[str, Any] = {}
        problems: list[str] = []
        for name, value in data.items():
            if name not in SLOTS:
                problems.append(f"{name!r} is not a fact of a case; known facts: {', '.join(SLOTS)}")
            elif value is not None:
                values[name] = _checked(name, value, problems)
        if problems:
            raise InvalidInputError(problems)
        return cls(**values)

    def as_dict(self) -> dict[str, Any]:
        """The contract's ``case``: every fact, unset ones as null or an empty list."""
        return {name: list(v) if isinstance(v := getattr(self, name), tuple) else v for name in SLOTS}

    def known(self) -> dict[str, Any]:
        """Only the facts that are set."""
        return {name: value for name, value in self.as_dict().items() if value not in (None, [])}

    def with_facts(self, facts: Mapping[str, Any]) -> Case:
        """This case with single values replaced and list values added. Raises InvalidInputError as ``from_mapping``."""
        checked = Case.from_mapping(facts)
        changes: dict[str, Any] = {}
        for name in facts:
            value = getattr(checked, name)
            if name in SOME_OF:
                value = in_order(name, (*getattr(self, name), *value))
            if value is not None:
                changes[name] = value
        return replace(self, **changes)


SLOTS: tuple[str, ...] = tuple(f.name for f in fields(Case))


def in_order(slot: str, values: tuple[str, ...]) -> tuple[str, ...]:
    """List values without duplicates, in the order of the vocabulary."""
    return tuple(v for v in SOME_OF[slot] if v in values)


def _checked(name: str, value: Any, problems: list[str]) -> Any:
    if name in SOME_OF:
        if not isinstance(value, (list, tuple)):
            problems.append(f"{name}: a list is needed, not {value!r}")
            return ()
        unknown = [v for v in value if v not in SOME_OF[name]]
        if unknown:
            problems.append(f"{name}: {unknown!r} is unknown; possible are {', '.join(SOME_OF[name])}")
        return in_order(name, tuple(value))
    if name in ONE_OF:
        if value not in ONE_OF[name]:
            problems.append(f"{name}: {value!r} is unknown; possible are {', '.join(ONE_OF[name])}")
        return value
    if name in TRUE_OR_FALSE:
        if not isinstance(value, bool):
            problems.append(f"{name}: true or false is needed, not {value!r}")
        return value
    low, high = BETWEEN[name]
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        problems.append(f"{name}: a number from {low:g} to {high:g} is needed, not {value!r}")
        return None
    return float(value)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the table. ``kind`` is an intent of the contract; everything else narrows it.

    ``rows`` are statements of an earlier answer that the question points at ("is that cited?"). ``not_asking`` names
    slots that must not be asked for again. ``act`` is "why_not" when a drug's absence is questioned. ``scenario``
    marks a case that is only supposed ("what if she were pregnant"). ``detail`` is "first" or "full".
    """

    kind: str = "ask_alternatives"
    drugs: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    aspects: tuple[str, ...] = ()
    side_effect: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    citation: int | None = None
    act: str | None = None
    scenario: bool = False
    not_asking: tuple[str, ...] = ()
    detail: str = "first"

    @classmethod
    def from_mapping(cls, data: Mapping[str, Any]) -> Question:
        """The question that a JSON object describes. Raises InvalidInputError naming every problem at once."""
        if not isinstance(data, Mapping):
            raise InvalidInputError([f"a question is a mapping, not {type(data).__name__}"])
        known = {f.name: f for f in fields(cls)}
        problems = [
            f"{name!r} is not part of a question; known: {', '.join(known)}" for name in data if name not in known
        ]
        values: dict[str, Any] = {}
        for name in set(data) & set(known):
            value = data[name]
            if name in ("citation", "act"):
                right = value is None or type(value) is (int if name == "citation" else str)
            elif name == "scenario":
                right = isinstance(value, bool)
            elif name in ("kind", "detail"):
                right = isinstance(value, str)
            else:
                right = isinstance(value, (list, tuple)) and all(isinstance(v, str) for v in value)
                value = tuple(value) if right else value
            if not right:
                problems.append(f"{name}: {value!r} is of the wrong kind")
            values[name] = value
        kind, detail = values.get("kind", "ask_alternatives"), values.get("detail", "first")
        if kind not in INTENTS:
            problems.append(f"kind: {kind!r} is unknown; possible are {', '.join(INTENTS)}")
        if detail not in ("first", "full"):
            problems.append(f"detail: {detail!r} is unknown; possible are first, full")
        if isinstance(values.get("drugs"), tuple):
            unknown = [d for d in values["drugs"] if d not in DRUGS]
            if unknown:
                problems.append(f"drugs: {unknown!r} is unknown; possible are {', '.join(DRUGS)}")
        if problems:
            raise InvalidInputError(problems)
        return cls(**values)
