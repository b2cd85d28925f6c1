"""The web channel: the widget's Socket.IO and the JSON API, over one set of sessions, limits and turns.

files, http_api, live    what comes in: built files, requests, socket events
gate                     who may: origin, token, rate
turns                    one message, one turn, however often it is sent
history                  what the store holds of a conversation, and its end
"""
