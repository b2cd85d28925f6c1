"""From words to a Reading: names, concepts, context, questions, intents and the emergency gate."""
