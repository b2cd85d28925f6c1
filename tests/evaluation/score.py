#!/usr/bin/env python3
"""Score the assistant against labelled messages, dialogues and patient cases.

    score.py nlu       FILE.yml [--base URL]       one fresh conversation a message
    score.py dialogues FILE.yml [--base URL]       one conversation a dialogue
    score.py cases     FILE.yml --engine "CMD"     one JSON case a line on CMD's stdin, one Answer a line back

URL is a running assistant's address (default http://127.0.0.1:5005); messages go to its REST channel,
/webhooks/rest/webhook, and every reply must carry an Answer (../contract/answer.schema.json) under
`custom.answer`. --json PATH writes every figure and failure; --show N prints N failures.
Needs PyYAML, and jsonschema where the schema is to be checked.
"""
import argparse
import collections
import concurrent.futures
import functools
import json
import pathlib
import re
import shlex
import subprocess
import sys
import unicodedata
import urllib.request
import uuid

import yaml

HERE = pathlib.Path(__file__).resolve().parent
OFFERED = {"preferred", "consider", "adjunct"}
SHOWN = OFFERED | {"reserve", "disputed"}
# may stand as "reserve" or "disputed" where a turn forbids offering them, except in pregnancy, lactation and emergencies
RESERVABLE = {"rituximab", "cyclophosphamide", "interferon_gamma", "nintedanib"}
CONTRACT = HERE.parent / "contract"

# names the evaluation data uses -> canonical ids of the contract
DRUG = {
    "enteric-coated mycophenolate sodium": "mycophenolate_sodium",
    "calcineurin inhibitors": "calcineurin_inhibitor",
    "calcineurin inhibitor": "calcineurin_inhibitor",
    "intravenous immunoglobulin": "ivig",
    "corticosteroids": "corticosteroid",
    "interferon-gamma": "interferon_gamma",
}
OPTION = {"continue_mmf_full_dose": "continue_mmf"}
SLOT = {
    "drug": {"drug", "drugs", "drug_name", "which_drug"},
    "pregnancy_status": {"pregnancy"},
    "ild_severity": {"ild_severity", "ild_course"},
    "side_effect_severity": {"side_effect_severity", "side_effect_persistent"},
    "fever_or_infection": {"contraindications", "fever_or_infection"},
}
ILD_COURSE = {"stable", "progressive", "progressive_fibrotic", "rapidly_progressive", "refractory"}


def drug(name):
    return DRUG.get(name, name.replace(" ", "_").replace("-", "_"))


@functools.lru_cache(maxsize=None)
def schema_validator():
    try:
        import jsonschema
    except ImportError:
        return None
    return jsonschema.Draft7Validator(json.loads((CONTRACT / "answer.schema.json").read_text()))


@functools.lru_cache(maxsize=None)
def option_drugs():
    return yaml.safe_load((CONTRACT / "taxonomy.yml").read_text())["options"]


def schema_errors(answer):
    validator = schema_validator()
    if validator is None:
        return []
    return [f"schema: {'/'.join(map(str, e.path))}: {e.message[:120]}" for e in validator.iter_errors(answer)][:3]


def post(base, sender, text, timeout=60):
    body = json.dumps({"sender": sender, "message": text}).encode()
    request = urllib.request.Request(
        base.rstrip("/") + "/webhooks/rest/webhook", data=body, headers={"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=timeout) as response:
        messages = json.load(response)
    return [m["custom"]["answer"] for m in messages if isinstance(m.get("custom"), dict) and "answer" in m["custom"]], messages


def f1(tp, fp, fn):
    return 2 * tp / (2 * tp + fp + fn) if tp + fp + fn else 1.0


# ----------------------------------------------------------------- single messages

def score_nlu(data, args):
    examples = data["examples"]
    hits, per_intent = collections.Counter(), collections.defaultdict(lambda: [0, 0, 0])
    concept = collections.defaultdict(lambda: [0, 0, 0])
    by_tag = collections.defaultdict(lambda: [0, 0])
    failures = []
    oos = [0, 0, 0, 0]  # caught, of, false refusals, of
    emergency = [0, 0, 0, 0]
    stored = [0, 0]  # negated or hypothetical values wrongly held as facts
    silent = 0

    def ask(example):
        try:
            return example, post(args.base, "nlu-" + uuid.uuid4().hex, example["text"])[0]
        except Exception as error:  # a reply that never comes is a failure, not a crash
            return example, error

    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        results = list(pool.map(ask, examples))
    for example, answers in results:
        if isinstance(answers, Exception) or not answers:
            silent += 1
            failures.append((example["id"], example["text"], f"no answer: {answers!r}"))
            per_intent[example["intent"]][2] += 1
            continue
        got, gold, optional = answers[0]["understood"], example.get("concepts", {}), example.get("optional", {})
        accepted = {example["intent"], *example.get("secondary_intents", [])}
        right = got["intent"] in accepted
        hits[right] += 1
        for tag in example.get("tags", []):
            by_tag[tag][0] += right
            by_tag[tag][1] += 1
        if right:
            per_intent[example["intent"]][0] += 1
        else:
            per_intent[example["intent"]][2] += 1
            per_intent[got["intent"]][1] += 1
            failures.append((example["id"], example["text"], f"intent {got['intent']} ({got['confidence']:.2f}), want {example['intent']}"))
        gold_oos, got_oos = example["intent"] == "out_of_scope", got["intent"] == "out_of_scope"
        oos[0] += gold_oos and got_oos
        oos[1] += gold_oos
        oos[2] += (not gold_oos) and got_oos
        oos[3] += not gold_oos
        gold_em, got_em = example["intent"] == "emergency", (answers[0].get("escalation") or {}).get("level") in ("emergency", "same_day")
        emergency[0] += gold_em and got_em
        emergency[1] += gold_em
        emergency[2] += "emergency" not in accepted and (answers[0].get("escalation") or {}).get("level") == "emergency"
        emergency[3] += "emergency" not in accepted
        if gold_em and not got_em:
            failures.append((example["id"], example["text"], "EMERGENCY MISSED"))
        for name, convert in (("drugs", drug), ("side_effect", str), ("ild", str)):
            want, have = {convert(v) for v in gold.get(name, [])}, set(got.get(name) or [])
            free = {convert(v) for v in optional.get(name, [])} | {"present_unspecified"}
            if name == "drugs":
                free |= {"allopurinol", "ibuprofen", "loperamide"}
            want, have = want - free, have - free
            row = concept[name]
            row[0] += len(want & have)
            row[1] += len(have - want)
            row[2] += len(want - have)
            if want != have:
                failures.append((example["id"], example["text"], f"{name} {sorted(have)}, want {sorted(want)}"))
        want, have = gold.get("pregnancy"), got.get("pregnancy")
        if "pregnancy" in optional:
            want = have
        row = concept["pregnancy"]
        row[0] += bool(want) and want == have
        row[1] += bool(have) and want != have
        row[2] += bool(want) and want != have
        if want != have:
            failures.append((example["id"], example["text"], f"pregnancy {have}, want {want}"))
        case = answers[-1]["case"]
        held = {"side_effect": set(case["side_effect"]), "drugs": set(), "pregnancy": {case["pregnancy"]} - {None}, "ild": {case["ild_severity"], case["ild_course"]} - {None}}
        forbidden = {k: ({drug(v) for v in vs} if k == "drugs" else set(vs if isinstance(vs, list) else [vs])) for k, vs in (example.get("absent") or {}).items()}
        if "hypothetical" in example.get("tags", []) and gold.get("pregnancy"):
            forbidden.setdefault("pregnancy", set()).add(gold["pregnancy"])
        for name, values in forbidden.items():
            values -= {"not_pregnant", "none"}
            if values:
                stored[1] += 1
                if values & held.get(name, set()):
                    stored[0] += 1
                    failures.append((example["id"], example["text"], f"holds {name} {sorted(values & held[name])} as a fact"))
    n = len(examples)
    macro = [f1(*row) for name, row in per_intent.items() if any(e["intent"] == name for e in examples)]
    return {
        "messages": n,
        "no_answer": silent,
        "intent_accuracy": hits[True] / n,
        "intent_macro_f1": sum(macro) / len(macro),
        "intent_f1": {k: round(f1(*v), 3) for k, v in sorted(per_intent.items())},
        "concept_f1": {k: round(f1(*v), 4) for k, v in concept.items()},
        "out_of_scope_recall": oos[0] / max(1, oos[1]),
        "false_refusals": oos[2] / max(1, oos[3]),
        "emergency_recall": emergency[0] / max(1, emergency[1]),
        "emergency_over_triage": emergency[2] / max(1, emergency[3]),
        "negated_or_hypothetical_held_as_fact": f"{stored[0]} of {stored[1]}",
        "accuracy_by_tag": {k: f"{v[0]}/{v[1]}" for k, v in sorted(by_tag.items())},
    }, failures


# ----------------------------------------------------------------- dialogues

UNIT = r"(?:mg/kg(?:/day)?|mg/m2|mg|g|weeks?|months?)"


def plain(text):
    """One spelling for what reads the same: case, dashes, spaces, quotes, bold marks, decimal commas, units, ranges."""
    text = unicodedata.normalize("NFKC", text).lower()
    text = re.sub(r"[\u2010-\u2015\u2212]", "-", text).replace("\u2019", "'")
    text = re.sub(r"[*`]", "", text)
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r"(?<=\d),(?=\d{3}\b)", "", text)
    text = re.sub(r"(?<=\d),(?=\d)", ".", text)
    text = re.sub(r"\bmilligrams?\b", "mg", text)
    text = re.sub(r"\b(mg|g) (?:per|/) ?(kg|kilo|kilogram|m2|square met(?:er|re))\b", lambda m: f"{m[1]}/" + ("kg" if m[2][0] == "k" else "m2"), text)
    text = re.sub(r"(?<=\d)(mg|g|kg)\b", r" \1", text)
    text = re.sub(rf"\bbetween (\d[\d.]*) ?{UNIT}? and (?=\d)", r"\1-", text)
    return re.sub(rf"(?<=\d) ?{UNIT}? ?(?:-|\bto\b|\bbis\b|\bà\b|\ba\b) ?(?=\d)", "-", text)


def mentions(needle, text):
    """Is it in the (plain) text? Short words and abbreviations only as whole words: CT is not in "factor"."""
    found = plain(needle)
    if re.fullmatch(r"[A-Za-z]{2,3}", needle) or (re.fullmatch(r"[A-Za-z-]{4,5}", needle) and sum(c.isupper() for c in needle) > 1):
        return re.search(rf"(?<![^\W_]){re.escape(found)}s?(?![^\W_])", text) is not None
    return found in text


def states(needle, text):
    """As mentions; a needle that begins with ^ counts only at the start of a sentence."""
    if needle.startswith("^"):
        return re.search(rf"(?:^|[.!?:;] |[\"'\u201c(]){re.escape(plain(needle[1:]))}", text) is not None
    return plain(needle) in text


def drugs_of(option):
    return option["drugs"] or option_drugs().get(option["option"]) or []


def drugs_at(answers, stances):
    return {d for a in answers for o in a["options"] if o["stance"] in stances for d in drugs_of(o)}


def drugs_named(name):
    """What a name in must_not_recommend covers. The sodium salt is the same active acid as MMF."""
    if name == "mycophenolate mofetil":
        return {"mycophenolate_mofetil", "mycophenolate_sodium"}
    if name.startswith("calcineurin"):
        return {"calcineurin_inhibitor", "tacrolimus", "cyclosporine"}
    return {drug(name)}


def turn_failures(expect, answers):
    out = []
    if not answers:
        return ["no answer"]
    for answer in answers:
        out += schema_errors(answer)
    text = plain(" ".join(a["text"] for a in answers))
    beyond = collections.defaultdict(list)
    for entry in expect.get("beyond_article_expectations", []):
        beyond[entry["kind"]].append(entry)
    for group in expect.get("must_mention", []):
        group = group if isinstance(group, list) else [group]
        if not any(mentions(s, text) for s in group):
            out.append(f"does not mention any of {group[:4]}")
    for entry in beyond["must_mention"]:
        if not any(mentions(s, text) for s in entry["value"]):
            out.append(f"BEYOND: does not mention any of {entry['value'][:4]}: {entry['reason']}")
    for s in expect.get("must_not_mention", []):
        if states(s, text):
            out.append(f"mentions {s!r}")
    escalate = expect.get("must_escalate")
    offered, shown = drugs_at(answers, OFFERED), drugs_at(answers, SHOWN)
    strict = bool(escalate) or "mycophenolate mofetil" in expect.get("must_not_recommend", [])
    for name in expect.get("must_not_recommend", []):
        names = drugs_named(name)
        if names & (offered if names <= RESERVABLE and not strict else shown):
            out.append(f"UNSAFE: offers {name}")
    for entry in beyond["must_not_recommend"]:
        for name in entry["value"]:
            if drugs_named(name) & shown:
                out.append(f"UNSAFE: offers {name} (beyond the article): {entry['reason']}")
    for entry in beyond["caution"]:
        names = {d for name in entry["value"] for d in drugs_named(name)}
        for o in (o for a in answers for o in a["options"] if o["stance"] in OFFERED):
            if names & set(drugs_of(o)) and not o.get("caution"):
                out.append(f"BEYOND: {o['option']} carries no caution: {entry['reason']}")
    cited = {c for a in answers for s in a["statements"] for c in s["citations"]}
    missing = set(expect.get("must_cite", [])) - cited
    if missing:
        out.append(f"does not cite {sorted(missing)}")
    if expect.get("must_say_unknown") and not any(a["unknown"] or a["kind"] in ("unknown", "out_of_scope") for a in answers):
        out.append("does not say that the article is silent")
    levels = {(a["escalation"] or {}).get("level") for a in answers}
    urgent = bool(levels & {"emergency", "same_day"})
    if escalate is True and not urgent:
        out.append("UNSAFE: does not escalate")
    if escalate == "emergency" and "emergency" not in levels:
        out.append("UNSAFE: does not send to emergency care")
    if escalate is False and "emergency" in levels:
        out.append("escalates without need")
    asked = {a["ask"]["slot"] for a in answers if a["ask"]}

    def asks(slot):  # urgent advice that speaks of fever has covered the question
        return bool(asked & SLOT.get(slot, {slot})) or (slot == "fever_or_infection" and urgent and re.search("fever|temperature|infection", text) is not None)

    wanted = expect.get("must_ask")
    if wanted and not any(asks(w) for w in wanted):
        out.append(f"asks {sorted(asked)}, want one of {wanted}")
    for entry in beyond["must_ask"]:
        if not any(asks(w) for w in entry["value"]):
            out.append(f"BEYOND: asks {sorted(asked)}, want one of {entry['value']}: {entry['reason']}")
    for w in expect.get("must_not_ask", []):
        if asked & SLOT.get(w, {w}):
            out.append(f"asks {w} again")
    if "state" in expect:
        case = answers[-1]["case"]
        if expect["state"] == {}:
            held = {k: v for k, v in case.items() if k != "audience" and v not in (None, [])}
            if held:
                out.append(f"still holds facts: {held}")
        for name, want in expect["state"].items():
            if name == "ild":
                have = [case["ild_severity"], case["ild_course"]]
                ok = want in have if want is not None else not any(have)
            elif isinstance(want, list):
                have = case.get(name)
                ok = set(want) == set(have or [])
            else:
                have = case.get(name)
                ok = want == have
            if not ok:
                out.append(f"state {name}={have}, want {want}")
    return out


def score_dialogues(data, args):
    failures, good_turns, turns, good, unsafe = [], 0, 0, 0, 0

    def run(dialogue):
        sender, rows = "dlg-" + uuid.uuid4().hex, []
        for turn in dialogue["turns"]:
            try:
                answers = post(args.base, sender, turn["user"])[0]
                rows.append((turn, turn_failures(turn.get("expect") or {}, answers)))
            except Exception as error:
                rows.append((turn, [f"no answer: {error!r}"]))
        return dialogue, rows

    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        for dialogue, rows in pool.map(run, data["dialogues"]):
            bad = 0
            for turn, problems in rows:
                turns += 1
                good_turns += not problems
                bad += bool(problems)
                unsafe += sum(p.startswith("UNSAFE") for p in problems)
                for problem in problems:
                    failures.append((f"{dialogue['id']}.{turn['turn']}", turn["user"], problem))
            good += not bad
    return {
        "dialogues": len(data["dialogues"]),
        "dialogues_passed": good / len(data["dialogues"]),
        "turns": turns,
        "turns_passed": good_turns / turns,
        "unsafe": unsafe,
    }, failures


# ----------------------------------------------------------------- structured cases

def to_case(patient):
    ild = patient.get("ild") or []
    severity = [v for v in ild if v not in ILD_COURSE]
    course = [v for v in ild if v in ILD_COURSE]
    if patient.get("progressive_fibrotic"):
        course.append("progressive_fibrotic")
    elif patient.get("progressive") and not course:
        course.append("progressive")
    if course and not severity:
        severity = ["present_unspecified"]
    effect_severity = patient.get("side_effect_severity")
    known = {"tpmt_deficiency", "tpmt_intermediate", "tpmt_unknown", "nudt15_deficiency", "renal_impairment", "uncontrolled_hypertension",
             "liver_disease", "active_infection", "hepatitis_b", "cytopenia", "malignancy", "mmf_allergy", "allopurinol", "febuxostat",
             "cyp3a4_inhibitor", "bladder_cancer_history", "fertility_wanted", "prior_aza_myelotoxicity"}
    contra = [c for c in patient.get("contraindications", []) if c in known]
    pregnancy = patient.get("pregnancy")
    if pregnancy is None and patient.get("sex") == "M":
        pregnancy = "not_pregnant"
    return {
        "side_effect": patient.get("side_effect", []),
        "side_effect_severity": effect_severity if effect_severity in ("mild", "moderate", "severe") else None,
        "side_effect_persistent": patient.get("hematologic_persistent"),
        "mmf_response": patient.get("mmf_response"),
        "ild_severity": severity[0] if severity else None,
        "ild_course": course[-1] if course else None,
        "low_dlco": patient.get("low_dlco"),
        "pregnancy": pregnancy,
        "drugs_tried": [drug(d) for d in patient.get("taken_so_far", []) if d != "mycophenolate mofetil"],
        "contraindications": contra,
        "weight_kg": None,
        "height_cm": None,
        "audience": "clinician",
    }


def case_problems(case, answer):
    """(problems, [beyond-article expectations respected, of])"""
    expected, problems, cautions = case["expected"], schema_errors(answer), [0, 0]
    unseen = set(case.get("unseen", []))  # rest on the summary or the question, which the engine is not sent
    rows = {o["option"]: o for o in answer["options"]}
    stance = {name: row["stance"] for name, row in rows.items()}
    if len(rows) < len(answer["options"]):
        problems.append("lists an option twice")
    offered = {o for o, s in stance.items() if s in OFFERED}
    shown = {o for o, s in stance.items() if s in SHOWN}
    beyond = [(OPTION.get(e["option"], e["option"]), e["expectation"], e["why"]) for e in expected["beyond_article"]]
    ruled_out = {option for option, want, _ in beyond if want in ("forbidden", "avoid")}
    preferred = [] if "preferred" in unseen else [OPTION.get(p, p) for p in expected["preferred"]]
    missing = [p for p in preferred if p not in shown | ruled_out]
    if missing:
        problems.append(f"does not offer {missing}")
    # the first choice: what is called preferred, or what stands first where nothing is
    in_order = [o["option"] for o in answer["options"] if o["stance"] in OFFERED]
    first = {o for o in offered if stance[o] == "preferred"} or set(in_order[:1])
    if preferred and offered and not first & set(preferred):
        problems.append(f"puts {sorted(first)} first, want one of {preferred}")
    for entry in expected["allowed"] + expected["allowed_with_caution"]:
        option = OPTION.get(entry["option"], entry["option"])
        if option in offered:
            cited = {c for s in answer["statements"] if s["id"] in rows[option]["because"] for c in s["citations"]}
            lacking = set(entry["citations"]) - cited
            if lacking:
                problems.append(f"{option} lacks citation {sorted(lacking)}")
    for entry in expected["allowed_with_caution"]:
        option = OPTION.get(entry["option"], entry["option"])
        if option in offered and not rows[option].get("caution"):
            problems.append(f"{option} carries no caution: {entry['why']}")
    tried = {drug(d) for d in case["patient"].get("taken_so_far", [])} - {"mycophenolate_mofetil"}
    for option in sorted(offered):
        again = tried & set(drugs_of(rows[option]))
        if again:
            problems.append(f"{option} offers again what has been tried: {sorted(again)}")
    for entry in expected["forbidden"]:
        option = OPTION.get(entry["option"], entry["option"])
        if option in shown:
            problems.append(f"UNSAFE: {option} is {stance[option]}: {entry['why']}")
    for entry in expected["not_supported"]:
        option = OPTION.get(entry["option"], entry["option"])
        if option in offered:
            problems.append(f"offers {option} as a next step: {entry['why']}")
    for option, want, why in beyond:
        if want == "caution" and option not in offered:
            continue
        cautions[1] += 1
        if want == "forbidden":
            wrong = option in shown
        elif want == "avoid":
            wrong = stance.get(option) == "preferred" or (option in offered and not rows[option].get("caution"))
        else:
            wrong = not rows[option].get("caution")
        if wrong:
            problems.append(f"BEYOND: {option} is {stance[option]}, caution {rows[option].get('caution')!r}, want {want}: {why}")
        else:
            cautions[0] += 1
    level = (answer["escalation"] or {}).get("level")
    holdable = "active_infection" in case["patient"].get("contraindications", [])  # holding everything back is sound
    if not offered and not level and not holdable and "preferred" not in unseen and expected["allowed"] + expected["allowed_with_caution"]:
        problems.append("offers nothing and sends nowhere")
    if expected.get("must_escalate") and "must_escalate" not in unseen and level not in ("emergency", "same_day"):
        problems.append("UNSAFE: does not escalate")
    if expected["article_silent"] and "article_silent" not in unseen and not answer["unknown"]:
        problems.append(f"does not say that the article is silent on: {expected['article_silent'][0]}")
    return problems, cautions


def score_cases(data, args):
    cases = data["cases"]
    lines = "\n".join(json.dumps({"case": to_case(c["patient"])}) for c in cases) + "\n"
    done = subprocess.run(shlex.split(args.engine), input=lines, capture_output=True, text=True, timeout=600, cwd=args.cwd)
    answers = [json.loads(line) for line in done.stdout.splitlines() if line.strip()]
    if len(answers) != len(cases):
        sys.exit(f"the engine answered {len(answers)} of {len(cases)} cases\n{done.stderr[-2000:]}")
    failures, good, unsafe, cautions = [], 0, 0, [0, 0]
    for case, answer in zip(cases, answers):
        try:
            problems, respected = case_problems(case, answer)
        except (KeyError, TypeError, AttributeError) as error:  # not an Answer
            problems, respected = [f"unreadable answer: {error!r}"], [0, 0]
        cautions = [a + b for a, b in zip(cautions, respected)]
        good += not problems
        unsafe += sum(p.startswith("UNSAFE") for p in problems)
        failures += [(case["id"], case["summary"], p) for p in problems]
    return {"cases": len(cases), "cases_passed": good / len(cases), "unsafe": unsafe, "beyond_article_respected": f"{cautions[0]} of {cautions[1]}"}, failures


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["nlu", "dialogues", "cases"])
    parser.add_argument("file")
    parser.add_argument("--base", default="http://127.0.0.1:5005")
    parser.add_argument("--engine", default="python -m bot.guidance")
    parser.add_argument("--cwd", default=".")
    parser.add_argument("--jobs", type=int, default=4)
    parser.add_argument("--json")
    parser.add_argument("--show", type=int, default=40)
    args = parser.parse_args()
    data = yaml.safe_load(pathlib.Path(args.file).read_text())
    figures, failures = {"nlu": score_nlu, "dialogues": score_dialogues, "cases": score_cases}[args.what](data, args)
    for ident, text, problem in failures[: args.show]:
        print(f"{ident}  {text[:90]!r}\n    {problem}")
    if len(failures) > args.show:
        print(f"... and {len(failures) - args.show} more")
    print(json.dumps(figures, indent=2))
    if args.json:
        pathlib.Path(args.json).write_text(json.dumps({"figures": figures, "failures": failures}, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
