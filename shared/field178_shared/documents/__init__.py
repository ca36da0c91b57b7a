"""Official papers made from records: pure, the same bytes on the tablet and the server.

Their words are Vietnamese whatever the language of the screens: they are papers of a Vietnamese authority.
"""
