"""The conversation: what is remembered of it, what a message asks in its light, and the replies that are small talk.

Pure Python; knows the guidance and neither Rasa nor any channel.
"""
