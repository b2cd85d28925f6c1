// The case as chips: which facts stand, in whose words, and what differs between two cases.
import type { Case, Change, Fact, Slot, Vocabulary } from "./contract";
import type { Strings } from "./strings";

export interface Chip {
  slot: Slot;
  /** The value of the chip; one item where the slot is a list. */
  value: Exclude<Fact, null | string[]>;
  text: string;
}

/** A text with a capital letter first. */
export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const isSet = (fact: Fact | undefined): boolean =>
  fact !== null && fact !== undefined && !(Array.isArray(fact) && fact.length === 0);

/** How one value of a slot reads. */
export function valueText(slot: Slot, value: string | number | boolean, words: Strings): string {
  if (typeof value === "boolean") return value ? words.case.yes : words.case.no;
  if (typeof value === "number") return slot.unit ? `${value} ${slot.unit}` : String(value);
  return slot.values?.find((v) => v.id === value)?.title ?? value.replaceAll("_", " ");
}

/** Every known fact, one chip a value. The audience is no fact of the patient: it has its own switch. */
export function chips(held: Case, vocabulary: Vocabulary, words: Strings): Chip[] {
  return vocabulary.slots
    .filter((slot) => slot.id !== "audience" && isSet(held[slot.id]))
    .flatMap((slot) => {
      const fact = held[slot.id] as Exclude<Fact, null>;
      return (Array.isArray(fact) ? fact : [fact]).map((value) => ({ slot, value, text: valueText(slot, value, words) }));
    });
}

/** The case without one chip. */
export function without(held: Case, chip: Chip): Change {
  const fact = held[chip.slot.id];
  return { slot: chip.slot.id, value: Array.isArray(fact) ? fact.filter((v) => v !== chip.value) : null };
}

/** A change in words: "Pregnancy: not pregnant". */
export function changeText(change: Change, vocabulary: Vocabulary, words: Strings): string {
  const slot = vocabulary.slots.find((candidate) => candidate.id === change.slot);
  if (!slot) return change.slot;
  if (!isSet(change.value)) return `${slot.title}: ${words.case.unset}`;
  const values = Array.isArray(change.value) ? change.value : [change.value as string | number | boolean];
  return `${slot.title}: ${values.map((value) => valueText(slot, value, words)).join(", ")}`;
}
